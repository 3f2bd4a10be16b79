"""Reads that a replica answers when it can do so without missing a commit, and the primary otherwise."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import asyncpg
import structlog

from chirrup.platform.adapters.postgres.index import ReadIndex
from chirrup.platform.adapters.postgres.pools import Pool
from chirrup.platform.adapters.postgres.queries import Fetch
from chirrup.platform.adapters.postgres.replica import Replica
from chirrup.platform.errors import Unavailable

STALE_SECONDS = 300.0
"""For how long the replica answers alone when the primary is down; what it had not received by then is missing."""
_PATIENCE = 1.0

log = structlog.get_logger()


class ReplicatedReads:
    """Sends each read to the replica or the primary."""

    def __init__(self, index: ReadIndex, replica_url: str, *, prepared: bool) -> None:
        self.index = index
        self._prepared = prepared
        self.replica = Replica(replica_url, index, prepared=prepared)
        self.pools = [*self.replica.pools]
        self.on_replica = self.on_primary = 0
        """How many reads each has answered."""
        self._alone = False
        self._watching: asyncio.Task[None] | None = None

    def over(self, primary: Pool, name: str, size: int, timeout: float) -> Fetch:
        """Return what fetches from the replica or, where it must, through a pool of the primary."""
        pool = Pool(name, self.replica.connector(timeout), size, patience=_PATIENCE)
        self.pools.append(pool)
        return partial(self._fetch, primary, pool)

    def start(self) -> None:
        """Watch the replica."""
        self._watching = asyncio.create_task(self.replica.watch())

    async def close(self) -> None:
        """Watch it no more."""
        if self._watching:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        await self.replica.close()
        await self.index.close()

    async def _fetch(
        self, primary: Pool, replica: Pool, sql: str, args: Sequence[object]
    ) -> list[asyncpg.Record]:  # fmt: skip
        if self.index.down and self.replica.alive:
            return await self._fetch_alone(replica, sql, args)
        if self.replica.usable:
            rows = await self._fetch_from_replica(replica, sql, args)
            if rows is not None:
                self.on_replica += 1
                return rows
            if self.index.down and self.replica.alive:
                return await self._fetch_alone(replica, sql, args)
        try:
            rows = await primary.fetch(sql, args)
        except Unavailable:
            if not await self.index.is_down():
                raise
            self.index.down = True
            return await self._fetch_alone(replica, sql, args)
        self._alone = False
        self.on_primary += 1
        return rows

    async def _fetch_from_replica(
        self, pool: Pool, sql: str, args: Sequence[object]
    ) -> list[asyncpg.Record] | None:  # fmt: skip
        """Return what the replica answers, if it has all that the primary had when this was asked."""
        try:
            position = await self.index.learn()
        except Unavailable:
            return None
        if not await self.replica.reached(position):
            return None
        try:
            return await pool.fetch_if(
                lambda connection: self.replica.proves(connection, position), sql, args, together=not self._prepared
            )
        except Unavailable as refused:
            self.replica.leave_out(refused.detail)
            return None

    async def _fetch_alone(self, pool: Pool, sql: str, args: Sequence[object]) -> list[asyncpg.Record]:
        """Return what the replica has while there is no primary."""
        silent = asyncio.get_running_loop().time() - self.index.known_at
        if not self.replica.alive or silent > STALE_SECONDS:
            raise Unavailable("The database cannot be reached right now.")
        if not self._alone:
            self._alone = True
            log.warning("postgres.reading_without_primary", seconds_at_most=STALE_SECONDS)
        return await pool.fetch(sql, args)
