"""Where Kafka is, and how it is used."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import structlog
from confluent_kafka import KafkaError

from chirrup.platform.adapters.postgres.outbox import Shard

_COMPLAINT_SECONDS = 30.0

log = structlog.get_logger()


class KafkaOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the log; `client` are further properties of librdkafka, such as for TLS and passwords."""

    servers: str
    """Host and port of some brokers, with commas between."""
    registry: str
    """The address of the schema registry."""
    prefix: str = "chirrup."
    """What topics, groups and subjects begin with."""
    replicas: int = 1
    """How many brokers keep each topic."""
    in_sync: int = 1
    """How many of these have to confirm what is published."""
    retention_hours: int = 168
    client: Mapping[str, str] = {}

    def topic(self, family: str) -> str:
        """Return the topic of a family of events."""
        return self.prefix + family

    def topics(self, families: Iterable[str]) -> list[str]:
        """Return the topics of families."""
        return [self.topic(family) for family in families]

    def shard(self, topic: str, partition: int) -> Shard:
        """Return what a partition of a topic is called elsewhere."""
        return topic.removeprefix(self.prefix), partition

    def properties(self, **more: Any) -> dict[str, Any]:
        """Return properties for a client."""
        return {
            "bootstrap.servers": self.servers,
            "client.id": "chirrup",
            # what is wrong is told to `error_cb`; librdkafka's own lines are not in our log's form
            "log_level": 0,
            "error_cb": _Trouble().note,
            # a broker that was away is looked for again this soon
            "reconnect.backoff.max.ms": 2000,
            "topic.metadata.refresh.interval.ms": 10_000,
            **self.client,
            **more,
        }


class _Trouble:
    """Tells of what a client finds wrong, now and then: while brokers are away, each attempt to connect is an error."""

    def __init__(self) -> None:
        self._silent_until = 0.0

    def note(self, error: KafkaError) -> None:
        """Note one error."""
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + _COMPLAINT_SECONDS
            log.warning("kafka.trouble", error=error.str())
