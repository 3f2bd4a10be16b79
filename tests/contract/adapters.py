"""How each adapter of each port is opened for its contract; a new adapter adds one line and, if need be, one class."""

import contextlib
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path

from chirrup.platform.adapters.memory.cache import MemoryCache
from chirrup.platform.adapters.postgres.database import PostgresDatabase
from chirrup.platform.adapters.sqlite.database import SqliteDatabase
from chirrup.platform.adapters.sqlite.outbox import SqliteOutbox
from chirrup.platform.clock import Clock
from chirrup.platform.datadir import DataDir
from chirrup.platform.events import Event
from chirrup.platform.ports import Database
from chirrup.platform.telemetry import Telemetry
from tests.clock import HandClock
from tests.cluster import FreshDatabase, require, with_database
from tests.contract.stores import SPACES


class Sang(Event, frozen=True, kw_only=True):
    """A bird has sung its n-th song."""

    family = "birds"

    bird: int
    song: int

    @property
    def key(self) -> int:
        """Songs of one bird stay in order."""
        return self.bird


class Slept(Event, frozen=True, kw_only=True):
    """A bird has slept."""

    family = "birds"

    bird: int

    @property
    def key(self) -> int:
        """Nights of one bird stay in order."""
        return self.bird


class Storage(ABC):
    """A database that can be opened again and again."""

    def __init__(self) -> None:
        self.clock: Clock = HandClock()
        self.cache = MemoryCache(SPACES)
        self.telemetry = Telemetry()

    @abstractmethod
    def open(self) -> AbstractAsyncContextManager[Database]:
        """Open the database, and close it as at the end of a process."""


class PostgresStorage(Storage):
    """A database on the primary, reached directly or through a pooler."""

    def __init__(self, url: str, replica_url: str = "", *, prepared: bool = True) -> None:
        super().__init__()
        self.url = url
        self.replica_url = replica_url
        self.prepared = prepared

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Database]:
        """Open the database."""
        async with PostgresDatabase(
            self.url, self.replica_url, self.clock, self.cache, prepared=self.prepared
        ) as database:
            yield database


@contextmanager
def on_postgres(_: Path) -> Iterator[Storage]:
    """Make a database on the primary."""
    with FreshDatabase(require("postgres")) as fresh:
        yield PostgresStorage(fresh.url)


@contextmanager
def on_postgres_with_replica(_: Path) -> Iterator[Storage]:
    """Make a database on the primary whose reads go to the replica."""
    with FreshDatabase(require("postgres")) as fresh:
        yield PostgresStorage(fresh.url, with_database(require("replica"), fresh.name))


@contextmanager
def on_pgbouncer(_: Path) -> Iterator[Storage]:
    """Make a database that is reached through PgBouncer in transaction mode."""
    with FreshDatabase(require("postgres")) as fresh:
        yield PostgresStorage(with_database(require("pgbouncer"), fresh.name), prepared=False)


@contextmanager
def on_sqlite(data_dir: Path) -> Iterator[Storage]:
    """Use the database of a data directory."""
    yield SqliteStorage(data_dir)


class SqliteStorage(Storage):
    """A SQLite file."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self.path = DataDir(data_dir).database
        self.outbox = SqliteOutbox()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Database]:
        """Open the database, and close it as at the end of a process."""
        async with SqliteDatabase(self.path, self.clock, self.cache) as database:
            yield database

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the file's lock as another process would."""
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")


STORAGES: dict[str, Callable[[Path], AbstractContextManager[Storage]]] = {
    "sqlite": on_sqlite,
    "postgres": on_postgres,
    "postgres+replica": on_postgres_with_replica,
    "pgbouncer": on_pgbouncer,
}
