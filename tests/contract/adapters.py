"""How each adapter of each port is opened for its contract; a new adapter adds one line and, if need be, one class."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from chirrup.platform.adapters.memory.cache import MemoryCache
from chirrup.platform.adapters.memory.limiter import MemoryRateLimiter
from chirrup.platform.adapters.memory.timelines import MemoryTimelineStore
from chirrup.platform.adapters.sqlite.bus import OutboxBus
from chirrup.platform.adapters.sqlite.database import SqliteDatabase
from chirrup.platform.adapters.sqlite.outbox import SqliteOutbox
from chirrup.platform.clock import Clock
from chirrup.platform.datadir import DataDir
from chirrup.platform.events import Event
from chirrup.platform.ports import Bus, Cache, Database, RateLimiter, Subscription, TimelineStore
from chirrup.platform.telemetry import Telemetry
from tests.clock import HandClock

SPACES = {"nests": 4, "eggs": 4}


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


class Storage:
    """A database that can be opened again and again, and a bus over it."""

    def __init__(self, data_dir: Path) -> None:
        self.path = DataDir(data_dir).database
        self.clock: Clock = HandClock()
        self.cache = MemoryCache(SPACES)
        self.outbox = SqliteOutbox()
        self.telemetry = Telemetry()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Database]:
        """Open the database, and close it as at the end of a process."""
        async with SqliteDatabase(self.path, self.clock, self.cache) as database:
            yield database

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the database's lock as another process would."""
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    @asynccontextmanager
    async def delivering(self, database: Database, subscriptions: Sequence[Subscription]) -> AsyncIterator[Bus]:
        """Run a bus; leaving the block ends it at whatever it does, as a crash would."""
        assert isinstance(database, SqliteDatabase)
        bus = OutboxBus(database, self.outbox, subscriptions, self.clock, self.telemetry)
        database.on_publish(bus.wake)
        task = asyncio.create_task(bus.run())
        try:
            yield bus
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


STORAGES: dict[str, Callable[[Path], Storage]] = {"sqlite": Storage}
CACHES: dict[str, Callable[[], Cache]] = {"memory": lambda: MemoryCache(SPACES)}
LIMITERS: dict[str, Callable[[Clock], RateLimiter]] = {"memory": MemoryRateLimiter}
TIMELINE_STORES: dict[str, Callable[[Clock, int, int], TimelineStore]] = {
    "memory": lambda clock, bound, ttl: MemoryTimelineStore(clock, bound=bound, time_to_live=ttl),
}
