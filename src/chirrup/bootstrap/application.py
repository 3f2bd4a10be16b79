"""Wiring: the slices over the adapters of a profile."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from chirrup.accounts import Account, Accounts, Sessions, Summary, Viewer
from chirrup.accounts.passwords import Passwords
from chirrup.accounts.store import AccountStore, SessionStore
from chirrup.accounts.tokens import Keys, Tokens
from chirrup.engagement import Engagement
from chirrup.engagement.handlers import EngagementHandlers
from chirrup.engagement.store import LikeStore
from chirrup.graph import Graph, Relations
from chirrup.graph.handlers import GraphHandlers
from chirrup.graph.store import GraphStore
from chirrup.platform.clock import Clock
from chirrup.platform.http.guard import Gate
from chirrup.platform.http.limits import Limits
from chirrup.platform.idempotency import IdempotencyStore
from chirrup.platform.ids import IdGenerator, compose
from chirrup.platform.outbox import TRIM_STEP, OutboxStore
from chirrup.platform.ports import Bus, Cache, Database, RateLimiter, SearchIndex, Subscription, TimelineStore
from chirrup.platform.telemetry import Telemetry
from chirrup.posts import Card, Marks, PostReader, Posts
from chirrup.posts.handlers import PostHandlers
from chirrup.posts.models import Known, Recent
from chirrup.posts.store import PostStore
from chirrup.posts.threads import Threads
from chirrup.registry import Job
from chirrup.search import Indexing, Search
from chirrup.search.handlers import SearchHandlers
from chirrup.settings import Settings
from chirrup.timelines import HomeTimelines
from chirrup.timelines.audit import TimelineAudit
from chirrup.timelines.explain import Explainer
from chirrup.timelines.fanout import FanOut
from chirrup.timelines.pressure import Pressure
from chirrup.timelines.pulled import PulledAuthors
from chirrup.timelines.service import Markers
from chirrup.timelines.store import TimelineTables
from chirrup.timelines.store_explain import ExplainTables
from chirrup.timelines.unfinished import FanOutLog

_HOUR = 3_600_000
# entries a cache space holds in each of its two generations; a card is about 1 KiB
CACHE_SIZES = {
    "session": 20_000, "profile": 5_000, "summary": 20_000, "card": 20_000, "relations": 2_000, "liked": 5_000,
    "retweeted": 5_000, "user:posts": 5_000, "pulled": 1, "lanes": 1_000,
}  # fmt: skip
CACHED = {
    "session": Viewer, "profile": Account, "summary": Summary, "card": Card, "relations": Relations, "liked": Known,
    "retweeted": Known, "user:posts": Recent, "pulled": int,
    "lanes": list[int],
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What a profile brings: the ports, opened."""

    db: Database
    cache: Cache
    timelines: TimelineStore
    limiter: RateLimiter
    search: SearchIndex
    outbox: OutboxStore
    keys: Keys
    bus: Callable[[Sequence[Subscription]], Bus]
    """Makes the bus, once it is known what it delivers to."""
    checks: Mapping[str, Callable[[], Awaitable[object]]]
    """Tries each thing that this process depends on; raises where it does not serve."""
    subscriptions: Sequence[Subscription] = ()
    jobs: Sequence[Job] = ()
    roles: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    """What a worker can do beyond delivering events and jobs."""
    alone: bool = False
    """Whether no other process serves the same instance."""
    lanes: int = 1
    """How many steps of one fan-out may be taken at the same time."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything, wired."""

    settings: Settings
    db: Database
    bus: Bus
    outbox: OutboxStore
    timelines: TimelineStore
    telemetry: Telemetry
    clock: Clock
    ids: IdGenerator
    gate: Gate
    accounts: Accounts
    sessions: Sessions
    graph: Graph
    posts: Posts
    post_reader: PostReader
    threads: Threads
    engagement: Engagement
    home: HomeTimelines
    fan_out: FanOut
    markers: Markers
    audit: TimelineAudit
    explainer: Explainer
    search: Search
    indexing: Indexing
    jobs: Sequence[Job]
    subscriptions: Sequence[Subscription]
    checks: Mapping[str, Callable[[], Awaitable[object]]]
    roles: Mapping[str, Callable[[], Awaitable[None]]]


def assemble(settings: Settings, clock: Clock, telemetry: Telemetry, passwords: Passwords, on: Adapters) -> Application:
    """Wire the slices over adapters."""
    db, cache = on.db, on.cache
    ids, idempotency = IdGenerator(clock), IdempotencyStore()
    account_store, graph_store, post_store, like_store = AccountStore(), GraphStore(), PostStore(), LikeStore()
    tables = TimelineTables()
    tokens = Tokens(on.keys, clock, issuer=settings.origin, lifetime=settings.access_token_seconds)
    lifetime = settings.session_days * 24 * _HOUR
    sessions = Sessions(db, account_store, SessionStore(), passwords, tokens, ids, clock, cache, lifetime)
    accounts = Accounts(db, account_store, sessions, passwords, ids, cache)
    graph = Graph(db, graph_store, accounts, idempotency, ids, clock, cache)
    posts = Posts(db, post_store, accounts, graph, idempotency, ids, clock, cache)
    liked = Marks(db, "liked", like_store.newest_liked, like_store.liked)
    retweeted = Marks(db, "retweeted", post_store.newest_retweeted, post_store.retweeted)
    reader = PostReader(db, post_store, accounts, graph, liked, retweeted, cache)
    engagement = Engagement(db, like_store, posts, ids)
    home = HomeTimelines(
        db, tables, posts, post_store, reader, on.timelines, cache, PulledAuthors(db, tables, cache), telemetry,
        settings.timeline_size, settings.timeline_recent,
    )  # fmt: skip
    fan_out = _fan_out(settings, clock, telemetry, on, home, graph_store, accounts)
    log = FanOutLog(db, on.outbox, fan_out.subscriptions())
    audit = TimelineAudit(home, graph_store, log)
    indexing = Indexing(db, on.search, post_store, account_store, graph_store)
    reactions = _reactions(accounts, graph, posts, engagement, indexing)
    subscriptions = [*fan_out.subscriptions(), *reactions, *on.subscriptions]
    return Application(
        settings=settings,
        db=db,
        bus=on.bus(subscriptions),
        outbox=on.outbox,
        timelines=on.timelines,
        telemetry=telemetry,
        clock=clock,
        ids=ids,
        gate=Gate(sessions, accounts, Limits(on.limiter, telemetry, settings.rate_limits == "on")),
        accounts=accounts,
        sessions=sessions,
        graph=graph,
        posts=posts,
        post_reader=reader,
        threads=Threads(db, post_store, reader),
        engagement=engagement,
        home=home,
        fan_out=fan_out,
        markers=Markers(db, tables, clock),
        audit=audit,
        explainer=Explainer(home, account_store, graph_store, ExplainTables(), log),
        search=Search(on.search, accounts, graph, reader, clock),
        indexing=indexing,
        jobs=[
            Job("trim_outbox", 600, partial(_trim, db, on.outbox, subscriptions, idempotency, clock, settings)),
            *_jobs(settings, clock, on, sessions, fan_out, audit, indexing),
            *on.jobs,
        ],
        subscriptions=subscriptions,
        checks=on.checks,
        roles=on.roles,
    )


def _fan_out(
    settings: Settings,
    clock: Clock,
    telemetry: Telemetry,
    on: Adapters,
    home: HomeTimelines,
    graph_store: GraphStore,
    accounts: Accounts,
) -> FanOut:
    late = 1000 * settings.fanout_late_seconds
    return FanOut(
        db=on.db,
        tables=home.tables,
        home=home,
        graph_store=graph_store,
        post_store=home.post_store,
        accounts=accounts,
        timelines=on.timelines,
        cache=on.cache,
        clock=clock,
        telemetry=telemetry,
        pressure=Pressure(clock, threshold=settings.fanout_threshold, chunk=settings.fanout_chunk, late=late),
        chunk=settings.fanout_chunk,
        lanes=on.lanes,
        catch_up=settings.timeline_recent,
        keep_steps=settings.fanout_log_hours > 0,
    )


def _jobs(
    settings: Settings,
    clock: Clock,
    on: Adapters,
    sessions: Sessions,
    fan_out: FanOut,
    audit: TimelineAudit,
    indexing: Indexing,
) -> list[Job]:
    # of several processes each would begin to build an index that is missing, and end what another has begun
    building = [Job("build_search_index", 5, indexing.build_missing)] if on.alone else []
    return [
        Job("forget_fan_outs", 600, partial(_forget_steps, on.db, fan_out.tables, clock, settings)),
        Job("delete_expired_sessions", 3600, sessions.delete_expired),
        Job("review_pulled_authors", 60, fan_out.review_pulled),
        Job("sample_timelines", 60, audit.sample),
        *building,
    ]


def _reactions(
    accounts: Accounts, graph: Graph, posts: Posts, engagement: Engagement, indexing: Indexing
) -> list[Subscription]:
    return [
        *GraphHandlers(graph, accounts).subscriptions(),
        *PostHandlers(posts, accounts).subscriptions(),
        *EngagementHandlers(engagement, posts).subscriptions(),
        *SearchHandlers(indexing).subscriptions(),
    ]


async def _trim(
    db: Database,
    outbox: OutboxStore,
    subscriptions: Sequence[Subscription],
    idempotency: IdempotencyStore,
    clock: Clock,
    settings: Settings,
) -> None:
    """Delete what is kept for a while only: handled events, and idempotency keys after a day."""
    topics = {subscription.name: subscription.topics for subscription in subscriptions}
    before = clock.now() - settings.outbox_retention_hours * _HOUR
    deleted = TRIM_STEP
    while deleted == TRIM_STEP:
        async with db.transaction() as tx:
            deleted = await outbox.trim(tx, before, topics)
    async with db.transaction() as tx:
        await idempotency.delete_old(tx, clock.now() - 24 * _HOUR)


async def _forget_steps(db: Database, tables: TimelineTables, clock: Clock, settings: Settings) -> None:
    """Delete what is known of fan-outs that are long over."""
    before = compose(clock.now() - settings.fanout_log_hours * _HOUR, 0, 0)
    deleted = TRIM_STEP
    while deleted == TRIM_STEP:
        async with db.transaction() as tx:
            deleted = await tables.delete_steps(tx, before, TRIM_STEP)
