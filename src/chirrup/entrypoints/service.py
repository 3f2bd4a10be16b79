"""The routes that no slice owns: health, metrics, and the API document."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

import structlog
from litestar import MediaType, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Meta
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chirrup.bootstrap import Application
from chirrup.entrypoints.reference import Reference
from chirrup.platform.errors import Refusal
from chirrup.platform.http.guard import UNLIMITED
from chirrup.platform.http.schemas import Answer
from chirrup.platform.outbox import Backlog


class Alive(Answer, frozen=True, kw_only=True):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(Answer, frozen=True, kw_only=True):
    """Whether the server can serve, and how each dependency is: `ok`, or what is wrong with it."""

    status: Annotated[Literal["ready", "not ready", "stopping"], Meta(examples=["ready"])]
    dependencies: Annotated[dict[str, str], Meta(examples=[{"database": "ok"}])]


@dataclass(slots=True)
class Lifecycle:
    """Where a process is between its start and its end."""

    stopping: bool = False


VITAL = frozenset({"database"})
"""What nothing can be served without; where another dependency is missing, answers are slower or later."""
CHECK_SECONDS = 2.0
_NOT_READY = {
    503: ResponseSpec(Readiness, description="It cannot serve, or is about to stop.", generate_examples=False)
}

log = structlog.get_logger()


@get("/health", opt={"limit": UNLIMITED}, tags=["service"])
async def show_health() -> Alive:
    """Tell that the process answers."""
    return Alive()


@get("/health/ready", opt={"limit": UNLIMITED}, responses=_NOT_READY, tags=["service"])
async def show_readiness(state: State) -> Response[Readiness]:
    """Tell whether the server can serve, and how each dependency is; a load balancer asks here.

    A server that is about to stop says so while it still answers. Only without its database is it not ready: without
    another dependency it serves, slower or with events that arrive later.
    """
    app: Application = state.application
    lifecycle: Lifecycle = state.lifecycle
    dependencies = await examine(app.checks)
    status: Literal["ready", "not ready", "stopping"] = "ready" if serves(dependencies) else "not ready"
    if lifecycle.stopping:
        status = "stopping"
    return Response(Readiness(status=status, dependencies=dependencies), status_code=200 if status == "ready" else 503)


@get("/metrics", opt={"limit": UNLIMITED}, media_type=CONTENT_TYPE_LATEST, tags=["service"])
async def show_metrics(state: State) -> Response[bytes]:
    """Publish the measures of this process for Prometheus."""
    app: Application = state.application
    await _read_outbox(app)
    app.telemetry.fanout_lateness.show([((), app.fan_out.pressure.lateness / 1000)])
    app.telemetry.fanout_threshold.show([((), app.fan_out.pressure.threshold)])
    return Response(generate_latest(app.telemetry.registry), media_type=CONTENT_TYPE_LATEST)


async def examine(checks: Mapping[str, Callable[[], Awaitable[object]]]) -> dict[str, str]:
    """Try all dependencies at the same time; return `ok` or what is wrong for each."""
    findings = await asyncio.gather(*(_try(check) for check in checks.values()))
    return dict(zip(checks, findings, strict=True))


def serves(dependencies: Mapping[str, str]) -> bool:
    """Return whether all that is vital is well."""
    return all(found == "ok" for name, found in dependencies.items() if name in VITAL)


async def _try(check: Callable[[], Awaitable[object]]) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS:g} seconds"
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it is the answer
        return str(error) or type(error).__name__
    return "ok"


async def _read_outbox(app: Application) -> None:
    """Measure how far events are; without the database nothing is known of them, and nothing is told."""
    measures = app.telemetry
    backlog, behind = Backlog(), []
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            backlog = await app.outbox.backlog(app.db.read)
            behind = await app.outbox.lag(app.db.read)
    except (TimeoutError, Refusal) as error:
        log.warning("metrics.outbox_unknown", dependency="database", reason=str(error) or "no answer in time")
        for gauges in (
            measures.outbox_pending,
            measures.outbox_oldest,
            measures.consumer_lag,
            measures.consumer_oldest,
        ):
            gauges.show([])
        return
    now = app.clock.now()
    measures.outbox_pending.show([((), backlog.pending)])
    measures.outbox_oldest.show([((), _age(backlog.oldest, now))])
    measures.consumer_lag.show([((lag.consumer, lag.topic or ""), lag.lag) for lag in behind])
    measures.consumer_oldest.show([((lag.consumer, lag.topic or ""), _age(lag.oldest, now)) for lag in behind])


def _age(moment: int | None, now: int) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment) / 1000)


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
PROCESS_ROUTES = [show_health, show_readiness, show_metrics]
ROOT_ROUTES = [*PROCESS_ROUTES, show_docs]
