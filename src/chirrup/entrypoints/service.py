"""The routes that no slice owns: health, metrics, and the API document."""

import asyncio
from typing import Annotated, Any, Literal, cast

from litestar import MediaType, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Meta
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chirrup.bootstrap import Application
from chirrup.entrypoints.reference import Reference
from chirrup.platform.http.guard import UNLIMITED
from chirrup.platform.http.schemas import Answer


class Alive(Answer, frozen=True, kw_only=True):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(Answer, frozen=True, kw_only=True):
    """Whether the server can serve, and how each dependency is."""

    status: Annotated[Literal["ready", "not ready"], Meta(examples=["ready"])]
    database: Annotated[str, Meta(examples=["ok"])]


_NOT_READY = {503: ResponseSpec(Readiness, description="A dependency does not serve.", generate_examples=False)}


@get("/health", opt={"limit": UNLIMITED}, tags=["service"])
async def show_health() -> Alive:
    """Tell that the process answers."""
    return Alive()


@get("/health/ready", opt={"limit": UNLIMITED}, responses=_NOT_READY, tags=["service"])
async def show_readiness(state: State) -> Response[Readiness]:
    """Tell whether each dependency serves; a load balancer asks here."""
    app: Application = state.application
    try:
        async with asyncio.timeout(2):
            await app.db.read.first("SELECT 1")
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the answer is that it is not ready
        return Response(Readiness(status="not ready", database=str(error)), status_code=503)
    return Response(Readiness(status="ready", database="ok"))


@get("/metrics", opt={"limit": UNLIMITED}, media_type=CONTENT_TYPE_LATEST, tags=["service"])
async def show_metrics(state: State) -> Response[bytes]:
    """Publish the counters for Prometheus."""
    app: Application = state.application
    return Response(generate_latest(app.telemetry.registry), media_type=CONTENT_TYPE_LATEST)


@get("/openapi.json", opt={"limit": UNLIMITED}, tags=["service"])
async def show_document(state: State) -> Response[dict[str, Any]]:
    """Show this document."""
    reference: Reference = state.reference
    return Response(cast("Any", reference.json), media_type=MediaType.JSON)


@get("/docs", opt={"limit": UNLIMITED}, media_type=MediaType.HTML, tags=["service"])
async def show_docs(state: State) -> Response[str]:
    """Show this document as a page for people; it needs neither scripts nor the internet."""
    reference: Reference = state.reference
    page = reference.page
    return Response(page.html, media_type=MediaType.HTML, headers={"Content-Security-Policy": page.policy})


API_ROUTES = [show_document]
ROOT_ROUTES = [show_health, show_readiness, show_metrics, show_docs]
