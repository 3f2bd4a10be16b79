"""Wiring of single slices, each from the same ground and the slices below it."""

from dataclasses import dataclass

from chirrup.accounts import Accounts, Sessions
from chirrup.bootstrap.adapters import Adapters
from chirrup.engagement.store import LikeStore
from chirrup.graph import Graph
from chirrup.graph.store import GraphStore
from chirrup.live.gateway import Live
from chirrup.live.handlers import LiveHandlers
from chirrup.live.hub import Hub
from chirrup.live.hub import Limits as LiveLimits
from chirrup.media import MediaLibrary, Portraits, Tidying
from chirrup.media.handlers import MediaHandlers
from chirrup.media.keeping import Keeping
from chirrup.media.store import MediaStore
from chirrup.notifications import NotificationReader, Notifications
from chirrup.notifications.handlers import NotificationHandlers
from chirrup.notifications.push import Pushing
from chirrup.notifications.store import NotificationStore
from chirrup.notifications.store_causes import CauseStore
from chirrup.notifications.store_devices import DeviceStore
from chirrup.platform.clock import Clock
from chirrup.platform.http.guard import Gate
from chirrup.platform.idempotency import IdempotencyStore
from chirrup.platform.ids import IdGenerator
from chirrup.platform.ports import Subscription
from chirrup.platform.telemetry import Telemetry
from chirrup.posts import Marks, PostReader
from chirrup.posts.store import PostStore
from chirrup.registry import Job
from chirrup.settings import Settings
from chirrup.timelines import HomeTimelines
from chirrup.timelines.fanout import FanOut
from chirrup.timelines.news import HomeNews
from chirrup.timelines.pressure import Pressure

_DAY = 24 * 3600


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
        sweeping = [] if self.shared else [Job("sweep_media", _DAY, self.tidying.sweep)]
        return [Job("tidy_media", 600, self.tidying.tidy), *sweeping]


@dataclass(frozen=True, slots=True)
class Notifying:
    """The parts of notifications."""

    notifications: Notifications
    reader: NotificationReader
    pushing: Pushing

    def subscriptions(self) -> list[Subscription]:
        """Return what they listen to."""
        return [*NotificationHandlers(self.notifications).subscriptions(), *self.pushing.subscriptions()]

    def jobs(self) -> list[Job]:
        """Return what is done again and again."""
        return [
            Job("delete_old_notifications", 3600, self.notifications.delete_old),
            Job("delete_ended_devices", 3600, self.pushing.delete_ended),
        ]


def wire_media(ground: Ground, accounts: Accounts) -> Pictures:
    """Wire pictures over a store of blobs."""
    on, ids, clock, settings = ground.on, ground.ids, ground.clock, ground.settings
    store, folder = MediaStore(), settings.receiving_dir
    keeping = Keeping(on.db, store, on.blobs, on.pictures, ids, clock)
    quota = settings.media_quota_megabytes << 20
    library = MediaLibrary(on.db, store, keeping, ground.idempotency, ids, clock, quota, settings.media_base)
    portraits = Portraits(on.db, store, keeping, accounts, ids, clock, folder)
    tidying = Tidying(on.db, store, on.blobs, clock, folder)
    return Pictures(library, portraits, tidying, shared=bool(settings.s3_bucket))


def wire_post_reader(
    ground: Ground,
    like_store: LikeStore,
    post_store: PostStore,
    accounts: Accounts,
    graph: Graph,
    library: MediaLibrary,
) -> PostReader:
    """Wire the reading of lists of posts."""
    on = ground.on
    liked = Marks(on.db, "liked", like_store.newest_liked, like_store.liked)
    retweeted = Marks(on.db, "retweeted", post_store.newest_retweeted, post_store.retweeted)
    return PostReader(on.db, post_store, accounts, graph, liked, retweeted, library, on.cache)


def wire_fan_out(ground: Ground, home: HomeTimelines, graph_store: GraphStore, accounts: Accounts) -> FanOut:
    """Wire what pushes posts to home timelines."""
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


def wire_notifications(ground: Ground, accounts: Accounts, posts: PostReader) -> Notifying:
    """Wire notifications and their pushing to devices."""
    on, clock = ground.on, ground.clock
    store, causes = NotificationStore(), CauseStore()
    notifications = Notifications(on.db, store, causes, ground.ids, clock, ground.settings.notification_days)
    reader = NotificationReader(on.db, store, causes, accounts, posts)
    pushing = Pushing(on.db, DeviceStore(), notifications, reader, on.push, clock, ground.telemetry)
    return Notifying(notifications, reader, pushing)


def wire_live(ground: Ground, home: HomeTimelines, sessions: Sessions, gate: Gate) -> Live:
    """Wire the telling of connected viewers."""
    on, settings = ground.on, ground.settings
    limits = LiveLimits(settings.live_connections, settings.live_connections_per_account)
    hub = Hub(on.live, HomeNews(home), home.reader, sessions, ground.clock, ground.telemetry, limits)
    others = settings.live_origins.replace(",", " ").split()
    return Live(hub, sessions, gate, frozenset([settings.origin, *others]))


def live_subscriptions(ground: Ground) -> list[Subscription]:
    """Return what leads events to the processes that viewers are connected to."""
    return LiveHandlers(ground.on.live, ground.clock).subscriptions()
