"""The ASGI application over a wired `Application`."""

import asyncio
from typing import Any, cast

from litestar import Litestar, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chirrup.bootstrap import Application
from chirrup.entrypoints.web import WebClient
from chirrup.platform.http.asgi import AsgiApp
from chirrup.platform.http.context import idempotency_key, optional_identity, required_identity
from chirrup.platform.http.edge import Edge
from chirrup.platform.http.guard import UNLIMITED
from chirrup.platform.http.openapi import openapi_config
from chirrup.platform.http.problems import answer_error
from chirrup.registry import ROOT_ROUTES, ROUTES
from chirrup.timelines.routes import HotFeed

API = "/api/v1"


def create_api(app: Application) -> AsgiApp:
    """Return the ASGI application."""
    provided: dict[str, object] = {
        name: getattr(app, name)
        for name in (
            "settings", "gate", "accounts", "sessions", "graph", "posts", "post_reader", "threads", "engagement",
            "home", "markers",
        )
    }  # fmt: skip
    litestar = Litestar(
        [Router(API, route_handlers=ROUTES), *ROOT_ROUTES, health, ready, metrics],
        guards=[app.gate],
        dependencies={
            **{name: _constant(value) for name, value in provided.items()},
            "viewer": Provide(required_identity, sync_to_thread=False),
            "reader": Provide(optional_identity, sync_to_thread=False),
            "idempotency": Provide(idempotency_key),
        },
        exception_handlers={Exception: answer_error},
        openapi_config=openapi_config(),
        compression_config=CompressionConfig("gzip", minimum_size=1024, gzip_compress_level=4),
        logging_config=None,
        state=State({"application": app}),
        request_max_body_size=None,
    )
    return Edge(WebClient(app, cast("AsgiApp", litestar)), app.telemetry, {f"{API}/feed": HotFeed(app.gate, app.home)})


def _constant(value: object) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)


@get("/health", opt={"limit": UNLIMITED}, include_in_schema=False)
async def health() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "alive"}


@get("/health/ready", opt={"limit": UNLIMITED}, include_in_schema=False)
async def ready(state: State) -> Response[dict[str, Any]]:
    """Tell whether each dependency serves."""
    app: Application = state.application
    try:
        async with asyncio.timeout(2):
            await app.db.read.first("SELECT 1")
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the answer is that it is not ready
        return Response({"status": "not ready", "database": str(error)}, status_code=503)
    return Response({"status": "ready", "database": "ok"})


@get("/metrics", opt={"limit": UNLIMITED}, include_in_schema=False)
async def metrics(state: State) -> Response[bytes]:
    """Publish the counters for Prometheus."""
    app: Application = state.application
    return Response(generate_latest(app.telemetry.registry), media_type=CONTENT_TYPE_LATEST)
