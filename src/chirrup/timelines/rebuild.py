"""The newest or next posts of many authors, by work that hardly grows with how many these are.

Of each author the newest post is looked up, which is one step into an index. The n-th newest of these is a bound:
n posts at least are not below it, and only authors whose newest post is not below it have any of these; so of n
authors at most more than that one post is read. Posts that come or go between the two looks make no gap: who builds a
timeline gets what comes from pushes, and a page promises nothing about what came after it was asked for.
"""

from array import array
from collections.abc import Mapping, Sequence

from chirrup.platform.ids import MAX_ID
from chirrup.platform.ports import Reader, Timeline
from chirrup.posts.store import PostStore


async def build(
    store: PostStore, reader: Reader, author_ids: Sequence[int], basis: int, *, recent: int, size: int
) -> Timeline:
    """Return the timeline of some followees: up to `size` ids, of each followee the newest `recent` at most."""
    least = 0
    if len(author_ids) > size:
        newest = await store.newest_id_of_each(reader, author_ids, MAX_ID)
        least = _bound(sorted(newest.values(), reverse=True), size)
        author_ids = [author_id for author_id, post_id in newest.items() if post_id >= least]
    found = await store.newest_of_each(reader, author_ids, MAX_ID, recent, least)
    return _complete_part(found, basis, least, recent, size)


async def older(
    store: PostStore, reader: Reader, author_ids: Sequence[int], before: int, limit: int
) -> list[int]:  # fmt: skip
    """Return the newest posts of some authors below an id, newest first; `limit` at most, none only at the end."""
    while True:
        chosen, least = author_ids, 0
        if len(author_ids) > limit:
            newest = await store.newest_id_of_each(reader, author_ids, before)
            least = _bound(sorted(newest.values(), reverse=True), limit)
            chosen = [author_id for author_id, post_id in newest.items() if post_id >= least]
        found = await store.newest_of_each(reader, chosen, before, limit, least)
        post_ids = sorted({post_id for ids in found.values() for post_id in ids}, reverse=True)[:limit]
        if post_ids or not least:
            return post_ids
        # all from the bound upwards has been deleted between the two looks
        before = least


async def newer(
    store: PostStore, reader: Reader, author_ids: Sequence[int], after: int, limit: int
) -> list[int]:  # fmt: skip
    """Return the oldest posts of some authors above an id, oldest first; `limit` at most, none only at the end."""
    while True:
        chosen, most = author_ids, MAX_ID
        if len(author_ids) > limit:
            oldest = await store.oldest_id_of_each(reader, author_ids, after)
            most = _bound(sorted(oldest.values()), limit) or MAX_ID
            chosen = [author_id for author_id, post_id in oldest.items() if post_id <= most]
        found = await store.oldest_of_each(reader, chosen, after, limit, most)
        post_ids = sorted({post_id for ids in found.values() for post_id in ids})[:limit]
        if post_ids or most == MAX_ID:
            return post_ids
        after = most


def _bound(in_order: Sequence[int], count: int) -> int:
    """Return the last of the first `count` ids; 0 where there are fewer."""
    return in_order[count - 1] if len(in_order) >= count else 0


def _complete_part(
    found: "Mapping[int, array[int]]", basis: int, least: int, recent: int, size: int
) -> Timeline:  # fmt: skip
    """Return a timeline of each author's posts from a bound upwards, cut where an author may have more than these."""
    floor = max((ids[-1] - 1 for ids in found.values() if len(ids) >= recent), default=0)
    floor = max(floor, least - 1, 0)
    ids = sorted(post_id for ids in found.values() for post_id in ids if post_id > floor)
    if len(ids) > size:
        floor = ids[-size - 1]
        ids = ids[-size:]
    return Timeline(basis, floor, array("Q", ids))
