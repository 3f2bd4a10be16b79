"""One transaction on one connection."""

from collections.abc import Sequence

import asyncpg
from structlog.contextvars import get_contextvars

from chirrup.platform.adapters.postgres.faults import CONNECT_FAULTS, Fault, fault_of, refusal
from chirrup.platform.adapters.postgres.pools import Connection, is_closed
from chirrup.platform.adapters.postgres.queries import PostgresReader
from chirrup.platform.clock import Clock
from chirrup.platform.events import CacheForgotten, Event, encode, shard_of

_APPEND = """
INSERT INTO outbox (topic, shard, type, key, payload, request_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class _Refusals:
    """Tells the faults of the database from those of the program; one for all statements of a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.in_vain = False

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, CONNECT_FAULTS):
            fault = fault_of(error, closed=is_closed(self._connection))
            if fault is not None:
                self.in_vain = fault is Fault.BUSY
                raise refusal(fault) from error


class PostgresTransaction(PostgresReader):
    """One body: reads its own writes."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        super().__init__(self._query)
        self._connection = connection
        self._clock = clock
        self._refusals = _Refusals(connection)
        self._published: list[tuple[Event, str | None]] = []
        self.forgotten: dict[str, set[int]] = {}

    @property
    def waits_in_vain(self) -> bool:
        """Whether the server did not answer in time; it may be silent for good."""
        return self._refusals.in_vain

    @property
    def has_published(self) -> bool:
        """Whether there are events of this body."""
        return bool(self._published)

    async def run(self, sql: str, *args: object) -> int:
        """Run a statement and return how many rows it changed."""
        with self._refusals:
            status = await self._connection.execute(sql, *args)
        # such as INSERT 0 1, UPDATE 7 or CREATE TABLE
        changed = status.rpartition(" ")[2]
        return int(changed) if changed.isdigit() else 0

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row of arguments."""
        if rows:
            with self._refusals:
                await self._connection.executemany(sql, rows)

    def publish(self, event: Event) -> None:
        """Append an event to the outbox."""
        self._published.append((event, get_contextvars().get("request_id")))

    def forget(self, space: str, *keys: int) -> None:
        """Drop cache entries after the commit."""
        if keys:
            self.forgotten.setdefault(space, set()).update(keys)

    async def flush(self) -> None:
        """Write the published events, at the end of the body.

        What the caches must forget is written with them: a process may end, or lose its cache, between the commit and
        the forgetting.
        """
        entries = [(space, key) for space, keys in self.forgotten.items() for key in sorted(keys)]
        if entries:
            spaces, keys = zip(*entries, strict=True)
            self.publish(CacheForgotten(spaces=spaces, keys=keys))
        if self._published:
            now = self._clock.now()
            # mostly one or two: as rows they cost less than as arrays, and take one journey as well
            await self.run_many(_APPEND, [_row(event, request_id, now) for event, request_id in self._published])

    async def _query(self, sql: str, args: Sequence[object]) -> list[asyncpg.Record]:
        with self._refusals:
            return await self._connection.fetch(sql, *args)


def _row(event: Event, request_id: str | None, now: int) -> tuple[object, ...]:
    kind, key = type(event), event.key
    return kind.family, shard_of(key), kind.__name__, key, encode(event), request_id, now
