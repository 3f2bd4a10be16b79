"""Reading from Kafka as a member of a group."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import structlog
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from chirrup.platform.adapters.kafka.codec import Decoder
from chirrup.platform.adapters.kafka.options import KafkaOptions
from chirrup.platform.adapters.kafka.producer import NUMBERS
from chirrup.platform.adapters.log.log import Record
from chirrup.platform.adapters.postgres.outbox import Shard
from chirrup.platform.errors import Unavailable
from chirrup.platform.outbox import Entry
from chirrup.platform.ports import Subscription

T = TypeVar("T")
LONGEST_POLL = 0.25
"""Seconds that a stop may have to wait for."""
COMMIT_SECONDS = 1.0
"""Seconds between notes to Kafka of how far this member is."""
SESSION_TIMEOUT = 6.0
"""Seconds after which others take over from a process that is gone."""
LONGEST_SILENCE = 120.0
"""Seconds after which they take over from one that hangs."""

log = structlog.get_logger()


class KafkaReading:
    """A member of a group; librdkafka's calls run in a thread of its own, one after another."""

    def __init__(self, options: KafkaOptions, subscription: Subscription, decoder: Decoder) -> None:
        self._options = options
        self._decoder = decoder
        self._wanted = {kind.__name__ for kind in subscription.events}
        self._topics = options.topics(subscription.topics)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"kafka-{subscription.name}")
        self._consumer = Consumer(self._properties(options.prefix + subscription.name))
        self._owned: set[Shard] = set()
        self._undecoded: list[Message] = []
        self._ends: dict[tuple[str, int], int] = {}
        self._paused = False
        self._committed = 0.0
        self.shards: frozenset[Shard] = frozenset()

    async def open(self) -> None:
        """Ask for a share of the shards."""
        await self._run(self._subscribe)

    async def close(self) -> None:
        """Leave the group."""
        try:
            await self._run(self._consumer.close)
        finally:
            self._thread.shutdown(wait=False)

    async def fetch(self, limit: int, seconds: float) -> Sequence[Record]:
        """Return the next records, as soon as there are any, or nothing after a while."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            left = deadline - asyncio.get_running_loop().time()
            records = await self._run(partial(self._fetch, limit, max(0.0, min(left, LONGEST_POLL))))
            shards = frozenset(self._owned)
            if records or left <= LONGEST_POLL or shards != self.shards:
                self.shards = shards
                return records

    async def stay(self) -> None:
        """Remain a member without fetching."""
        await self._run(self._poll_paused)
        self.shards = frozenset(self._owned)

    async def acknowledge(self) -> None:
        """Tell that all that was fetched is handled."""
        ends = [
            TopicPartition(topic, partition, end)
            for (topic, partition), end in self._ends.items()
            if self._options.shard(topic, partition) in self._owned
        ]
        now = time.monotonic()
        if ends and not self._undecoded and now - self._committed > COMMIT_SECONDS:
            self._ends.clear()
            self._committed = now
            try:
                self._consumer.commit(offsets=ends, asynchronous=True)
            except KafkaException as error:
                # another has them now, and begins at its own positions
                log.info("kafka.not_acknowledged", error=str(error))

    async def _run(self, work: Callable[[], T]) -> T:
        """Do something in the thread; who is cancelled meanwhile leaves it to its end, which is near."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work))

    def _subscribe(self) -> None:
        def assigned(_consumer: Consumer, partitions: list[TopicPartition]) -> None:
            self._owned |= {self._options.shard(one.topic, one.partition) for one in partitions}

        def revoked(_consumer: Consumer, partitions: list[TopicPartition]) -> None:
            self._owned -= {self._options.shard(one.topic, one.partition) for one in partitions}

        self._consumer.subscribe(self._topics, on_assign=assigned, on_revoke=revoked, on_lost=revoked)

    def _fetch(self, limit: int, seconds: float) -> list[Record]:
        if self._paused:
            self._consumer.resume(self._consumer.assignment())
            self._paused = False
        if not self._undecoded:
            first = self._consumer.poll(seconds)
            if first is None:
                return []
            self._undecoded = [first, *self._consumer.consume(limit - 1, 0)]
        errors = [error for message in self._undecoded if (error := message.error())]
        self._undecoded = [message for message in self._undecoded if message.error() is None]
        if errors and not self._undecoded:
            raise Unavailable(f"Kafka cannot be read: {errors[0].str()}")
        records = [self._record(message) for message in self._undecoded]
        self._undecoded = []
        return records

    def _poll_paused(self) -> None:
        self._consumer.pause(self._consumer.assignment())
        self._paused = True
        # what was assigned just now is not paused yet
        message = self._consumer.poll(0)
        if message is not None:
            self._undecoded.append(message)

    def _record(self, message: Message) -> Record:
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        assert topic is not None
        assert partition is not None
        assert offset is not None
        value = _bytes(message.value())
        headers = {name: _bytes(content) for name, content in _pairs(message)}
        shard, numbers = self._options.shard(topic, partition), headers.get("chirrup", b"")
        if len(numbers) == NUMBERS.size:
            seq, event_id, created_at = NUMBERS.unpack(numbers)
            name, request_id = headers.get("type", b"").decode(), headers.get("request_id")
            event = self._decoder.decode(value) if name in self._wanted else None
            entry = Entry(event_id, name, b"", request_id.decode() if request_id else None, created_at, event)
            record = Record(shard, seq, entry)
        else:
            entry = Entry(0, "unknown", value, None, message.timestamp()[1])
            record = Record(shard, None, entry, f"a message in {topic}, at {partition}:{offset}, is none of ours")
        self._ends[topic, partition] = offset + 1
        return record

    def _properties(self, group: str) -> dict[str, object]:
        return self._options.properties(
            **{
                "group.id": group,
                "partition.assignment.strategy": "cooperative-sticky",
                "auto.offset.reset": "earliest",
                # a commit on leaving would wait for a broker that is away, and offsets only save reading again
                "enable.auto.commit": False,
                "session.timeout.ms": _milliseconds(SESSION_TIMEOUT),
                "heartbeat.interval.ms": _milliseconds(SESSION_TIMEOUT / 4),
                "max.poll.interval.ms": _milliseconds(LONGEST_SILENCE),
                # what is fetched ahead and not handled is bounded
                "queued.min.messages": 2000,
                "queued.max.messages.kbytes": 4096,
                "fetch.wait.max.ms": 100,
                "allow.auto.create.topics": False,
            }
        )


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _bytes(content: str | bytes | None) -> bytes:
    return content.encode() if isinstance(content, str) else content or b""


def _pairs(message: Message) -> list[tuple[str, str | bytes | None]]:
    headers = message.headers() or []
    return list(headers.items()) if isinstance(headers, dict) else headers
