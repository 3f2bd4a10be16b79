"""The partitions of posts: one a quarter, made ahead, between one for all that is earlier and one for what is later.

No post is without a partition, and none is in a DEFAULT one: beside that the planner does not take partitions for
ordered, and asks each of them for its newest rows, instead of the newest partition first.
"""

import asyncio
import re
from datetime import UTC, datetime
from typing import NamedTuple

import asyncpg
import structlog

from chirrup.platform.adapters.postgres.faults import CONNECT_FAULTS, fault_of, unreachable
from chirrup.platform.clock import Clock
from chirrup.platform.errors import Unavailable
from chirrup.platform.ids import compose, time_of

_AUTHORS = 2000
"""How many authors the planner is told to count with, be they millions."""
AHEAD = 4
"""How many quarters beyond the present one have their partition."""
EARLIER, LATER = "posts_earlier", "posts_later"
MOST = 100_000
"""How many posts are moved beside a running system: all posts are locked for that, which is some seconds then."""
_LOCK = -6
"""A key for advisory locks; rows have positive ids."""
_CONNECT_TIMEOUT = 10.0
_STATEMENT_TIMEOUT = 3600.0
_LOCK_TIMEOUT = "200ms"
"""Everybody who asks for posts queues behind one who waits for this lock, so it is not waited for long."""
_ATTEMPTS = 30
_PAUSE = 1.0
_BOUND = re.compile(r"FROM \('?(MINVALUE|\d+)'?\) TO \('?(MAXVALUE|\d+)'?\)")

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


async def make_partitions(url: str, clock: Clock, *, most: int | None = MOST) -> list[str]:
    """Make the partitions that are missing, of the present quarter and those ahead, and return their names.

    Earlier quarters that have posts get theirs too. The posts among `EARLIER` and `LATER` that have a partition then,
    which may be `most` (None: any number), are moved there. It is safe beside a running system, and when two do it at
    once.

    Raises:
        Unavailable: the database cannot be reached, has been too busy for each of the attempts, or there are more posts
            to move.
    """
    try:
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            url, timeout=_CONNECT_TIMEOUT, command_timeout=_STATEMENT_TIMEOUT, statement_cache_size=0
        )
        try:
            for _ in range(_ATTEMPTS - 1):
                try:
                    return await _try(connection, Quarter.of(clock.now()), most)
                except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                    log.info("postgres.partitions_wait")
                await asyncio.sleep(_PAUSE)
            return await _try(connection, Quarter.of(clock.now()), most)
        finally:
            await connection.close()
    except CONNECT_FAULTS as error:
        if fault_of(error, closed=True) is None:
            raise
        raise unreachable() from error


class _Span(NamedTuple):
    """The quarters that have partitions, from the first to before the end; they adjoin each other."""

    first: Quarter
    end: Quarter


async def _try(connection: "asyncpg.Connection[asyncpg.Record]", present: Quarter, most: int | None) -> list[str]:
    async with connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        there = await _span(connection)
        wanted = await _wanted(connection, there, present)
        if there == wanted:
            return []
        made: list[Quarter] = []
        quarter = wanted.first
        while quarter < wanted.end:
            if there is None or not there.first <= quarter < there.end:
                made.append(quarter)
            quarter = quarter.next()
        await connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        for quarter in made:
            await _create(connection, quarter.partition)
        await _fit(connection, there, wanted, made, most)
    names = [quarter.partition for quarter in made]
    log.info("postgres.partitions_made", partitions=names)
    return names


async def _span(connection: "asyncpg.Connection[asyncpg.Record]") -> _Span | None:
    """Return the quarters that there are; None in a new database, where `LATER` is all there is."""
    rows = await connection.fetch(
        "SELECT relname::text, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = ANY($1) AND relispartition",
        [EARLIER, LATER],
    )
    bounds = {row[0]: _BOUND.search(row[1]) for row in rows}
    earlier, later = bounds.get(EARLIER), bounds.get(LATER)
    if earlier is None or later is None:
        return None
    return _Span(Quarter.of(time_of(int(earlier[2]))), Quarter.of(time_of(int(later[1]))))


async def _wanted(
    connection: "asyncpg.Connection[asyncpg.Record]", there: _Span | None, present: Quarter
) -> _Span:  # fmt: skip
    end = present.next()
    for _ in range(AHEAD):
        end = end.next()
    oldest = await connection.fetchval(f"SELECT min(id) FROM {EARLIER if there else LATER} WHERE id >= 0")  # noqa: S608
    first = present if oldest is None else min(present, Quarter.of(time_of(oldest)))
    return _Span(min(first, there.first), max(end, there.end)) if there else _Span(first, end)


async def _create(connection: "asyncpg.Connection[asyncpg.Record]", name: str) -> None:
    await connection.execute(f"CREATE TABLE {name} (LIKE posts INCLUDING ALL)")
    # Most accounts write little, some write ten thousands of posts. A planner who counts with the average would read
    # and sort all that one of those has written to get the newest few.
    await connection.execute(f"ALTER TABLE {name} ALTER COLUMN author_id SET (n_distinct = {_AUTHORS})")


async def _fit(
    connection: "asyncpg.Connection[asyncpg.Record]",
    there: _Span | None,
    wanted: _Span,
    made: list[Quarter],
    most: int | None,
) -> None:
    """Put new partitions in their place, with the posts that belong to them; nobody else sees posts meanwhile."""
    first, end = wanted.first.first_id, wanted.end.first_id
    outer = [
        (name, bounds, ours)
        for name, bounds, ours, fits in (
            (EARLIER, f"(MINVALUE) TO ({first})", f"id < {first}", there is not None and there.first == wanted.first),
            (LATER, f"({end}) TO (MAXVALUE)", f"id >= {end}", there is not None and there.end == wanted.end),
        )
        if not fits
    ]
    if there is None:
        await _create(connection, EARLIER)
    for name, _, ours in outer:
        if there is not None or name == LATER:
            if most is not None and await _more_than(connection, most, f"{name} WHERE NOT ({ours})"):
                raise Unavailable(f"More than {most} posts wait for partitions; run `chirrup migrate` in a quiet hour.")
            await connection.execute(f"ALTER TABLE posts DETACH PARTITION {name}")
    for quarter in made:
        bounds = f"({quarter.first_id}) TO ({quarter.next().first_id})"
        await connection.execute(f"ALTER TABLE posts ATTACH PARTITION {quarter.partition} FOR VALUES FROM {bounds}")
    for name, bounds, ours in outer:
        await connection.execute(
            f"WITH moved AS (DELETE FROM {name} WHERE NOT ({ours}) RETURNING *)"  # noqa: S608 - numbers and names of ours
            " INSERT INTO posts SELECT * FROM moved"
        )
        await connection.execute(f"ALTER TABLE posts ATTACH PARTITION {name} FOR VALUES FROM {bounds}")


async def _more_than(connection: "asyncpg.Connection[asyncpg.Record]", most: int, rows: str) -> bool:
    found: int = await connection.fetchval(f"SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT {most} + 1) AS r")  # noqa: S608
    return found > most
