"""All services, in the order of the table."""

from collections.abc import Sequence

from .errors import ServicesError
from .kafka import Kafka
from .layout import Layout
from .opensearch import OpenSearch
from .pgbouncer import PgBouncer
from .postgres import PostgresNode
from .redis import Redis, RedisCluster
from .registry import Registry
from .s3 import S3
from .service import Service


def services(layout: Layout) -> list[Service]:
    """Return one of each; the primary comes before the replica."""
    return [
        PostgresNode(layout, layout.primary),
        PostgresNode(layout, layout.standby),
        PgBouncer(layout),
        Redis(layout),
        RedisCluster(layout),
        Kafka(layout),
        Registry(layout),
        S3(layout),
        OpenSearch(layout),
    ]


def chosen(layout: Layout, names: Sequence[str]) -> list[Service]:
    """Return the named services, all without names.

    Raises:
        ServicesError: there is none of a name.
    """
    known = services(layout)
    unknown = set(names) - {service.name for service in known}
    if unknown:
        there = ", ".join(service.name for service in known)
        raise ServicesError(f"There is no service {', '.join(sorted(unknown))}. There are: {there}.")
    return [service for service in known if not names or service.name in names]


def chains(wanted: Sequence[Service]) -> list[list[Service]]:
    """Split services into what can start side by side; within a chain each needs the one before."""
    postgres: list[Service] = [service for service in wanted if isinstance(service, PostgresNode | PgBouncer)]
    others = [[service] for service in wanted if service not in postgres]
    return [chain for chain in (postgres, *others) if chain]
