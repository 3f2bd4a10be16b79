"""The slices, and what each adds to the whole: routes, events, periodic jobs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from chirrup.accounts import events as accounts_events
from chirrup.accounts import routes as accounts_routes
from chirrup.engagement import events as engagement_events
from chirrup.engagement import routes as engagement_routes
from chirrup.graph import events as graph_events
from chirrup.graph import routes as graph_routes
from chirrup.live import routes as live_routes
from chirrup.media import routes as media_routes
from chirrup.notifications import events as notifications_events
from chirrup.notifications import routes as notifications_routes
from chirrup.notifications import routes_push as notifications_routes_push
from chirrup.platform.events import Event
from chirrup.posts import events as posts_events
from chirrup.posts import routes as posts_routes
from chirrup.search import routes as search_routes
from chirrup.timelines import events as timelines_events
from chirrup.timelines import routes as timelines_routes
from chirrup.timelines import routes_admin as timelines_routes_admin
from chirrup.trends import routes as trends_routes
from chirrup.trends import routes_admin as trends_routes_admin

ROUTES: Sequence[HTTPRouteHandler] = [
    *accounts_routes.ROUTES,
    *graph_routes.ROUTES,
    *media_routes.ROUTES,
    *posts_routes.ROUTES,
    *engagement_routes.ROUTES,
    *timelines_routes.ROUTES,
    *timelines_routes_admin.ROUTES,
    *trends_routes.ROUTES,
    *trends_routes_admin.ROUTES,
    *live_routes.ROUTES,
    *notifications_routes.ROUTES,
    *notifications_routes_push.ROUTES,
    *search_routes.ROUTES,
]
ROOT_ROUTES: Sequence[HTTPRouteHandler] = accounts_routes.ROOT_ROUTES
EVENTS: Sequence[type[Event]] = [
    *accounts_events.EVENTS,
    *graph_events.EVENTS,
    *posts_events.EVENTS,
    *engagement_events.EVENTS,
    *timelines_events.EVENTS,
    *notifications_events.EVENTS,
]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again."""

    name: str
    seconds: float
    run: Callable[[], Awaitable[object]]
