"""How each bus is run for its contract; a new one adds one line and, if need be, one class."""

import asyncio
import contextlib
import secrets
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Container, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import redis
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from chirrup.platform.adapters.kafka.log import KafkaLog
from chirrup.platform.adapters.kafka.options import KafkaOptions
from chirrup.platform.adapters.kafka.producer import NUMBERS
from chirrup.platform.adapters.kafka.topics import prepare_topics
from chirrup.platform.adapters.log.bus import LogBus
from chirrup.platform.adapters.log.events import DeadLettered
from chirrup.platform.adapters.log.log import Log
from chirrup.platform.adapters.log.relay import Relay
from chirrup.platform.adapters.postgres.outbox import PostgresOutbox, Shard
from chirrup.platform.adapters.redis_streams.streams import RedisStreamsLog, StreamOptions
from chirrup.platform.adapters.sqlite.bus import OutboxBus
from chirrup.platform.adapters.sqlite.database import SqliteDatabase
from chirrup.platform.adapters.sqlite.outbox import SqliteOutbox
from chirrup.platform.events import SHARDS, Event
from chirrup.platform.outbox import OutboxStore
from chirrup.platform.ports import Bus, Database, Reader, Subscription, Transaction
from tests.cluster import FreshDatabase, require
from tests.contract.adapters import PostgresStorage, Sang, Slept, SqliteStorage, Storage

TYPES = (Sang, Slept, DeadLettered)
FAMILIES = ("birds", "dead-letters")


class BusStorage:
    """A database, and a bus over it."""

    outbox: OutboxStore
    storage: Storage

    def open(self) -> AbstractAsyncContextManager[Database]:
        """Open the database, and close it as at the end of a process."""
        return self.storage.open()

    @abstractmethod
    def locked(self) -> AbstractAsyncContextManager[None]:
        """Keep everybody from writing what a bus has to write."""

    @abstractmethod
    def delivering(
        self, database: Database, subscriptions: Sequence[Subscription], only: Container[str] | None = None
    ) -> AbstractAsyncContextManager[Bus]:
        """Run a bus; leaving the block ends it at whatever it does, as a crash would."""

    @abstractmethod
    async def append(self, tx: Transaction, kind: str, key: int, payload: bytes) -> None:
        """Write something to the outbox that no event looks like."""

    @abstractmethod
    async def handled(self, reader: Reader, consumer: str) -> int:
        """Return how many of the first events a consumer has handled."""


class SqliteBusStorage(BusStorage):
    """A SQLite file that consumers read themselves."""

    outbox: SqliteOutbox
    storage: SqliteStorage

    def __init__(self, data_dir: Path) -> None:
        self.storage = SqliteStorage(data_dir)
        self.outbox = self.storage.outbox

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Hold the file's lock as another process would."""
        with self.storage.locked():
            yield

    @asynccontextmanager
    async def delivering(
        self, database: Database, subscriptions: Sequence[Subscription], only: Container[str] | None = None
    ) -> AsyncIterator[Bus]:
        """Run the embedded bus."""
        assert isinstance(database, SqliteDatabase)
        bus = OutboxBus(database, self.outbox, subscriptions, self.storage.clock, self.storage.telemetry)
        database.on_publish(bus.wake)
        async with running(bus.run(only)):
            yield bus

    async def append(self, tx: Transaction, kind: str, key: int, payload: bytes) -> None:
        """Write a row."""
        await tx.run("INSERT INTO outbox (type, key, payload, created_at) VALUES ($1, $2, $3, 0)", kind, key, payload)

    async def handled(self, reader: Reader, consumer: str) -> int:
        """Return the position."""
        return await self.outbox.position(reader, consumer)


class LogBusStorage(BusStorage):
    """A database on PostgreSQL, a relay to a log, and consumers of the log."""

    outbox: PostgresOutbox
    storage: PostgresStorage

    def __init__(self, url: str) -> None:
        self.storage = PostgresStorage(url)
        self.outbox = PostgresOutbox()

    @abstractmethod
    def log(self) -> AbstractAsyncContextManager[Log]:
        """Open the log."""

    @abstractmethod
    def contents(self) -> dict[Shard, list[int]]:
        """Return the numbers that stand in the log."""

    @abstractmethod
    def lose(self) -> None:
        """Lose all that is in the log."""

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Hold locks on what relay and consumers write."""
        connection = await asyncpg.connect(self.storage.url)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE outbox_shards, consumers IN EXCLUSIVE MODE")
                yield
        finally:
            await connection.close()

    @asynccontextmanager
    async def delivering(
        self, database: Database, subscriptions: Sequence[Subscription], only: Container[str] | None = None
    ) -> AsyncIterator[Bus]:
        """Run a relay and a consumer of each subscription."""
        async with self.log() as log:
            bus = self.bus(database, log, subscriptions)
            relay = Relay(database, log, self.storage.telemetry)
            async with running(relay.run(), bus.run(only)):
                yield bus

    def bus(self, database: Database, log: Log, subscriptions: Sequence[Subscription]) -> LogBus:
        """Make a bus that is not yet running."""
        return LogBus(database, self.outbox, log, subscriptions, self.storage.clock, self.storage.telemetry)

    async def append(self, tx: Transaction, kind: str, key: int, payload: bytes) -> None:
        """Write a row."""
        await tx.run(
            "INSERT INTO outbox (topic, shard, type, key, payload, created_at) VALUES ('birds', $2::bigint % 12, $1,"
            " $2, $3, 0)",
            kind, key, payload,
        )  # fmt: skip

    async def handled(self, reader: Reader, consumer: str) -> int:
        """Return the sum over all shards."""
        return sum(position for *_, position in await self.outbox.position(reader, consumer, FAMILIES))


class KafkaBusStorage(LogBusStorage):
    """The log is Kafka; topics, groups and subjects have a prefix of their own."""

    def __init__(self, url: str, options: KafkaOptions) -> None:
        super().__init__(url)
        self.options = options
        self.types: Sequence[type[Event]] = TYPES

    def log(self) -> KafkaLog:
        """Open the log."""
        return KafkaLog(self.options, self.types)

    def contents(self) -> dict[Shard, list[int]]:
        """Read all partitions."""
        topic, found = self.options.topic("birds"), dict[Shard, list[int]]()
        consumer = Consumer(self.options.properties(**{"group.id": "reader", "enable.partition.eof": True}))
        try:
            consumer.assign([TopicPartition(topic, shard, OFFSET_BEGINNING) for shard in range(SHARDS)])
            ends = 0
            while ends < SHARDS:
                message = consumer.poll(10)
                assert message is not None
                if message.error() is not None:
                    ends += 1
                    continue
                numbers = dict(message.headers() or [])["chirrup"]
                assert isinstance(numbers, bytes)
                found.setdefault(("birds", message.partition() or 0), []).append(NUMBERS.unpack(numbers)[0])
        finally:
            consumer.close()
        return found

    def lose(self) -> None:
        """Delete the topics, and create them anew."""
        delete_topics(self.options)
        prepare_topics(self.options, FAMILIES)


@contextmanager
def on_sqlite(data_dir: Path) -> Iterator[BusStorage]:
    """Use the database of a data directory."""
    yield SqliteBusStorage(data_dir)


@contextmanager
def on_kafka(_: Path) -> Iterator[LogBusStorage]:
    """Make a database and topics."""
    options = KafkaOptions(servers=require("kafka"), registry=require("registry"), prefix=f"t{secrets.token_hex(4)}.")
    with FreshDatabase(require("postgres")) as fresh:
        prepare_topics(options, FAMILIES)
        try:
            yield KafkaBusStorage(fresh.url, options)
        finally:
            delete_topics(options)


def delete_topics(options: KafkaOptions) -> None:
    """Delete the topics of a test."""
    admin = AdminClient(options.properties())
    for future in admin.delete_topics(options.topics(FAMILIES)).values():
        future.result(timeout=10)


@asynccontextmanager
async def running(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do some work that has no end, as long as the block lasts."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


class StreamsBusStorage(LogBusStorage):
    """The log is streams in Redis, whose keys have a prefix of their own."""

    def __init__(self, url: str, options: StreamOptions) -> None:
        super().__init__(url)
        self.options = options

    def log(self) -> RedisStreamsLog:
        """Open the log."""
        return RedisStreamsLog(self.options)

    def contents(self) -> dict[Shard, list[int]]:
        """Read all streams."""
        with redis.Redis.from_url(self.options.url) as client:
            streams = [(shard, client.xrange(self.options.key("birds", shard))) for shard in range(SHARDS)]
        return {("birds", shard): [int(key.split(b"-")[0]) for key, _ in entries] for shard, entries in streams}

    def lose(self) -> None:
        """Delete all keys."""
        delete_keys(redis.Redis.from_url(self.options.url), self.options)


@contextmanager
def on_streams(_: Path) -> Iterator[LogBusStorage]:
    """Make a database, and take keys on one Redis."""
    options = StreamOptions(url=require("redis"), prefix=f"t{secrets.token_hex(4)}.")
    with FreshDatabase(require("postgres")) as fresh:
        try:
            yield StreamsBusStorage(fresh.url, options)
        finally:
            delete_keys(redis.Redis.from_url(options.url), options)


@contextmanager
def on_streams_in_a_cluster(_: Path) -> Iterator[LogBusStorage]:
    """Make a database, and take keys on a cluster of Redis servers."""
    places = require("redis-cluster")
    options = StreamOptions(url=f"redis+cluster://{places}", prefix=f"t{secrets.token_hex(4)}.")
    with FreshDatabase(require("postgres")) as fresh:
        try:
            yield StreamsBusStorage(fresh.url, options)
        finally:
            # redis-py's client of a cluster leaves the first connection to the garbage collector
            for place in places.split(","):
                host, port = place.split(":")
                delete_keys(redis.Redis(host, int(port)), options)


def delete_keys(client: redis.Redis, options: StreamOptions) -> None:
    """Delete the keys of a test that are on this server."""
    with client:
        for key in list(client.scan_iter(f"{options.key()}*")):
            client.delete(key)


LOGS: dict[str, Callable[[Path], AbstractContextManager["LogBusStorage"]]] = {
    "kafka": on_kafka,
    "redis-streams": on_streams,
}
BUSES: dict[str, Callable[[Path], AbstractContextManager[BusStorage]]] = {
    "sqlite-outbox": on_sqlite,
    "kafka": on_kafka,
    "redis-streams": on_streams,
    "redis-streams+cluster": on_streams_in_a_cluster,
}
