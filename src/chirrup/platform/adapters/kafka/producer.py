"""Publishing to Kafka."""

import struct
from collections.abc import Callable, Sequence

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from chirrup.platform.adapters.kafka.codec import Encoder
from chirrup.platform.adapters.kafka.options import KafkaOptions
from chirrup.platform.adapters.kafka.topics import prepare_topics
from chirrup.platform.adapters.postgres.outbox import Numbered, Shard
from chirrup.platform.errors import Unavailable

DELIVERY_TIMEOUT = 8.0
"""Seconds until a message that is not confirmed counts as not published."""
_GRACE = 2.0
_NO_TOPIC = frozenset((KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION))
NUMBERS = struct.Struct(">qqq")
"""The header `chirrup`: the event's number in its shard, its id, and when it was published."""


class KafkaProducer:
    """Publishes batches, one after another; its calls block."""

    def __init__(self, options: KafkaOptions, encoder: Encoder) -> None:
        self._options = options
        self._encoder = encoder
        self._producer: Producer | None = None

    def publish(self, events: Sequence[Numbered]) -> list[Numbered]:
        """Publish events, which are in order by shard; return those that are confirmed, of each shard the first.

        Raises:
            Unavailable: nothing could be published.
        """
        values = [self._encoder.encode(event.entry.type, event.entry.payload) for event in events]
        if self._producer is None:
            self._producer = Producer(self._properties())
        deliveries = _Deliveries(len(events))
        try:
            for index, (event, value) in enumerate(zip(events, values, strict=True)):
                self._produce(self._producer, event, value, deliveries.of(index))
            self._producer.flush(DELIVERY_TIMEOUT + _GRACE)
        except (KafkaException, BufferError) as error:
            deliveries.note(error)
        confirmed = deliveries.first_of_each(events)
        if deliveries.error is not None and not confirmed:
            self._look_into(deliveries.error)
            raise Unavailable(f"Kafka has not confirmed what was published: {deliveries.error.str()}")
        return confirmed

    def abandon(self) -> None:
        """Have a call that is under way in another thread give up what is not confirmed."""
        producer = self._producer
        if producer is not None:
            producer.purge()

    def close(self) -> None:
        """Give up what is not confirmed."""
        if self._producer is not None:
            self._producer.purge()
            self._producer.flush(_GRACE)
            self._producer = None

    def _produce(
        self, producer: Producer, event: Numbered, value: bytes | None, delivered: Callable[..., None]
    ) -> None:
        entry = event.entry
        headers: list[tuple[str, bytes]] = [
            ("chirrup", NUMBERS.pack(event.seq, entry.event_id, entry.created_at)),
            ("type", entry.type.encode()),
        ]
        if entry.request_id is not None:
            headers.append(("request_id", entry.request_id.encode()))
        place = {"key": str(event.key), "partition": event.shard, "headers": headers, "on_delivery": delivered}
        topic = self._options.topic(event.topic)
        try:
            producer.produce(topic, value, **place)  # type: ignore[arg-type]
        except KafkaException as error:
            if error.args[0].code() != KafkaError.MSG_SIZE_TOO_LARGE:
                raise
            # consumers find its number without its event, which they take from the outbox then
            producer.produce(topic, None, **place)  # type: ignore[arg-type]

    def _look_into(self, error: KafkaError) -> None:
        """Do what can be done about a failure before the next attempt."""
        self.close()
        if error.code() in _NO_TOPIC:
            families = sorted({kind.family for kind in self._encoder.types})
            prepare_topics(self._options, families)

    def _properties(self) -> dict[str, object]:
        return self._options.properties(
            **{
                "acks": "all",
                "enable.idempotence": True,
                "delivery.timeout.ms": int(DELIVERY_TIMEOUT * 1000),
                "socket.timeout.ms": int(DELIVERY_TIMEOUT * 1000),
                "linger.ms": 2,
                "compression.type": "lz4",
                "queue.buffering.max.messages": 100_000,
            }
        )


class _Deliveries:
    """Which messages of a batch are confirmed."""

    def __init__(self, count: int) -> None:
        self._confirmed = bytearray(count)
        self.error: KafkaError | None = None

    def of(self, index: int) -> Callable[[KafkaError | None, Message], None]:
        """Return what hears of one message."""

        def delivered(error: KafkaError | None, _message: Message) -> None:
            if error is None:
                self._confirmed[index] = 1
            else:
                self.error = error

        return delivered

    def note(self, error: KafkaException | BufferError) -> None:
        """Note that the rest could not even be sent."""
        found = error.args[0] if error.args else None
        self.error = found if isinstance(found, KafkaError) else KafkaError(KafkaError._QUEUE_FULL)

    def first_of_each(self, events: Sequence[Numbered]) -> list[Numbered]:
        """Return, by shard, the events before the first that is not confirmed."""
        first, broken = [], set[Shard]()
        for event, confirmed in zip(events, self._confirmed, strict=True):
            shard = (event.topic, event.shard)
            if not confirmed:
                broken.add(shard)
            elif shard not in broken:
                first.append(event)
        return first
