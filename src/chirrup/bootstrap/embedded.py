"""The embedded profile: one process over one data directory."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, nullcontext

from chirrup.accounts.tokens import Keys
from chirrup.bootstrap.adapters import CACHE_SIZES, Adapters
from chirrup.bootstrap.media import blob_store, picture_maker
from chirrup.bootstrap.push import open_push
from chirrup.platform.adapters.memory.cache import MemoryCache
from chirrup.platform.adapters.memory.limiter import MemoryRateLimiter
from chirrup.platform.adapters.memory.live import MemoryLiveChannel
from chirrup.platform.adapters.memory.timelines import MemoryTimelineStore
from chirrup.platform.adapters.sqlite.bus import OutboxBus
from chirrup.platform.adapters.sqlite.database import SqliteDatabase
from chirrup.platform.adapters.sqlite.integrity import examinations
from chirrup.platform.adapters.sqlite.integrity import examine as examine_file
from chirrup.platform.adapters.sqlite.outbox import SqliteOutbox
from chirrup.platform.adapters.sqlite.search import SqliteSearch
from chirrup.platform.clock import Clock
from chirrup.platform.datadir import DataDir
from chirrup.platform.integrity import Finding
from chirrup.platform.ports import Bus, Subscription
from chirrup.platform.telemetry import Telemetry
from chirrup.registry import Job
from chirrup.settings import Settings

__all__ = ["examinations", "examine", "open_adapters", "prepare"]


async def prepare(settings: Settings) -> None:
    """Make the data directory, or bring it up to date after a backup of its database.

    Raises:
        StartRefused: it cannot be written, or its database is newer than this program.
    """
    DataDir(settings.data_dir).prepare()


async def examine(settings: Settings, done: Callable[[], None]) -> AsyncIterator[Finding]:
    """Yield what each examination of the database finds."""
    try:
        for finding in examine_file(DataDir(settings.data_dir).database, done):
            yield finding
    except sqlite3.DatabaseError as error:
        yield Finding("database file", 1, str(error))


@asynccontextmanager
async def open_adapters(settings: Settings, clock: Clock, telemetry: Telemetry) -> AsyncIterator[Adapters]:
    """Open a data directory that has been prepared."""
    data = DataDir(settings.data_dir)
    cache = MemoryCache(CACHE_SIZES, telemetry.caches)
    timelines = MemoryTimelineStore(clock, bound=settings.timeline_size, time_to_live=settings.timeline_ttl)
    outbox = SqliteOutbox()
    async with (
        SqliteDatabase(data.database, clock, cache) as db,
        SqliteSearch(data.search) as search,
        open_push(settings, db, clock) as push,
        aclosing(picture_maker(settings, telemetry)) as pictures,
    ):
        db.on_foreign_commit(cache.clear)
        blobs = blob_store(settings)

        def make_bus(subscriptions: Sequence[Subscription]) -> Bus:
            bus = OutboxBus(db, outbox, subscriptions, clock, telemetry)
            db.on_publish(bus.wake)
            return bus

        async def check_database() -> None:
            await db.read.first("SELECT 1")

        yield Adapters(
            db=db,
            cache=cache,
            timelines=timelines,
            limiter=MemoryRateLimiter(clock),
            search=search,
            # of a server and a command beside it, whoever begins later wins
            sole_builder=lambda: nullcontext(enter_result=True),
            outbox=outbox,
            keys=Keys(data.keys),
            live=MemoryLiveChannel(),
            push=push,
            blobs=blobs,
            pictures=pictures,
            bus=make_bus,
            checks={"database": check_database, "media": blobs.check},
            jobs=[Job("drop_idle_timelines", 600, timelines.drop_idle)],
        )
