"""What a profile brings, and what its cache holds."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chirrup.accounts import Account, Summary, Viewer
from chirrup.accounts.tokens import Keys
from chirrup.graph import Relations
from chirrup.platform.outbox import OutboxStore
from chirrup.platform.ports import (
    BlobStore,
    Bus,
    Cache,
    Database,
    LiveChannel,
    PictureMaker,
    PushGateway,
    RateLimiter,
    SearchIndex,
    SoleBuilder,
    Subscription,
    TimelineStore,
)
from chirrup.posts import Card
from chirrup.posts.models import Known, Recent
from chirrup.registry import Job
from chirrup.trends.models import Ranking

# entries a cache space holds in each of its two generations; a card is about 1 KiB
CACHE_SIZES = {
    "session": 20_000, "profile": 10_000, "summary": 50_000, "card": 50_000, "relations": 10_000, "liked": 10_000,
    "retweeted": 10_000, "user:posts": 10_000, "pulled": 1, "lanes": 1_000, "trends": 200, "trend_terms": 1,
}  # fmt: skip
CACHED = {
    "session": Viewer, "profile": Account, "summary": Summary, "card": Card, "relations": Relations, "liked": Known,
    "retweeted": Known, "user:posts": Recent, "pulled": int,
    "lanes": list[int], "trends": Ranking, "trend_terms": list[str],
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What a profile brings: the ports, opened."""

    db: Database
    cache: Cache
    timelines: TimelineStore
    limiter: RateLimiter
    search: SearchIndex
    sole_builder: SoleBuilder
    outbox: OutboxStore
    keys: Keys
    blobs: BlobStore
    pictures: PictureMaker
    push: PushGateway
    live: LiveChannel
    bus: Callable[[Sequence[Subscription]], Bus]
    """Makes the bus, once it is known what it delivers to."""
    checks: Mapping[str, Callable[[], Awaitable[object]]]
    """Tries each thing that this process depends on; raises where it does not serve."""
    subscriptions: Sequence[Subscription] = ()
    jobs: Sequence[Job] = ()
    roles: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    """What a worker can do beyond delivering events and jobs."""
    lanes: int = 1
    """How many steps of one fan-out may be taken at the same time."""
