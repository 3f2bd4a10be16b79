"""From what people ask for and what each of it costs to how many of everything are needed."""

import math
from dataclasses import dataclass
from typing import Literal

from chirrup.commands.bench.simulate_demand import Demand
from chirrup.commands.bench.simulate_rates import Rates

GIB = 2.0**30
TB = 1e12
_DAY = 86_400.0
PARTITIONS = 12
"""Partitions of each topic: as many workers can share the events of one family (`platform.events.SHARDS`)."""
RECORD_BYTES = 150
"""What Kafka, the key and the headers add to an event; an estimate."""
EVENTS_PER_POST = 2
"""That it was published, and that caches have to forget something."""
Profile = Literal["embedded", "cluster"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A machine, and how full it may be."""

    cores: int = 16
    memory: float = 64 * GIB
    disk: float = 4 * TB
    network: float = 10e9 / 8
    """Bytes a second."""
    core_share: float = 0.5
    """How busy a core may be at the peak: what a lost machine and uneven shards leave to the others comes on top."""
    memory_share: float = 0.5
    """How much of Redis' memory timelines may take; the caches have the rest."""
    disk_share: float = 0.7
    network_share: float = 0.5
    peak: float = 2.6
    """The busiest moment over the mean: Twitter's 12,000 posts a second over 4,600."""
    copies: int = 2
    """Of what is in Redis."""
    kafka_copies: int = 3
    kept_days: int = 365
    """How long posts stay on the primaries' own disks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the server: how much of one such part's capacity is asked for at the peak."""

    name: str
    unit: str
    """What one of it is."""
    needed: float
    """In such units; a fraction if one has room."""
    bound_by: str
    profile: Profile
    then: str
    """What one does when one no longer suffices."""
    sharable: bool = True
    """Whether there can be more of it today."""

    @property
    def count(self) -> int:
        """How many there have to be."""
        return max(1, math.ceil(self.needed - 1e-9))


@dataclass(frozen=True, slots=True)
class Cores:
    """Cores that are busy at the peak, by who spends them."""

    api: float
    worker: float
    redis: float
    primary: float
    replica: float
    embedded: float


def cores(asked: Demand, rates: Rates, shape: Shape) -> Cores:
    """Return how many cores are busy at the peak."""
    events = asked.posts + asked.steps
    mean = Cores(
        api=asked.reads * (rates.home_read_api + asked.merged * rates.merge_api)
        + asked.posts * rates.post_api
        + asked.rebuilds * rates.rebuild_api,
        worker=events * rates.behind_worker + asked.visits * (rates.visit_worker + rates.follower_worker),
        redis=asked.reads * rates.home_read_redis
        + asked.posts * rates.post_redis
        + events * rates.behind_redis
        + asked.visits * rates.visit_redis,
        primary=asked.posts * rates.post_primary + events * rates.behind_primary,
        replica=asked.visits * rates.follower_replica + asked.rebuilds * rates.rebuild_replica,
        embedded=asked.reads * rates.embedded_home_read
        + asked.posts * rates.embedded_post
        + asked.visits * rates.embedded_visit,
    )
    return Cores(*(getattr(mean, name) * shape.peak for name in Cores.__slots__))


@dataclass(frozen=True, slots=True)
class Volumes:
    """Bytes, and bytes a second."""

    timelines: float
    """In Redis, without copies."""
    rows_a_day: float
    rows_at_start: float
    """Of accounts and follows."""
    kafka: float
    """A second at the peak, copies included."""
    answers: float
    """A second at the peak: pages of the home timeline."""


def volumes(asked: Demand, rates: Rates, shape: Shape, size: int) -> Volumes:
    """Return how much is kept and sent; `size` is how many ids a timeline holds."""
    events = EVENTS_PER_POST * asked.posts + asked.steps
    return Volumes(
        timelines=asked.timelines * size * rates.timeline_id_bytes,
        rows_a_day=asked.posts * _DAY * rates.post_bytes,
        rows_at_start=asked.accounts * rates.account_bytes + asked.follows * rates.follow_bytes,
        kafka=events * (rates.event_bytes + RECORD_BYTES) * shape.kafka_copies * shape.peak,
        answers=asked.reads * rates.page_bytes * shape.peak,
    )


def parts(asked: Demand, rates: Rates, shape: Shape, size: int) -> list[Part]:
    """Return what is needed of everything."""
    return [*_embedded(asked, rates, shape), *_cluster(asked, rates, shape, size)]


def _embedded(asked: Demand, rates: Rates, shape: Shape) -> list[Part]:
    busy = cores(asked, rates, shape)
    memory = asked.timelines * rates.embedded_timeline_bytes
    kept = asked.posts * _DAY * shape.kept_days * rates.post_bytes
    kept += asked.accounts * rates.account_bytes + asked.follows * rates.follow_bytes
    return [
        Part(
            name="embedded server: its core", unit="process", profile="embedded", sharable=False,
            needed=busy.embedded / shape.core_share, bound_by="one core for everything",
            then="the cluster profile: API and workers in processes of their own",
        ),
        Part(
            name="embedded server: its memory", unit="machine", profile="embedded", sharable=False,
            needed=memory / (shape.memory * shape.memory_share), bound_by="timelines",
            then="the cluster profile: timelines in Redis",
        ),
        Part(
            name="embedded server: its disk", unit="machine", profile="embedded", sharable=False,
            needed=kept / (shape.disk * shape.disk_share), bound_by=f"rows of {shape.kept_days} days",
            then="a larger disk; then the cluster profile",
        ),
    ]  # fmt: skip


def _cluster(asked: Demand, rates: Rates, shape: Shape, size: int) -> list[Part]:
    busy, bytes_ = cores(asked, rates, shape), volumes(asked, rates, shape, size)
    kept = bytes_.rows_at_start + bytes_.rows_a_day * shape.kept_days
    machine = shape.cores * shape.core_share
    workers = busy.worker / shape.core_share
    redis = _larger(busy.redis / shape.core_share, bytes_.timelines / (redis_memory(shape) * shape.memory_share))
    primary = _larger(busy.primary / machine, kept / (shape.disk * shape.disk_share), names=("cores", "disk"))
    return [
        Part(
            name="API processes", unit="process on a core", profile="cluster",
            needed=busy.api / shape.core_share, bound_by="cores", then="more processes; they share nothing",
        ),
        Part(
            name="workers", unit="process on a core", profile="cluster",
            needed=workers, bound_by="cores", then=f"more processes, up to one a partition: {PARTITIONS}",
        ),
        Part(
            name="partitions of the log", unit=f"{PARTITIONS} partitions", profile="cluster", sharable=False,
            needed=workers / PARTITIONS, bound_by="one worker a partition",
            then="planned: more partitions, as each shard of the database brings its own",
        ),
        Part(
            name="Redis primaries", unit="process on a core", profile="cluster", needed=redis[0],
            bound_by=redis[1], then="Redis Cluster: the same keys on more processes",
        ),
        Part(
            name="PostgreSQL primary", unit="machine", profile="cluster", needed=primary[0], bound_by=primary[1],
            sharable=False, then="planned: shards by the ten bits of each id that name the owner's shard",
        ),
        Part(
            name="PostgreSQL replicas", unit="machine", profile="cluster", needed=busy.replica / machine,
            bound_by="cores", then="more replicas",
        ),
        Part(
            name="Kafka brokers", unit="machine", profile="cluster",
            needed=bytes_.kafka / (shape.network * shape.network_share), bound_by="network", then="more brokers",
        ),
    ]  # fmt: skip


def redis_memory(shape: Shape) -> float:
    """Return the memory of one Redis process: cores and memory of a machine go together."""
    return shape.memory / shape.cores


def _larger(cores_: float, room: float, names: tuple[str, str] = ("cores", "memory")) -> tuple[float, str]:
    return (cores_, names[0]) if cores_ >= room else (room, names[1])


def needed(found: list[Part], name: str) -> Part:
    """Return a part by its name."""
    return next(part for part in found if part.name == name)


def embedded_suffices(found: list[Part]) -> bool:
    """Return whether one process does it all."""
    return all(part.count == 1 for part in found if part.profile == "embedded")


@dataclass(frozen=True, slots=True)
class Machines:
    """How many machines there have to be, by what is on them."""

    api: int
    workers: int
    redis: int
    primaries: int
    """With a standby each."""
    replicas: int
    brokers: int

    @property
    def all(self) -> int:
        """All of them."""
        return self.api + self.workers + self.redis + self.primaries + self.replicas + self.brokers


def machines(found: list[Part], shape: Shape) -> Machines:
    """Return the machines of a cluster; those with copies of everything, so that any one may fail."""
    count = {part.name: part.count for part in found}
    shards = count["PostgreSQL primary"]
    return Machines(
        api=max(2, math.ceil(count["API processes"] / shape.cores)),
        workers=max(2, math.ceil(count["workers"] / shape.cores)),
        redis=max(2, math.ceil(count["Redis primaries"] * shape.copies / shape.cores)),
        primaries=2 * shards,
        replicas=max(shards, count["PostgreSQL replicas"]),
        brokers=max(3, count["Kafka brokers"]),
    )
