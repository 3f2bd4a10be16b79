"""Wiring of accounts, graph, pictures, posts and home timelines, which the other slices stand on."""

from dataclasses import dataclass

from chirrup.accounts import Accounts, Sessions
from chirrup.accounts.passwords import Passwords
from chirrup.accounts.store import AccountStore, SessionStore
from chirrup.accounts.tokens import Tokens
from chirrup.bootstrap.adapters import Adapters
from chirrup.engagement import Engagement
from chirrup.engagement.handlers import EngagementHandlers
from chirrup.engagement.store import LikeStore
from chirrup.graph import Graph
from chirrup.graph.handlers import GraphHandlers
from chirrup.graph.store import GraphStore
from chirrup.media import MediaLibrary, Portraits, Tidying
from chirrup.media.handlers import MediaHandlers
from chirrup.media.keeping import Keeping
from chirrup.media.store import MediaStore
from chirrup.platform.clock import Clock
from chirrup.platform.http.guard import Gate
from chirrup.platform.http.limits import Limits
from chirrup.platform.idempotency import IdempotencyStore
from chirrup.platform.ids import IdGenerator
from chirrup.platform.ports import Subscription
from chirrup.platform.telemetry import Telemetry
from chirrup.posts import Marks, PostReader, Posts
from chirrup.posts.handlers import PostHandlers
from chirrup.posts.store import PostStore
from chirrup.registry import Job
from chirrup.settings import Settings
from chirrup.timelines import HomeTimelines
from chirrup.timelines.fanout import FanOut
from chirrup.timelines.pressure import Pressure
from chirrup.timelines.pulled import PulledAuthors
from chirrup.timelines.store import TimelineTables

_DAY = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Ground:
    """What every slice stands on."""

    settings: Settings
    clock: Clock
    telemetry: Telemetry
    on: Adapters
    ids: IdGenerator
    idempotency: IdempotencyStore


@dataclass(frozen=True, slots=True)
class Pictures:
    """The parts of media."""

    library: MediaLibrary
    portraits: Portraits
    tidying: Tidying
    shared: bool
    """Whether others may write to the same store."""

    def subscriptions(self) -> list[Subscription]:
        """Return what they listen to."""
        return MediaHandlers(self.library).subscriptions()

    def jobs(self) -> list[Job]:
        """Return what is done again and again."""
        # others may write to a bucket, or another instance by mistake: there, strays are left alone
        sweeping = [] if self.shared else [Job("sweep_media", 24 * 3600, self.tidying.sweep)]
        return [Job("tidy_media", 600, self.tidying.tidy), *sweeping]


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The lower slices, with the stores that those above them share."""

    account_store: AccountStore
    graph_store: GraphStore
    post_store: PostStore
    gate: Gate
    accounts: Accounts
    sessions: Sessions
    graph: Graph
    pictures: Pictures
    posts: Posts
    reader: PostReader
    engagement: Engagement
    home: HomeTimelines
    fan_out: FanOut

    def subscriptions(self) -> list[Subscription]:
        """Return what they listen to beside fan-outs."""
        return [
            *GraphHandlers(self.graph, self.accounts).subscriptions(),
            *self.pictures.subscriptions(),
            *PostHandlers(self.posts, self.accounts).subscriptions(),
            *EngagementHandlers(self.engagement, self.posts).subscriptions(),
        ]


def wire_core(ground: Ground, passwords: Passwords) -> Core:
    """Wire the lower slices."""
    on, ids, clock, settings, idempotency = ground.on, ground.ids, ground.clock, ground.settings, ground.idempotency
    db, cache = on.db, on.cache
    account_store, graph_store, tables = AccountStore(settings.media_base), GraphStore(), TimelineTables()
    post_store, like_store = PostStore(), LikeStore()
    tokens = Tokens(on.keys, clock, issuer=settings.origin, lifetime=settings.access_token_seconds)
    lifetime = settings.session_days * _DAY
    sessions = Sessions(db, account_store, SessionStore(), passwords, tokens, ids, clock, cache, lifetime)
    accounts = Accounts(db, account_store, sessions, passwords, ids, cache)
    graph = Graph(db, graph_store, accounts, idempotency, ids, clock, cache)
    pictures = _media(ground, accounts)
    posts = Posts(db, post_store, accounts, graph, pictures.library, idempotency, ids, clock, cache)
    reader = _post_reader(ground, like_store, post_store, accounts, graph, pictures.library)
    home = HomeTimelines(
        db, tables, posts, post_store, reader, on.timelines, cache, PulledAuthors(db, tables, cache),
        ground.telemetry, settings.timeline_size, settings.timeline_recent,
    )  # fmt: skip
    return Core(
        account_store=account_store,
        graph_store=graph_store,
        post_store=post_store,
        gate=Gate(sessions, accounts, Limits(on.limiter, ground.telemetry, settings.rate_limits == "on")),
        accounts=accounts,
        sessions=sessions,
        graph=graph,
        pictures=pictures,
        posts=posts,
        reader=reader,
        engagement=Engagement(db, like_store, posts, ids),
        home=home,
        fan_out=_fan_out(ground, home, graph_store, accounts),
    )


def _media(ground: Ground, accounts: Accounts) -> Pictures:
    on, ids, clock, settings = ground.on, ground.ids, ground.clock, ground.settings
    store, folder = MediaStore(), settings.receiving_dir
    keeping = Keeping(on.db, store, on.blobs, on.pictures, ids, clock)
    quota = settings.media_quota_megabytes << 20
    library = MediaLibrary(on.db, store, keeping, ground.idempotency, ids, clock, quota, settings.media_base)
    portraits = Portraits(on.db, store, keeping, accounts, ids, clock, folder)
    tidying = Tidying(on.db, store, on.blobs, clock, folder)
    return Pictures(library, portraits, tidying, shared=bool(settings.s3_bucket))


def _post_reader(
    ground: Ground,
    like_store: LikeStore,
    post_store: PostStore,
    accounts: Accounts,
    graph: Graph,
    library: MediaLibrary,
) -> PostReader:
    on = ground.on
    liked = Marks(on.db, "liked", like_store.newest_liked, like_store.liked)
    retweeted = Marks(on.db, "retweeted", post_store.newest_retweeted, post_store.retweeted)
    return PostReader(on.db, post_store, accounts, graph, liked, retweeted, library, on.cache)


def _fan_out(ground: Ground, home: HomeTimelines, graph_store: GraphStore, accounts: Accounts) -> FanOut:
    on, clock, settings = ground.on, ground.clock, ground.settings
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
        telemetry=ground.telemetry,
        pressure=Pressure(clock, threshold=settings.fanout_threshold, chunk=settings.fanout_chunk, late=late),
        chunk=settings.fanout_chunk,
        lanes=on.lanes,
        catch_up=settings.timeline_recent,
        keep_steps=settings.fanout_log_hours > 0,
    )
