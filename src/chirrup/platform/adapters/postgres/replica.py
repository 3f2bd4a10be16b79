"""A streaming replica: how far it is, and whether it is of use."""

import asyncio
from contextlib import suppress

import structlog

from chirrup.platform.adapters.postgres.index import Position, ReadIndex
from chirrup.platform.adapters.postgres.pools import Connection, Connector, Pool
from chirrup.platform.errors import Unavailable

RECHECK = 1.0
"""Seconds after which the replica, and a primary that did not answer, are looked at again."""
PATIENCE = 0.03
"""Seconds that a read waits for the replica before it goes to the primary."""
_LOOK_TIMEOUT = 0.25
_POLL = 0.001

# a replica that streams is on the primary's own history
_PLACE = """
SELECT (SELECT received_tli::bigint FROM pg_stat_wal_receiver), (pg_last_wal_replay_lsn() - '0/0')::bigint,
    pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver)
"""

log = structlog.get_logger()


class Replica:
    """What one replica has replayed, looked up by one task for all who wait.

    It has to be one server: behind an address of several, what one has replayed says nothing of the others.
    """

    def __init__(self, url: str, index: ReadIndex, *, prepared: bool) -> None:
        self._url = url
        self._index = index
        self._prepared = prepared
        self._place = Position(None, -1)
        self._waiting: list[tuple[Position, asyncio.Future[bool]]] = []
        self._polling: asyncio.Task[None] | None = None
        self._pool = Pool("replica_position", self.connector(_LOOK_TIMEOUT), 1, patience=RECHECK)
        self.pools = [self._pool]
        self.usable = False
        """Whether it streams and keeps up."""
        self.alive = False
        """Whether it answers, be it far behind."""

    def connector(self, timeout: float) -> Connector:
        """Return what connects to it."""
        return Connector(self._url, prepared=self._prepared, timeout=timeout, opened=self._start_over)

    def covers(self, position: Position) -> bool:
        """Return whether it is known to have replayed up to a position."""
        return self._place.covers(position)

    async def proves(self, connection: Connection, position: Position) -> bool:
        """Return whether what a connection reads next is not before a position."""
        if self._prepared:
            return await self.reached(position)
        # behind a pooler a server that has started again, and is where it was, cannot be told by its connections
        row = (await connection.fetch(_PLACE))[0]
        return bool(row[2]) and Position(row[0], row[1]).covers(position)

    async def reached(self, position: Position) -> bool:
        """Return whether it has replayed up to a position, be it after a moment."""
        if self.covers(position):
            return True
        reached: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((position, reached))
        if self._polling is None:
            self._polling = asyncio.create_task(self._poll())
        try:
            async with asyncio.timeout(PATIENCE):
                return await reached
        except TimeoutError:
            self.leave_out("it lags")
            return False

    def leave_out(self, reason: str) -> None:
        """Send it no reads until it has been found well again."""
        if self.usable:
            log.warning("postgres.replica_left_out", reason=reason)
        self.usable = False

    async def watch(self) -> None:
        """Find out every second whether it is of use, and whether a primary that was down is back, until cancelled."""
        while True:
            await self._examine()
            if self._index.down:
                await self._index.is_down()
            await asyncio.sleep(RECHECK)

    async def close(self) -> None:
        """Look no more."""
        if self._polling:
            self._polling.cancel()
            with suppress(asyncio.CancelledError):
                await self._polling

    async def _examine(self) -> None:
        try:
            streams = await self._look()
        except Unavailable as refused:
            self.alive = False
            self.leave_out(refused.detail)
            return
        self.alive = True
        if not streams:
            self.leave_out("it does not stream")
            return
        if self.usable:
            return
        try:
            caught_up = await self.reached(await self._index.learn())
        except Unavailable:
            return
        if caught_up:
            log.info("postgres.replica_in_use")
            self.usable = True

    async def _look(self) -> bool:
        """Note how far it is, and return whether it streams."""
        row = (await self._pool.fetch(_PLACE, ()))[0]
        if row[2]:
            self._place = Position(row[0], row[1])
        return bool(row[2])

    def _start_over(self) -> None:
        """Trust no earlier answer: a server that a new connection leads to may have started again, further back."""
        self._place = Position(None, -1)

    async def _poll(self) -> None:
        try:
            while self._waiting:
                well = await self._look()
                self._waiting = [
                    (position, reached)
                    for position, reached in self._waiting
                    if not reached.done() and not self._answer(position, reached, well=well)
                ]
                if self._waiting:
                    await asyncio.sleep(_POLL)
        except Unavailable as refused:
            self.leave_out(refused.detail)
        finally:
            self._polling = None
            for _, reached in self._waiting:
                if not reached.done():
                    reached.set_result(False)
            self._waiting = []

    def _answer(self, position: Position, reached: "asyncio.Future[bool]", *, well: bool) -> bool:
        """Tell one who waits, if there is something to tell."""
        covered = self.covers(position)
        if covered or not well:
            reached.set_result(covered)
        return covered or not well
