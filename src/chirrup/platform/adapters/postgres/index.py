"""Up to where a replica must have replayed the primary's log, so that a read there misses nothing.

It is a read index, as Raft has it (Ongaro and Ousterhout 2014, and Ongaro's thesis, §6.4): whoever reads learns first
how far the log of the leader is at that moment. One question is under way at a time, and all who come meanwhile share
the next.
"""

import asyncio
from typing import NamedTuple

from chirrup.platform.adapters.postgres.faults import unreachable
from chirrup.platform.adapters.postgres.pools import Pool
from chirrup.platform.errors import Unavailable

_PAUSE = 0.5
"""Seconds for which a primary that did not answer is not asked again."""

# A commit returns when its record has been flushed, and without `synchronous_commit` when it has been inserted. What is
# inserted and not flushed yet is nobody's to see otherwise, and the replica does not get it before.
_END = """
SELECT ('x' || left(pg_walfile_name(at), 8))::bit(32)::bigint, (at - '0/0')::bigint FROM (
    SELECT CASE current_setting('synchronous_commit')
        WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END AS at
) AS log
"""


class Position(NamedTuple):
    """A place in the log: the history that it belongs to, which a promotion changes, and the byte."""

    timeline: int | None
    """None where it may not be read."""
    byte: int

    def covers(self, other: "Position") -> bool:
        """Return whether who is here has been at the other place."""
        same = self.timeline is None or self.timeline == other.timeline
        return same and self.byte >= other.byte


class ReadIndex:
    """The end of the primary's log."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._next: asyncio.Future[Position] | None = None
        self._asking: asyncio.Task[None] | None = None
        self._ask_again_at = 0.0
        self.down = False
        """Whether the primary is taken to be away: it answered neither this question nor a query. Late is not away."""
        self.known_at = asyncio.get_running_loop().time()
        """When the primary last answered, on the loop's clock."""

    async def learn(self) -> Position:
        """Return a place that is not before any commit which has returned.

        Raises:
            Unavailable: the primary does not answer.
        """
        loop = asyncio.get_running_loop()
        if loop.time() < self._ask_again_at:
            raise unreachable()
        if self._next is None:
            self._next = loop.create_future()
            if self._asking is None:
                self._asking = asyncio.create_task(self._ask())
        # one who leaves does not take the answer from the others
        return await asyncio.shield(self._next)

    async def is_down(self) -> bool:
        """Return whether the primary does not answer."""
        try:
            await self.learn()
        except Unavailable:
            return True
        return False

    async def close(self) -> None:
        """Ask no more."""
        if self._asking:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[Position] | None = None
        try:
            while self._next is not None:
                asked, self._next = self._next, None
                try:
                    row = (await self._pool.fetch(_END, ()))[0]
                except Unavailable as refused:
                    self._ask_again_at = loop.time() + _PAUSE
                    asked.set_exception(refused)
                    # it may be that nobody waits any more
                    asked.exception()
                else:
                    self.down, self._ask_again_at, self.known_at = False, 0.0, loop.time()
                    asked.set_result(Position(row[0], row[1]))
        finally:
            self._asking = None
            for waited in (asked, self._next):
                if waited is not None and not waited.done():
                    waited.cancel()
