"""What stands in Kafka, read by a consumer of no group."""

from collections.abc import Iterator
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from chirrup.platform.adapters.kafka.codec import Decoder, Registry
from chirrup.platform.adapters.kafka.options import KafkaOptions
from chirrup.platform.adapters.kafka.producer import NUMBERS
from chirrup.platform.adapters.log.events import DeadLettered
from chirrup.platform.events import SHARDS, Event
from chirrup.registry import EVENTS
from chirrup.settings import Settings

_SECONDS = 10


@dataclass(frozen=True)
class Published:
    """One record of ours, with its number in its partition."""

    partition: int
    seq: int
    key: int
    event: Event | None


def published(settings: Settings, family: str) -> Iterator[Published]:
    """Return all records of a family, in order by partition. Blocks."""
    options = _options(settings)
    registry = Registry(options)
    decoder = Decoder(registry, [*EVENTS, DeadLettered])
    topic = options.topic(family)
    consumer = Consumer(options.properties(**{"group.id": "none", "enable.auto.commit": False}))
    try:
        for partition in range(SHARDS):
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), _SECONDS)
            consumer.assign([TopicPartition(topic, partition, low)])
            while low < high:
                message = consumer.poll(_SECONDS)
                assert message is not None, f"{topic} {partition} does not end"
                if error := message.error():
                    raise KafkaException(error)
                offset = message.offset()
                assert offset is not None
                low = offset + 1
                numbers = dict(message.headers() or []).get("chirrup")
                if isinstance(numbers, bytes):
                    seq, _, _ = NUMBERS.unpack(numbers)
                    value, key = message.value(), message.key()
                    assert key is not None
                    event = decoder.decode(value) if value else None
                    yield Published(partition, seq, int(key), event)
    finally:
        consumer.close()
        registry.close()


def produce_garbage(settings: Settings, family: str) -> None:
    """Append something to a topic that is none of ours. Blocks."""
    options = _options(settings)
    producer = Producer(options.properties())
    producer.produce(options.topic(family), b"\x00an egg of another bird", partition=0)
    assert producer.flush(_SECONDS) == 0


def _options(settings: Settings) -> KafkaOptions:
    return KafkaOptions(servers=settings.kafka, registry=settings.schema_registry_url, prefix=settings.topic_prefix)
