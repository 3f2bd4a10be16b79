"""The partitions of posts: one a quarter, made ahead; what fits none waits in the default partition to be moved."""

from datetime import UTC, datetime
from typing import NamedTuple

import asyncpg
import structlog

from chirrup.platform.adapters.postgres.faults import CONNECT_FAULTS, fault_of, unreachable
from chirrup.platform.clock import Clock
from chirrup.platform.ids import compose, time_of

AHEAD = 4
"""How many quarters beyond the present one have their partition."""
_LOCK = -6
"""A key for advisory locks; rows have positive ids."""
_CONNECT_TIMEOUT = 10.0
_STATEMENT_TIMEOUT = 300.0
_LOCK_TIMEOUT = "500ms"
"""Everybody who asks for posts queues behind one who waits for this lock, so it is not waited for long."""
_ATTEMPTS = 20

log = structlog.get_logger()


class Quarter(NamedTuple):
    """Three months, UTC."""

    year: int
    number: int
    """1 to 4."""

    @classmethod
    def of(cls, milliseconds: int) -> "Quarter":
        """Return the quarter of a moment, in milliseconds since the Unix epoch."""
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
        return cls(moment.year, (moment.month + 2) // 3)

    def next(self) -> "Quarter":
        """Return the one after."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def first_id(self) -> int:
        """The least id that can be made in it."""
        start = datetime(self.year, self.number * 3 - 2, 1, tzinfo=UTC)
        return compose(int(start.timestamp()) * 1000, 0, 0)

    @property
    def partition(self) -> str:
        """The name of its table."""
        return f"posts_{self.year}q{self.number}"


async def make_partitions(url: str, clock: Clock) -> list[str]:
    """Make the partitions that are missing, of the present quarter and those ahead, and return their names.

    Posts that had none, and so are in the default partition, get one for their quarter too unless that is further
    ahead, and are moved there. It is safe beside a running system, and when two do it at once.

    Raises:
        Unavailable: the database cannot be reached, or has been too busy for each of the attempts.
    """
    try:
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            url, timeout=_CONNECT_TIMEOUT, command_timeout=_STATEMENT_TIMEOUT, statement_cache_size=0
        )
        try:
            return [
                quarter.partition for quarter in await _wanted(connection, clock) if await _make(connection, quarter)
            ]
        finally:
            await connection.close()
    except CONNECT_FAULTS as error:
        if fault_of(error, closed=True) is None:
            raise
        raise unreachable() from error


async def _wanted(connection: "asyncpg.Connection[asyncpg.Record]", clock: Clock) -> list[Quarter]:
    present = Quarter.of(clock.now())
    wanted = [present]
    for _ in range(AHEAD):
        wanted.append(wanted[-1].next())
    end = wanted[-1].next().first_id
    strays: list[Quarter] = []
    least = await connection.fetchval("SELECT min(id) FROM posts_default WHERE id >= 0")
    while least is not None and least < end:
        strays.append(Quarter.of(time_of(least)))
        least = await connection.fetchval(
            "SELECT min(id) FROM posts_default WHERE id >= $1", strays[-1].next().first_id
        )
    return sorted({*wanted, *strays})


async def _make(connection: "asyncpg.Connection[asyncpg.Record]", quarter: Quarter) -> bool:
    """Return whether the partition of a quarter was missing; now it is there."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await _try(connection, quarter)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            log.info("postgres.partition_waits", partition=quarter.partition)
    return await _try(connection, quarter)


async def _try(connection: "asyncpg.Connection[asyncpg.Record]", quarter: Quarter) -> bool:
    name, first, end = quarter.partition, quarter.first_id, quarter.next().first_id
    async with connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if await connection.fetchval("SELECT to_regclass($1)::text", name):
            return False
        await connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        # nobody adds a post of this quarter to the default partition from here on; all can read
        await connection.execute("LOCK TABLE posts_default IN SHARE ROW EXCLUSIVE MODE")
        await connection.execute(f"CREATE TABLE {name} (LIKE posts INCLUDING ALL)")
        await connection.execute(
            f"WITH moved AS (DELETE FROM posts_default WHERE id >= {first} AND id < {end} RETURNING *)"  # noqa: S608
            f" INSERT INTO {name} SELECT * FROM moved"
        )
        # this, and not CREATE TABLE … PARTITION OF, lets others use the other partitions meanwhile
        await connection.execute(f"ALTER TABLE posts ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})")
    log.info("postgres.partition_made", partition=name)
    return True
