"""What those who watch a process of a cluster are told of its services."""

from collections.abc import Awaitable, Callable, Iterator

from chirrup.platform.adapters.kafka.log import KafkaLog
from chirrup.platform.adapters.postgres.database import PostgresDatabase
from chirrup.platform.adapters.redis.link import RedisLink
from chirrup.platform.adapters.redis_streams.streams import RedisStreamsLog
from chirrup.platform.errors import Unavailable
from chirrup.platform.telemetry import Gauges, Readings, Telemetry

Check = Callable[[], Awaitable[object]]


def checks_of(db: PostgresDatabase, link: RedisLink, log: KafkaLog | RedisStreamsLog) -> dict[str, Check]:
    """Return what tries each service."""
    checks: dict[str, Check] = {"database": _of_primary(db), "redis": link.check, "bus": log.check}
    if db.replicated:
        checks["replica"] = _of_replica(db)
    if isinstance(log, KafkaLog):
        checks["registry"] = log.check_registry
    return checks


def watch_database(db: PostgresDatabase, telemetry: Telemetry) -> None:
    """Have the metrics tell of connections and of the replica."""

    def read(gauges: Gauges, field: str) -> None:
        def readings() -> Iterator[tuple[tuple[str], float]]:
            for stats in db.pool_stats():
                yield (stats.name,), getattr(stats, field)

        gauges.read_from(readings)

    read(telemetry.pool_limit, "limit")
    read(telemetry.pool_open, "open")
    read(telemetry.pool_in_use, "in_use")

    def replica() -> Readings:
        return [((), float(db.replicated.replica.usable))] if db.replicated else []

    telemetry.replica_in_use.read_from(replica)


def _of_primary(db: PostgresDatabase) -> Check:
    async def check() -> None:
        async with db.transaction() as tx:
            await tx.first("SELECT 1")

    return check


def _of_replica(db: PostgresDatabase) -> Check:
    async def check() -> None:
        assert db.replicated is not None
        replica = db.replicated.replica
        if not replica.usable:
            raise Unavailable("It does not keep up." if replica.alive else "It does not answer.")

    return check
