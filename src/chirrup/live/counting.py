"""Counts of posts on screens: however often a post is liked, its counts are read and told once a second at most."""

import asyncio
from collections.abc import Callable

import structlog

from chirrup.platform.errors import Refusal
from chirrup.posts import PostReader
from chirrup.posts.store import Counts

SECONDS = 1.0
_LOOKS = 4
"""How often counts are looked at after a hint: what counts may be slower than who tells of it."""
_AT_ONCE = 500
log = structlog.get_logger()


class Counting:
    """The posts whose counts may have changed, and what was last told of each post on a screen."""

    def __init__(self, reader: PostReader) -> None:
        self._reader = reader
        self._told: dict[int, Counts] = {}
        self._due: dict[int, int] = {}

    def seen(self, post_id: int, counts: Counts) -> None:
        """Remember what a client was told."""
        self._told[post_id] = counts

    def changed(self, post_id: int) -> None:
        """Have the counts of a post looked at."""
        self._due[post_id] = _LOOKS

    def forget(self, post_id: int) -> None:
        """Forget a post that is on no screen any more."""
        self._told.pop(post_id, None)
        self._due.pop(post_id, None)

    async def run(self, tell: Callable[[int, Counts], None]) -> None:
        """Tell changed counts until cancelled."""
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self._look(tell)
            except Refusal as refusal:
                log.warning("live.counts_unknown", posts=len(self._due), reason=refusal.detail)
            except Exception:
                log.exception("live.counts_unknown", posts=len(self._due))

    async def _look(self, tell: Callable[[int, Counts], None]) -> None:
        due = list(self._due)
        for start in range(0, len(due), _AT_ONCE):
            some = due[start : start + _AT_ONCE]
            found = await self._reader.counts(some)
            for post_id in some:
                counts = found.get(post_id)
                if counts is not None and counts != self._told.get(post_id):
                    self._told[post_id] = counts
                    tell(post_id, counts)
                left = self._due.get(post_id, 0) - 1
                if left > 0:
                    self._due[post_id] = left
                else:
                    self._due.pop(post_id, None)
