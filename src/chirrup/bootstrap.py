"""The only place where adapters are chosen and everything is wired together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from chirrup.accounts import Accounts, Sessions
from chirrup.accounts.passwords import Passwords
from chirrup.accounts.store import AccountStore, SessionStore
from chirrup.accounts.tokens import Keys, Tokens
from chirrup.engagement import Engagement, Likes
from chirrup.engagement.handlers import EngagementHandlers
from chirrup.engagement.store import LikeStore
from chirrup.graph import Graph
from chirrup.graph.handlers import GraphHandlers
from chirrup.graph.store import GraphStore
from chirrup.platform.adapters.memory.cache import MemoryCache
from chirrup.platform.adapters.memory.limiter import MemoryRateLimiter
from chirrup.platform.adapters.memory.timelines import MemoryTimelineStore
from chirrup.platform.adapters.sqlite.bus import OutboxBus
from chirrup.platform.adapters.sqlite.database import SqliteDatabase
from chirrup.platform.clock import Clock, SystemClock
from chirrup.platform.datadir import DataDir
from chirrup.platform.http.guard import Gate
from chirrup.platform.http.limits import Limits
from chirrup.platform.idempotency import IdempotencyStore
from chirrup.platform.ids import IdGenerator
from chirrup.platform.outbox import OutboxStore
from chirrup.platform.ports import Bus, Database, Subscription, TimelineStore
from chirrup.platform.telemetry import Telemetry
from chirrup.posts import PostReader, Posts
from chirrup.posts.handlers import PostHandlers
from chirrup.posts.store import PostStore
from chirrup.posts.threads import Threads
from chirrup.registry import Job
from chirrup.settings import Settings
from chirrup.timelines import HomeTimelines
from chirrup.timelines.fanout import FanOut
from chirrup.timelines.service import Markers
from chirrup.timelines.store import TimelineTables

# entries a cache space holds in each of its two generations; a card is about 1 KiB
CACHE_SIZES = {
    "session": 20_000, "summary": 20_000, "card": 20_000, "relations": 2_000, "liked": 5_000, "retweeted": 5_000,
    "recent": 5_000, "pulled": 1,
}  # fmt: skip
_HOUR = 3_600_000


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
    markers: Markers
    jobs: list[Job]


@asynccontextmanager
async def open_application(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Application]:
    """Wire the embedded profile over a data directory that has been prepared."""
    clock = clock or SystemClock()
    telemetry = Telemetry()
    data = DataDir(settings.data_dir)
    cache = MemoryCache(CACHE_SIZES)
    timelines = MemoryTimelineStore(clock, bound=settings.timeline_size, time_to_live=settings.timeline_ttl)
    passwords = Passwords()
    async with SqliteDatabase(data.database, clock, cache) as db:
        ids = IdGenerator(clock)
        idempotency = IdempotencyStore()
        account_store, graph_store, post_store, like_store = AccountStore(), GraphStore(), PostStore(), LikeStore()
        tables, outbox = TimelineTables(), OutboxStore()
        tokens = Tokens(Keys(data.keys), clock, issuer=settings.origin, lifetime=settings.access_token_seconds)
        lifetime = settings.session_days * 24 * _HOUR
        sessions = Sessions(db, account_store, SessionStore(), passwords, tokens, ids, clock, cache, lifetime)
        accounts = Accounts(db, account_store, sessions, passwords, ids, cache)
        graph = Graph(db, graph_store, accounts, idempotency, ids, clock, cache)
        posts = Posts(db, post_store, accounts, graph, idempotency, ids, clock, cache)
        reader = PostReader(db, post_store, accounts, graph, Likes(db, like_store, cache), cache)
        engagement = Engagement(db, like_store, posts, ids)
        home = HomeTimelines(
            db, tables, posts, post_store, reader, graph, timelines, cache, telemetry,
            settings.timeline_size, settings.timeline_recent,
        )  # fmt: skip
        fan_out = FanOut(
            db, tables, home, graph_store, accounts, timelines, telemetry,
            settings.fanout_chunk, settings.fanout_threshold,
        )  # fmt: skip
        subscriptions = [*fan_out.subscriptions(), *_reactions(accounts, graph, posts, engagement)]
        bus = OutboxBus(db, outbox, subscriptions, clock, telemetry)
        db.on_publish(bus.wake)
        db.on_foreign_commit(cache.clear)
        yield Application(
            settings=settings,
            db=db,
            bus=bus,
            outbox=outbox,
            timelines=timelines,
            telemetry=telemetry,
            clock=clock,
            ids=ids,
            gate=Gate(sessions, Limits(MemoryRateLimiter(clock), telemetry, settings.rate_limits == "on")),
            accounts=accounts,
            sessions=sessions,
            graph=graph,
            posts=posts,
            post_reader=reader,
            threads=Threads(db, post_store, reader),
            engagement=engagement,
            home=home,
            markers=Markers(db, tables, clock),
            jobs=[
                Job("trim_outbox", 600, partial(_trim, db, outbox, idempotency, clock, settings)),
                Job("delete_expired_sessions", 3600, sessions.delete_expired),
                Job("drop_idle_timelines", 600, timelines.drop_idle),
            ],
        )
    passwords.close()


def _reactions(accounts: Accounts, graph: Graph, posts: Posts, engagement: Engagement) -> list[Subscription]:
    return [
        *GraphHandlers(graph, accounts).subscriptions(),
        *PostHandlers(posts, accounts).subscriptions(),
        *EngagementHandlers(engagement, posts).subscriptions(),
    ]


async def _trim(
    db: Database, outbox: OutboxStore, idempotency: IdempotencyStore, clock: Clock, settings: Settings
) -> None:
    """Delete what is kept for a while only: handled events, and idempotency keys after a day."""
    async with db.transaction() as tx:
        await outbox.trim(tx, clock.now() - settings.outbox_retention_hours * _HOUR)
        await idempotency.delete_old(tx, clock.now() - 24 * _HOUR)
