"""The slices, wired over the adapters of a profile."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from chirrup.accounts import Accounts, Sessions
from chirrup.accounts.passwords import Passwords
from chirrup.bootstrap.adapters import Adapters
from chirrup.bootstrap.core import Core, Ground, wire_core
from chirrup.bootstrap.housekeeping import Housekeeping
from chirrup.bootstrap.languages import open_languages
from chirrup.bootstrap.slices import (
    Trending,
    live_subscriptions,
    wire_live,
    wire_notifications,
    wire_search,
    wire_trends,
)
from chirrup.engagement import Engagement
from chirrup.graph import Graph
from chirrup.live.gateway import Live
from chirrup.media import MediaLibrary, Portraits, Tidying
from chirrup.notifications import NotificationReader, Notifications
from chirrup.notifications.push import Pushing
from chirrup.platform.clock import Clock
from chirrup.platform.http.guard import Gate
from chirrup.platform.idempotency import IdempotencyStore
from chirrup.platform.ids import IdGenerator
from chirrup.platform.outbox import OutboxStore
from chirrup.platform.ports import BlobStore, Bus, Database, Subscription, TimelineStore
from chirrup.platform.telemetry import Telemetry
from chirrup.posts import PostReader, Posts
from chirrup.posts.language import PostLanguages
from chirrup.posts.threads import Threads
from chirrup.registry import Job
from chirrup.search import Indexing, Search
from chirrup.settings import Settings
from chirrup.timelines import HomeTimelines
from chirrup.timelines.audit import TimelineAudit
from chirrup.timelines.explain import Explainer
from chirrup.timelines.fanout import FanOut
from chirrup.timelines.service import Markers
from chirrup.timelines.store_explain import ExplainTables
from chirrup.timelines.unfinished import FanOutLog
from chirrup.trends import Trends


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
    library: MediaLibrary
    portraits: Portraits
    tidying: Tidying
    blobs: BlobStore
    posts: Posts
    post_reader: PostReader
    threads: Threads
    engagement: Engagement
    home: HomeTimelines
    fan_out: FanOut
    markers: Markers
    audit: TimelineAudit
    explainer: Explainer
    trends: Trends
    trending: Trending
    live: Live
    notifications: Notifications
    notification_reader: NotificationReader
    pushing: Pushing
    search: Search
    indexing: Indexing
    jobs: Sequence[Job]
    subscriptions: Sequence[Subscription]
    checks: Mapping[str, Callable[[], Awaitable[object]]]
    roles: Mapping[str, Callable[[], Awaitable[None]]]


def assemble(settings: Settings, clock: Clock, telemetry: Telemetry, passwords: Passwords, on: Adapters) -> Application:
    """Wire the slices over adapters."""
    ground = Ground(settings, clock, telemetry, on, IdGenerator(clock), IdempotencyStore())
    core = wire_core(ground, passwords)
    fanning = core.fan_out.subscriptions()
    log = FanOutLog(on.db, on.outbox, fanning)
    audit = TimelineAudit(core.home, core.graph_store, log)
    languages = PostLanguages(open_languages(settings))
    trending, searching = wire_trends(ground, core, languages), wire_search(ground, core, languages)
    notifying = wire_notifications(ground, core)
    above = (trending, notifying, searching)
    reactions = [subscription for part in above for subscription in part.subscriptions()]
    reactions += live_subscriptions(ground)
    subscriptions = [*fanning, *core.subscriptions(), *reactions, *on.subscriptions]
    return Application(
        settings=settings,
        db=on.db,
        bus=on.bus(subscriptions),
        outbox=on.outbox,
        timelines=on.timelines,
        telemetry=telemetry,
        clock=clock,
        ids=ground.ids,
        gate=core.gate,
        accounts=core.accounts,
        sessions=core.sessions,
        graph=core.graph,
        library=core.pictures.library,
        portraits=core.pictures.portraits,
        tidying=core.pictures.tidying,
        blobs=on.blobs,
        posts=core.posts,
        post_reader=core.reader,
        threads=Threads(on.db, core.post_store, core.reader),
        engagement=core.engagement,
        home=core.home,
        fan_out=core.fan_out,
        markers=Markers(on.db, core.home.tables, clock),
        audit=audit,
        explainer=Explainer(core.home, core.account_store, core.graph_store, ExplainTables(), log),
        trends=trending.trends,
        trending=trending,
        notifications=notifying.notifications,
        notification_reader=notifying.reader,
        pushing=notifying.pushing,
        search=searching.search,
        indexing=searching.indexing,
        live=wire_live(ground, core),
        jobs=[*_jobs(ground, core, audit, subscriptions), *(job for part in above for job in part.jobs()), *on.jobs],
        subscriptions=subscriptions,
        checks=on.checks,
        roles=on.roles,
    )


def _jobs(ground: Ground, core: Core, audit: TimelineAudit, subscriptions: Sequence[Subscription]) -> list[Job]:
    housekeeping = Housekeeping(
        db=ground.on.db,
        outbox=ground.on.outbox,
        idempotency=ground.idempotency,
        tables=core.home.tables,
        clock=ground.clock,
        subscriptions=subscriptions,
        outbox_hours=ground.settings.outbox_retention_hours,
        fan_out_hours=ground.settings.fanout_log_hours,
    )
    return [
        *housekeeping.jobs(),
        Job("delete_expired_sessions", 3600, core.sessions.delete_expired),
        Job("review_pulled_authors", 60, core.fan_out.review_pulled),
        Job("sample_timelines", 60, audit.sample),
        *core.pictures.jobs(),
    ]
