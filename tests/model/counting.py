"""Counting what is asked of the database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from chirrup.bootstrap import Application
from chirrup.platform.adapters.sqlite.database import SqliteDatabase
from chirrup.platform.events import Event
from chirrup.platform.ports import Reader, Row, Transaction

_OF_CONSUMERS = ("FROM outbox", "FROM dead_letters")
"""What consumers of the bus ask on their own, at any time."""


class CountingReader:
    """Passes queries on and notes them, but for those of consumers."""

    def __init__(self, reader: Reader, queries: list[str]) -> None:
        self._reader = reader
        self._queries = queries

    async def all(self, sql: str, *args: object) -> Sequence[Row]:
        """Return all rows of a query."""
        self._note(sql)
        return await self._reader.all(sql, *args)

    async def first(self, sql: str, *args: object) -> Row | None:
        """Return the first row of a query."""
        self._note(sql)
        return await self._reader.first(sql, *args)

    async def each(self, sql: str, keys: Sequence[int], *args: object) -> Sequence[Row]:
        """Return the rows of a query for each of the keys."""
        self._note(sql)
        return await self._reader.each(sql, keys, *args)

    def _note(self, sql: str) -> None:
        if not any(source in sql for source in _OF_CONSUMERS):
            self._queries.append(sql)


class CountingTransaction(CountingReader):
    """Passes statements on, too."""

    def __init__(self, tx: Transaction, queries: list[str]) -> None:
        super().__init__(tx, queries)
        self._tx = tx
        self.published: list[Event] = []

    async def run(self, sql: str, *args: object) -> int:
        """Run a statement."""
        self._queries.append(sql)
        return await self._tx.run(sql, *args)

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row."""
        self._queries.append(sql)
        await self._tx.run_many(sql, rows)

    def publish(self, event: Event) -> None:
        """Note an event."""
        self.published.append(event)

    def forget(self, space: str, *keys: int) -> None:
        """Pass on what caches forget."""
        self._tx.forget(space, *keys)


@contextmanager
def counted(app: Application, queries: list[str]) -> Iterator[None]:
    """Note all queries on a database; slices ask it for its readers each time."""
    database = app.db
    assert isinstance(database, SqliteDatabase)
    short, long = database.read, database.scan
    database.read = CountingReader(short, queries)  # type: ignore[assignment]
    database.scan = CountingReader(long, queries)  # type: ignore[assignment]
    queries.clear()
    yield
    database.read, database.scan = short, long
