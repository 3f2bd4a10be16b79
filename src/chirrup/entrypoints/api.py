"""The ASGI application over a wired `Application`."""

from collections.abc import Mapping
from typing import cast

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide

from chirrup.bootstrap import Application
from chirrup.entrypoints import service
from chirrup.entrypoints.reference import Reference
from chirrup.entrypoints.service import Lifecycle
from chirrup.entrypoints.web import WebClient
from chirrup.live.gateway import LiveSocket
from chirrup.media.files import MediaFiles
from chirrup.media.routes import UPLOADS
from chirrup.platform.http.asgi import AsgiApp, Receive, Scope, Send
from chirrup.platform.http.body import ApiRequest
from chirrup.platform.http.context import idempotency_key, optional_identity, required_identity
from chirrup.platform.http.edge import COMPRESS_FROM, COMPRESSION, LARGEST_BODY, Edge
from chirrup.platform.http.injection import bind
from chirrup.platform.http.problems import answer_error
from chirrup.registry import ROOT_ROUTES, ROUTES
from chirrup.timelines.routes import HotFeed

API = "/api/v1"
_SERVICES = (
    "settings", "gate", "accounts", "sessions", "graph", "posts", "post_reader", "threads", "engagement", "home",
    "markers", "explainer", "live", "trends", "notifications", "notification_reader", "pushing", "library", "portraits",
    "search",
)  # fmt: skip


def create_api(app: Application, lifecycle: Lifecycle | None = None) -> AsgiApp:
    """Return the ASGI application."""
    services = {name: getattr(app, name) for name in _SERVICES}
    in_api = [bind(handler, services) for handler in [*ROUTES, *service.API_ROUTES]]
    at_root = [bind(handler, services) for handler in [*ROOT_ROUTES, *service.ROOT_ROUTES]]
    litestar = Litestar(
        [Router(API, route_handlers=in_api), *at_root],
        guards=[app.gate],
        dependencies={
            "viewer": Provide(required_identity, sync_to_thread=False),
            "reader": Provide(optional_identity, sync_to_thread=False),
            "idempotency": Provide(idempotency_key),
        },
        request_class=ApiRequest,
        exception_handlers={Exception: answer_error},
        openapi_config=None,
        compression_config=CompressionConfig(
            "gzip", minimum_size=COMPRESS_FROM, gzip_compress_level=COMPRESSION, exclude_opt_key="whole"
        ),
        logging_config=None,
        state=State({"application": app, "lifecycle": lifecycle or Lifecycle(), "reference": api_reference()}),
        request_max_body_size=LARGEST_BODY,
    )
    client = WebClient(app, cast("AsgiApp", litestar))
    http = MediaFiles(app.blobs, client, links=app.settings.s3_links == "on")
    sockets = Sockets({f"{API}/live": LiveSocket(app.live)}, http)
    return Edge(sockets, app.telemetry, {f"{API}/feed": HotFeed(app.gate, app.home)}, uploads={API + UPLOADS})


class Sockets:
    """Leads WebSockets to what talks over them, and all else on."""

    def __init__(self, routes: Mapping[str, AsgiApp], http: AsgiApp) -> None:
        self._routes = routes
        self._http = http

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection or request."""
        if scope["type"] != "websocket":
            await self._http(scope, receive, send)
        elif scope["path"] in self._routes:
            await self._routes[scope["path"]](scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.http.response.start", "status": 404, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b""})


def create_service(app: Application, lifecycle: Lifecycle) -> AsgiApp:
    """Return an ASGI application for those who watch one process: its health and its metrics."""
    litestar = Litestar(
        service.PROCESS_ROUTES,
        request_class=ApiRequest,
        exception_handlers={Exception: answer_error},
        openapi_config=None,
        logging_config=None,
        state=State({"application": app, "lifecycle": lifecycle}),
    )
    return Edge(cast("AsgiApp", litestar), app.telemetry, {})


def api_reference() -> Reference:
    """Return the documentation of every route, in the order of its areas."""
    in_api = [(API, handler) for handler in [*ROUTES, *service.API_ROUTES]]
    return Reference([*in_api, *(("", handler) for handler in [*ROOT_ROUTES, *service.ROOT_ROUTES])])
