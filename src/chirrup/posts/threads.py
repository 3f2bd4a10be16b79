"""A thread in one call: what a post answers, the post, and the answers to it."""

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass

import msgspec

from chirrup.accounts import Viewer
from chirrup.platform.http.pagination import encode_cursor
from chirrup.platform.ports import Database
from chirrup.posts.reading import PostPage, PostReader, everything
from chirrup.posts.store import PostStore

_ANCESTORS = 100
_DEPTH = 8
_DESCENDANTS = 300


class Thread(msgspec.Struct, frozen=True):
    """The JSON of a thread's parts; `replies` is depth-first, each item below the one it answers."""

    ancestors: list[bytes]
    post: bytes
    replies: PostPage

    def json(self) -> bytes:
        """Return the thread as its answer's body."""
        return b'{"ancestors":[%b],"post":%b,"replies":%b}' % (
            b",".join(self.ancestors),
            self.post,
            self.replies.json(),
        )


@dataclass(frozen=True, slots=True)
class Threads:
    """Reads threads."""

    db: Database
    store: PostStore
    reader: PostReader

    async def thread(self, post_id: int, viewer: Viewer | None, after: int, limit: int) -> Thread:
        """Return the thread around a post; the direct replies above `after`, each with its branch.

        Raises:
            NotFound: there is no such post.
            Forbidden: a block stands between its author and the viewer.
        """
        ancestors = list(reversed(await self.store.ancestors(self.db.read, post_id, _ANCESTORS)))
        direct = await self.store.replies(self.db.read, post_id, after, limit + 1)
        shown_tops = direct[:limit]
        branches = await self._branches(shown_tops)
        order = [reply for top in shown_tops for reply in _depth_first(top, branches)]
        hydrated = await self.reader.hydrate([*ancestors, post_id, *order], viewer)
        shown = {entry[0].id: entry for entry in self.reader.visible(hydrated, everything)}
        if post_id not in shown:
            raise self.reader.refusal(post_id, hydrated)
        cursor = encode_cursor(shown_tops[-1]) if len(direct) > limit else None
        parents = {reply: parent for parent, replies in branches.items() for reply in replies}
        parents |= dict.fromkeys(shown_tops, post_id) | dict(zip(ancestors[1:], ancestors, strict=False))

        def present(keys: Sequence[int]) -> list[bytes]:
            return [
                self.reader.present((shown[key],), hydrated)[0] if key in shown else _gap(key, parents) for key in keys
            ]

        replies = PostPage(present(_without_dead_ends(order, parents, shown)), cursor)
        return Thread(present(ancestors), present([post_id])[0], replies)

    async def _branches(self, tops: Sequence[int]) -> dict[int, list[int]]:
        """Return the replies to each post below these, level by level."""
        branches: dict[int, list[int]] = defaultdict(list)
        level: Sequence[int] = tops
        room = _DESCENDANTS
        for _ in range(_DEPTH):
            if not level or not room:
                break
            pairs = await self.store.replies_of_each(self.db.read, level, room)
            for parent, reply in pairs:
                branches[parent].append(reply)
            level = [reply for _, reply in pairs]
            room -= len(pairs)
        return branches


def _depth_first(top: int, branches: dict[int, list[int]]) -> list[int]:
    order = []
    stack = [top]
    while stack:
        post_id = stack.pop()
        order.append(post_id)
        stack += reversed(branches.get(post_id, []))
    return order


def _without_dead_ends(order: Sequence[int], parents: dict[int, int], shown: Container[int]) -> list[int]:
    """Leave out the gaps below which nothing is left to see."""
    needed: set[int] = set()
    for post_id in reversed(order):
        if post_id in shown or post_id in needed:
            needed |= {post_id, parents[post_id]}
    return [post_id for post_id in order if post_id in needed]


def _gap(post_id: int, parents: dict[int, int]) -> bytes:
    parent = parents.get(post_id)
    return msgspec.json.encode({"id": str(post_id), "deleted": True, "reply_to": str(parent) if parent else None})
