"""Kafka as the log."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from chirrup.platform.adapters.kafka.codec import Decoder, Encoder, Registry, subject_of
from chirrup.platform.adapters.kafka.consumer import KafkaReading
from chirrup.platform.adapters.kafka.options import KafkaOptions
from chirrup.platform.adapters.kafka.producer import KafkaProducer
from chirrup.platform.adapters.kafka.topics import check as check_topics
from chirrup.platform.adapters.kafka.topics import prepare_topics
from chirrup.platform.adapters.postgres.outbox import Numbered
from chirrup.platform.events import Event, families
from chirrup.platform.ports import Subscription


class KafkaLog:
    """The `Log` protocol: a topic for each family, a partition for each shard, a group for each subscription."""

    def __init__(self, options: KafkaOptions, types: Sequence[type[Event]]) -> None:
        """`types` are all events that are published from here."""
        self._options = options
        self._families = families(types)
        self._registry = Registry(options)
        self._producer = KafkaProducer(options, Encoder(self._registry, types))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kafka-publish")

    async def __aenter__(self) -> "KafkaLog":
        """Nothing is connected before it is needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give up what is not confirmed."""
        self._producer.abandon()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._producer.close)
        self._thread.shutdown()
        self._registry.close()

    async def publish(self, events: Sequence[Numbered]) -> list[Numbered]:
        """Publish events; return those that are confirmed, of each shard the first."""
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._producer.publish, events)
        work.add_done_callback(_note_failure)
        return await asyncio.shield(work)

    async def check(self) -> None:
        """Find out whether Kafka answers and has all topics.

        Raises:
            Unavailable: it does not.
        """
        await check_topics(self._options, self._families)

    async def check_registry(self) -> None:
        """Find out whether the registry answers.

        Raises:
            Unavailable: it does not.
        """
        await asyncio.to_thread(self._registry.check)

    @asynccontextmanager
    async def read(self, subscription: Subscription) -> AsyncIterator[KafkaReading]:
        """Join the group of a subscription."""
        reading = KafkaReading(self._options, subscription, Decoder(self._registry, subscription.events))
        try:
            await reading.open()
            yield reading
        finally:
            await reading.close()


def prepare(options: KafkaOptions, types: Sequence[type[Event]]) -> tuple[list[str], list[str]]:
    """Create missing topics and register the newest schemas; return topics that are new and all subjects. Blocks.

    Raises:
        Unavailable: Kafka or the registry cannot be reached, or the registry refuses a schema.
    """
    topics = prepare_topics(options, families(types))
    registry = Registry(options)
    try:
        for kind in types:
            registry.register(kind)
    finally:
        registry.close()
    return topics, [subject_of(options, kind) for kind in types]


def _note_failure(work: "asyncio.Future[list[Numbered]]") -> None:
    """Note that a failure is known, though whoever waited for it may have been cancelled."""
    if not work.cancelled():
        work.exception()
