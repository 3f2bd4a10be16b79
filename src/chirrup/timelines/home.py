"""Reading the home timeline.

A page is the newest of three sources below a cursor: the viewer's stored timeline, which the fan-out pushes into; the
recent posts of followees with too many followers to push to; and the viewer's own. Each source says down to which id
it is complete. Below that, pages come from the database by the same cursor, so that they go on without a seam.
"""

import asyncio
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import msgspec

from chirrup.accounts import Viewer
from chirrup.graph import Relations
from chirrup.platform.ports import Cache, Database, Timeline, TimelineStore, Wanted
from chirrup.platform.telemetry import Telemetry
from chirrup.posts import Card, PostPage, PostReader, Posts
from chirrup.posts.models import Recent
from chirrup.posts.reading import Entry, Hydrated, Standing
from chirrup.posts.store import PostStore
from chirrup.timelines import rebuild
from chirrup.timelines.store import TimelineTables

_WIDEST = 500


class _Begun(msgspec.Struct, frozen=True):
    """What the read of a page begins with."""

    standing: Standing
    own: Recent
    """The viewer's recent posts."""
    pulled: Mapping[int, bool]
    """The authors whose posts are merged at read."""


@dataclass(frozen=True, slots=True)
class HomeTimelines:
    """Reads home timelines, and builds those that are not there."""

    db: Database
    tables: TimelineTables
    posts: Posts
    post_store: PostStore
    reader: PostReader
    timelines: TimelineStore
    cache: Cache
    telemetry: Telemetry
    size: int
    """How many ids a timeline holds."""
    recent: int
    """How many newest posts of each followee a rebuild takes."""
    building: dict[tuple[int, int], asyncio.Task[Timeline]] = field(default_factory=dict)

    async def page(self, viewer: Viewer, before: int, limit: int) -> PostPage:
        """Return the newest entries below an id, newest first."""
        begun = await self._begin(viewer)
        skeleton = self._skeleton(viewer, begun, before, limit + 1)
        return await self.reader.page(skeleton, viewer, partial(belonging, viewer.id), limit, begun.standing)

    async def newer_page(self, viewer: Viewer, after: int, limit: int) -> PostPage:
        """Return the entries just above an id, newest first; the cursor leads further up."""
        begun = await self._begin(viewer)
        skeleton = self._newer_skeleton(viewer, begun, after, limit + 1)
        page = await self.reader.page(skeleton, viewer, partial(belonging, viewer.id), limit, begun.standing)
        return PostPage(page.items[::-1], page.next_cursor)

    async def _begin(self, viewer: Viewer) -> _Begun:
        """Ask at once for all that the viewer's id alone leads to."""
        wanted = [*self.reader.wanted(viewer), self.posts.wanted_recents(viewer.id), self._wanted_pulled()]
        relations, liked, retweeted, own, pulled = await self.cache.fetch_each(wanted)
        return _Begun(Standing(relations, liked, retweeted), own, pulled)

    async def _skeleton(
        self, viewer: Viewer, begun: _Begun, before: int, limit: int
    ) -> AsyncGenerator[Sequence[int], None]:
        """Yield the ids of candidates below an id, newest first, `limit` at first and then ever more at a time."""
        timeline, recents, floor = await self._stored(viewer, begun)
        while post_ids := _newest(timeline.ids, recents, floor, before, limit):
            yield post_ids
            before, limit = post_ids[-1], _wider(limit)
        if floor:
            sources = [viewer.id, *begun.standing.relations.following]
            before = min(before, floor + 1)
            while post_ids := await rebuild.older(self.post_store, self.db.scan, sources, before, limit):
                yield post_ids
                before, limit = post_ids[-1], _wider(limit)

    async def _newer_skeleton(
        self, viewer: Viewer, begun: _Begun, after: int, limit: int
    ) -> AsyncGenerator[Sequence[int], None]:
        """Yield the ids of candidates above an id, oldest first, `limit` at first and then ever more at a time."""
        timeline, recents, floor = await self._stored(viewer, begun)
        sources = [viewer.id, *begun.standing.relations.following]
        while after < floor and (post_ids := await rebuild.newer(self.post_store, self.db.scan, sources, after, limit)):
            yield post_ids
            after, limit = post_ids[-1], _wider(limit)
        arrays = [timeline.ids, *(recent.ids for recent in recents)]
        above = sorted({key for ids in arrays for key in ids[bisect_right(ids, max(after, floor)) :]})
        for start in range(0, len(above), limit):
            yield above[start : start + limit]

    async def _stored(self, viewer: Viewer, begun: _Begun) -> tuple[Timeline, list[Recent], int]:
        """Return the viewer's timeline, the recent posts that are merged with it, and the id above which all are whole.

        In this order: an author who is pushed again is merged until no timeline is left that lacks a post.
        """
        relations = begun.standing.relations
        authors = [author_id for author_id in begun.pulled if author_id in relations.following]
        recents = [begun.own, *(await self.posts.recents(authors) if authors else ())]
        timeline = await self.timeline(viewer, relations)
        return timeline, recents, max(timeline.floor, *(recent.floor for recent in recents))

    async def timeline(self, viewer: Viewer, relations: Relations) -> Timeline:
        """Return the viewer's stored timeline, built first if it is missing or the viewer's follows have changed."""
        stored = await self.timelines.get(viewer.id)
        if stored is not None and stored.basis == relations.digest:
            return stored
        # all readers of one timeline wait for one build, which goes on even if they leave
        key = (viewer.id, relations.digest)
        task = self.building.get(key)
        if task is None:
            task = self.building[key] = asyncio.create_task(self._build(viewer.id, relations))
            task.add_done_callback(lambda _: self.building.pop(key))
        return await asyncio.shield(task)

    async def _build(self, viewer_id: int, relations: Relations) -> Timeline:
        self.telemetry.timeline_rebuilds.inc()
        ticket = await self.timelines.open(viewer_id)
        followees = list(relations.following)
        built = await rebuild.build(
            self.post_store, self.db.scan, followees, relations.digest, recent=self.recent, size=self.size
        )
        await self.timelines.fill(viewer_id, ticket, built)
        stored = await self.timelines.get(viewer_id)
        return stored if stored is not None and stored.basis == built.basis else built

    async def pulled_authors(self) -> dict[int, bool]:
        """Return the authors whose posts are merged at read, and whether they are on the way back to being pushed."""
        known: dict[int, bool] = await self.cache.fetch_one(*self._wanted_pulled())
        return known

    def _wanted_pulled(self) -> Wanted:
        return "pulled", 0, self._load_pulled

    async def _load_pulled(self, keys: list[int]) -> dict[int, dict[int, bool]]:
        pulled = await self.tables.pulled_authors(self.db.read)
        return dict.fromkeys(keys, pulled)


def belonging(viewer_id: int, entries: list[Entry], hydrated: Hydrated) -> list[Entry]:
    """Leave out what has no place in a home timeline.

    These have: the viewer's own posts; those of followees who are not muted, but a reply only when it answers the
    viewer, its own author or another followee, and a retweet only when its original's author is not muted.
    """
    following, muted = hydrated.relations.following, hydrated.relations.muted
    shown = [
        entry
        for entry in entries
        if (author_id := (card := entry[0]).author_id) == viewer_id
        or (
            author_id in following
            and ((target := card.reply_to_author_id) is None or target in following or target in {author_id, viewer_id})
        )
    ]
    return [entry for entry in shown if not _is_muted(entry[0], viewer_id, hydrated)] if muted else shown


def _is_muted(card: Card, viewer_id: int, hydrated: Hydrated) -> bool:
    muted = hydrated.relations.muted
    if card.author_id == viewer_id:
        return False
    original = hydrated.original(card) if card.is_retweet else None
    return card.author_id in muted or (original is not None and original[0].author_id in muted)


def _wider(limit: int) -> int:
    """Return how many to take next: ever more, so that a long stretch of what is not shown takes few steps."""
    return min(2 * limit, _WIDEST)


def _newest(ids: "array[int]", recents: Sequence[Recent], floor: int, before: int, limit: int) -> Sequence[int]:
    """Return the newest `limit` ids between a floor and a cursor over all sources, newest first."""
    end = bisect_left(ids, before)
    start = max(0, end - limit)
    if start < end and ids[start] <= floor:
        start = bisect_right(ids, floor, start, end)
    head = ids[start:end]
    oldest = head[0] if len(head) == limit else floor + 1
    extra: list[int] = []
    for recent in recents:
        others = recent.ids
        if others and others[-1] >= oldest:
            extra += others[bisect_left(others, oldest) : bisect_left(others, before)]
    if extra:
        return sorted({*head, *extra}, reverse=True)[:limit]
    head.reverse()
    return head
