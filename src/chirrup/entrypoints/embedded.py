"""The embedded profile: API and workers in one process, over one data directory."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import structlog
import uvicorn
import uvloop

from chirrup.bootstrap import Application, open_application
from chirrup.entrypoints.api import create_api
from chirrup.platform.clock import Clock
from chirrup.platform.datadir import DataDir
from chirrup.registry import Job
from chirrup.settings import Settings

log = structlog.get_logger()


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Application]:
    """Run the bus and the periodic jobs for as long as the block lasts."""
    async with open_application(settings, clock) as app:
        tasks = [asyncio.create_task(app.bus.run()), *(asyncio.create_task(_repeat(job)) for job in app.jobs)]
        try:
            yield app
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task


async def serve(settings: Settings) -> None:
    """Serve until told to stop; requests in flight are answered first."""
    async with running(settings) as app:
        if settings.rate_limits == "off":
            log.warning("limits.off")
        # what start-up made lives as long as the process: the collector need not look at it again
        gc.collect()
        gc.freeze()
        config = uvicorn.Config(
            create_api(app),
            host=settings.host,
            port=settings.port,
            http="httptools",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies or None,
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
        # uvicorn stops at these signals and then raises them once more; by then they have done their work
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _has_been_heard)
        await uvicorn.Server(config).serve()


def run(settings: Settings) -> None:
    """Serve a data directory that nobody else serves."""
    data = DataDir(settings.data_dir)
    data.prepare()
    with data.exclusive():
        uvloop.run(serve(settings))


def _has_been_heard(_number: int, _frame: FrameType | None) -> None:
    """Let a signal pass."""


async def _repeat(job: Job) -> None:
    while True:
        await asyncio.sleep(job.seconds)
        try:
            await job.run()
        except Exception:
            log.exception("job.failed", job=job.name)
