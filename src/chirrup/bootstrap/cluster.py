"""The cluster profile: many processes over PostgreSQL, Redis, and Kafka or streams in Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from chirrup.accounts.tokens import Keys
from chirrup.bootstrap.adapters import CACHE_SIZES, CACHED, Adapters
from chirrup.bootstrap.media import blob_store, picture_maker
from chirrup.bootstrap.push import open_push
from chirrup.bootstrap.search import open_search, prepare_search
from chirrup.bootstrap.watching import checks_of, watch_database
from chirrup.platform.adapters.kafka.log import KafkaLog
from chirrup.platform.adapters.kafka.log import prepare as prepare_kafka
from chirrup.platform.adapters.kafka.options import KafkaOptions
from chirrup.platform.adapters.log.bus import LogBus
from chirrup.platform.adapters.log.events import DeadLettered
from chirrup.platform.adapters.log.relay import Relay
from chirrup.platform.adapters.postgres import schema
from chirrup.platform.adapters.postgres.database import PostgresDatabase
from chirrup.platform.adapters.postgres.integrity import examinations
from chirrup.platform.adapters.postgres.integrity import examine as examine_database
from chirrup.platform.adapters.postgres.outbox import PostgresOutbox
from chirrup.platform.adapters.postgres.partitions import make_partitions
from chirrup.platform.adapters.redis.cache import RedisCache
from chirrup.platform.adapters.redis.limiter import RedisRateLimiter
from chirrup.platform.adapters.redis.link import RedisLink
from chirrup.platform.adapters.redis.live import RedisLiveChannel
from chirrup.platform.adapters.redis.timelines import RedisTimelineStore
from chirrup.platform.adapters.redis_streams.streams import RedisStreamsLog, StreamOptions
from chirrup.platform.clock import Clock, SystemClock
from chirrup.platform.datadir import DataDir
from chirrup.platform.errors import StartRefused
from chirrup.platform.events import SHARDS, CacheForgotten, Event
from chirrup.platform.integrity import Finding
from chirrup.platform.ports import Batch, Bus, Cache, Subscription
from chirrup.platform.telemetry import Telemetry
from chirrup.registry import EVENTS, Job
from chirrup.settings import PREFIX, Settings

__all__ = ["examinations", "examine", "open_adapters", "prepare"]

PUBLISHED: Sequence[type[Event]] = [*EVENTS, CacheForgotten, DeadLettered]
"""All that a relay publishes."""
_DAY = 86_400


async def prepare(settings: Settings) -> None:
    """Make or bring up to date what all processes share: tables, the signing key, topics, events' schemas.

    Raises:
        StartRefused: a setting is missing, or the database is newer than this program.
        Unavailable: the bus does not answer.
    """
    _check_settings(settings)
    data = DataDir(settings.data_dir)
    data.root.mkdir(mode=0o750, parents=True, exist_ok=True)
    Keys(data.keys)
    await schema.prepare(settings.database_url, SystemClock(), migrate=True)
    await prepare_search(settings)
    if settings.bus == "kafka":
        await asyncio.to_thread(prepare_kafka, _kafka(settings), PUBLISHED)


def examine(settings: Settings, done: Callable[[], None]) -> AsyncIterator[Finding]:
    """Yield what each examination of the database finds."""
    _check_settings(settings)
    return examine_database(settings.database_url, done)


@asynccontextmanager
async def open_adapters(settings: Settings, clock: Clock, telemetry: Telemetry) -> AsyncIterator[Adapters]:
    """Open what `prepare` has prepared.

    Raises:
        StartRefused: it has not, or for an older version of this program.
    """
    _check_settings(settings)
    keys = _existing_keys(DataDir(settings.data_dir))
    await schema.prepare(settings.database_url, clock)
    outbox = PostgresOutbox()
    async with AsyncExitStack() as stack:
        link = await stack.enter_async_context(RedisLink(settings.redis_url))
        cache = RedisCache(link, CACHED, CACHE_SIZES, telemetry.caches)
        stack.push_async_callback(cache.close)
        live = RedisLiveChannel(link, prefix=f"{settings.topic_prefix}live:")
        stack.push_async_callback(live.close)
        log = _log(settings)
        await stack.enter_async_context(log)
        db = PostgresDatabase(
            settings.database_url, settings.replica_url, clock, cache,
            pool=settings.database_pool, prepared=settings.database_pooler == "none",
        )  # fmt: skip
        await stack.enter_async_context(db)
        watch_database(db, telemetry)
        push = await stack.enter_async_context(open_push(settings, db, clock))
        blobs = blob_store(settings)
        search = await stack.enter_async_context(open_search(settings, db))
        relay = Relay(db, log, telemetry)
        db.on_publish(relay.wake)

        def make_bus(subscriptions: Sequence[Subscription]) -> Bus:
            return LogBus(db, outbox, log, subscriptions, clock, telemetry)

        yield Adapters(
            db=db,
            cache=cache,
            timelines=RedisTimelineStore(link, clock, bound=settings.timeline_size, time_to_live=settings.timeline_ttl),
            limiter=RedisRateLimiter(link, clock),
            search=search.index,
            sole_builder=search.sole_builder,
            outbox=outbox,
            keys=keys,
            live=live,
            push=push,
            blobs=blobs,
            pictures=await stack.enter_async_context(aclosing(picture_maker(settings, telemetry))),
            bus=make_bus,
            checks={**checks_of(db, link, log), **search.checks, "media": blobs.check},
            subscriptions=[Subscription("cache.forget", [CacheForgotten], Forgetting(cache).handle)],
            jobs=[Job("make_partitions", _DAY, partial(make_partitions, settings.database_url, clock))],
            roles={"relay": relay.run},
            lanes=SHARDS,
        )


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Deletes cache entries once more, should the first time, right after the commit, have failed."""

    cache: Cache

    async def handle(self, batch: Batch) -> None:
        """Delete what transactions have made old."""
        for delivery in batch.deliveries:
            assert isinstance(delivery.event, CacheForgotten)
            for space, keys in delivery.event.by_space().items():
                await self.cache.delete(space, keys)


def _existing_keys(data: DataDir) -> Keys:
    if not any(data.keys.glob("*.pem")):
        raise StartRefused(
            f"There is no signing key in {data.keys}. `chirrup migrate` makes the first; all processes need the same."
        )
    return Keys(data.keys)


def _log(settings: Settings) -> KafkaLog | RedisStreamsLog:
    if settings.bus == "redis":
        return RedisStreamsLog(StreamOptions(url=settings.redis_url, prefix=settings.topic_prefix))
    return KafkaLog(_kafka(settings), PUBLISHED)


def _kafka(settings: Settings) -> KafkaOptions:
    return KafkaOptions(
        servers=settings.kafka,
        registry=settings.schema_registry_url,
        prefix=settings.topic_prefix,
        replicas=settings.kafka_replicas,
        in_sync=max(1, settings.kafka_replicas - 1),
    )


def _check_settings(settings: Settings) -> None:
    needed = ["database_url", "redis_url"]
    if settings.bus == "kafka":
        needed += ["kafka", "schema_registry_url"]
    if settings.search_engine == "opensearch":
        needed.append("opensearch_url")
    missing = [PREFIX + name.upper() for name in needed if not getattr(settings, name)]
    if missing:
        raise StartRefused(f"The cluster profile needs {' and '.join(missing)}.")
