"""The topics: one for each family of events, divided as the outbox is."""

import asyncio
from collections.abc import Sequence

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from chirrup.platform.adapters.kafka.options import KafkaOptions
from chirrup.platform.errors import Unavailable
from chirrup.platform.events import SHARDS

TIMEOUT = 10.0
CHECK_TIMEOUT = 2.0
_HOUR = 3_600_000


def prepare_topics(options: KafkaOptions, families: Sequence[str]) -> list[str]:
    """Create those of the topics that are not there; return these. Blocks for seconds.

    Raises:
        Unavailable: Kafka did not do it.
    """
    admin = AdminClient(options.properties())
    settings = {
        "min.insync.replicas": str(options.in_sync),
        "retention.ms": str(options.retention_hours * _HOUR),
        "cleanup.policy": "delete",
    }
    wanted = [
        NewTopic(topic, num_partitions=SHARDS, replication_factor=options.replicas, config=settings)
        for topic in options.topics(families)
    ]
    made = []
    for topic, future in admin.create_topics(wanted, operation_timeout=TIMEOUT, request_timeout=TIMEOUT).items():
        try:
            future.result(timeout=TIMEOUT)
            made.append(topic)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise Unavailable(f"Kafka did not create the topic {topic}: {error.args[0].str()}") from error
    return made


def check_topics(options: KafkaOptions, families: Sequence[str]) -> None:
    """Tell whether Kafka answers and has all topics, each with all its parts. Blocks for up to two seconds.

    Raises:
        Unavailable: it does not; the text says what is missing.
    """
    try:
        there = AdminClient(options.properties()).list_topics(timeout=CHECK_TIMEOUT).topics
    except KafkaException as error:
        raise Unavailable(f"Kafka does not answer: {error.args[0].str()}") from error
    missing = [topic for topic in options.topics(families) if topic not in there]
    if missing:
        raise Unavailable(f"Kafka lacks the topics {', '.join(missing)}; `chirrup migrate` creates them.")
    odd = [topic for topic in options.topics(families) if len(there[topic].partitions) != SHARDS]
    if odd:
        raise Unavailable(f"These topics do not have {SHARDS} partitions: {', '.join(odd)}.")


async def check(options: KafkaOptions, families: Sequence[str]) -> None:
    """Check the topics without blocking.

    Raises:
        Unavailable: as `check_topics`.
    """
    await asyncio.to_thread(check_topics, options, families)
