"""The slices, and what each adds to the whole: routes, event subscriptions, periodic jobs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from chirrup.accounts import routes as accounts_routes
from chirrup.engagement import routes as engagement_routes
from chirrup.graph import routes as graph_routes
from chirrup.posts import routes as posts_routes
from chirrup.timelines import routes as timelines_routes

ROUTES: Sequence[HTTPRouteHandler] = [
    *accounts_routes.ROUTES,
    *graph_routes.ROUTES,
    *posts_routes.ROUTES,
    *engagement_routes.ROUTES,
    *timelines_routes.ROUTES,
]
ROOT_ROUTES: Sequence[HTTPRouteHandler] = accounts_routes.ROOT_ROUTES


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again."""

    name: str
    seconds: float
    run: Callable[[], Awaitable[object]]
