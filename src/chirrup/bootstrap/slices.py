"""Wiring of the slices above the core: trends, notifications, search and live updates."""

from collections.abc import Sequence
from dataclasses import dataclass

from chirrup.bootstrap.core import Core, Ground
from chirrup.live.gateway import Live
from chirrup.live.handlers import LiveHandlers
from chirrup.live.hub import Hub
from chirrup.live.hub import Limits as LiveLimits
from chirrup.notifications import NotificationReader, Notifications
from chirrup.notifications.handlers import NotificationHandlers
from chirrup.notifications.push import Pushing
from chirrup.notifications.store import NotificationStore
from chirrup.notifications.store_causes import CauseStore
from chirrup.notifications.store_devices import DeviceStore
from chirrup.platform.ports import Subscription
from chirrup.posts import TagBackfill
from chirrup.posts.language import PostLanguages
from chirrup.posts.store_tags import TagBackfillStore
from chirrup.registry import Job
from chirrup.search import Indexing, Search
from chirrup.search.handlers import SearchHandlers
from chirrup.timelines.news import HomeNews
from chirrup.trends import Trends
from chirrup.trends.counting import Counting
from chirrup.trends.handlers import TrendHandlers
from chirrup.trends.ranking import Ranker
from chirrup.trends.store import TrendStore
from chirrup.trends.store_terms import TermStore
from chirrup.trends.subjects import link_of

_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Trending:
    """The parts of trends."""

    trends: Trends
    counting: Counting
    ranker: Ranker
    backfill: TagBackfill

    def subscriptions(self) -> list[Subscription]:
        """Return what they listen to."""
        return TrendHandlers(self.counting).subscriptions()

    def jobs(self) -> Sequence[Job]:
        """Return what is done again and again."""
        return [
            Job("rank_trends", 60, self.ranker.rank),
            Job("count_hours_of_trends", 300, self.counting.count_hours),
            Job("backfill_hashtags", 10, self.backfill.go_on),
        ]


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
            Job("push_again", 15, self.pushing.push_again),
        ]


@dataclass(frozen=True, slots=True)
class Searching:
    """The parts of search."""

    search: Search
    indexing: Indexing

    def subscriptions(self) -> list[Subscription]:
        """Return what they listen to."""
        return SearchHandlers(self.indexing).subscriptions()

    def jobs(self) -> list[Job]:
        """Return what is done again and again."""
        return [Job("build_search_index", 5, self.indexing.build_missing)]


def wire_trends(ground: Ground, core: Core, languages: PostLanguages) -> Trending:
    """Wire hashtags and trends."""
    db, clock, settings = ground.on.db, ground.clock, ground.settings
    store, terms = TrendStore(), TermStore()
    counting = Counting(
        db=db,
        store=store,
        post_store=core.post_store,
        languages=languages,
        clock=clock,
        own_host=link_of(settings.origin) or "",
        account_days=settings.trend_account_days,
    )
    ranker = Ranker(
        db=db,
        store=store,
        terms=terms,
        accounts=core.account_store,
        graph=core.graph_store,
        posts=core.post_store,
        counting=counting,
        clock=clock,
        half_life=settings.trend_half_life_minutes * _MINUTE,
        least_authors=settings.trend_authors,
        account_days=settings.trend_account_days,
    )
    trends = Trends(db, store, terms, core.reader, ground.ids, clock, ground.on.cache)
    return Trending(trends, counting, ranker, TagBackfill(db, TagBackfillStore()))


def wire_notifications(ground: Ground, core: Core) -> Notifying:
    """Wire notifications and their pushing to devices."""
    on, clock = ground.on, ground.clock
    store, causes = NotificationStore(), CauseStore()
    notifications = Notifications(on.db, store, causes, ground.ids, clock, ground.settings.notification_days)
    reader = NotificationReader(on.db, store, causes, core.accounts, core.reader)
    pushing = Pushing(on.db, DeviceStore(), notifications, reader, on.push, clock, ground.telemetry)
    return Notifying(notifications, reader, pushing)


def wire_search(ground: Ground, core: Core, languages: PostLanguages) -> Searching:
    """Wire search over an index."""
    on = ground.on
    indexing = Indexing(
        db=on.db,
        index=on.search,
        sole_builder=on.sole_builder,
        post_store=core.post_store,
        account_store=core.account_store,
        graph_store=core.graph_store,
        languages=languages,
    )
    search = Search(on.search, core.accounts, core.graph, core.reader, ground.clock)
    return Searching(search, indexing)


def wire_live(ground: Ground, core: Core) -> Live:
    """Wire the telling of connected viewers."""
    on, settings = ground.on, ground.settings
    limits = LiveLimits(settings.live_connections, settings.live_connections_per_account)
    news = HomeNews(core.home)
    hub = Hub(on.live, news, core.reader, core.sessions, ground.clock, ground.telemetry, limits)
    others = settings.live_origins.replace(",", " ").split()
    return Live(hub, core.sessions, core.gate, frozenset([settings.origin, *others]))


def live_subscriptions(ground: Ground) -> list[Subscription]:
    """Return what leads events to the processes that viewers are connected to."""
    return LiveHandlers(ground.on.live, ground.clock).subscriptions()
