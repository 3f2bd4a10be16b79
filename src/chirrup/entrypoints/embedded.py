"""The embedded profile: API and workers in one process, over one data directory."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import msgspec
import structlog
import uvicorn
import uvloop

from chirrup.bootstrap import Application, open_application
from chirrup.entrypoints.api import create_api
from chirrup.platform.clock import Clock
from chirrup.platform.datadir import DataDir
from chirrup.platform.errors import StartRefused
from chirrup.registry import Job
from chirrup.settings import Settings

log = structlog.get_logger()
_BACKLOG = 2048


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


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve until told to stop; requests in flight are answered first."""
    async with running(settings) as app:
        if settings.rate_limits == "off":
            log.warning("limits.off")
        # what start-up made lives as long as the process: the collector need not look at it again
        gc.collect()
        gc.freeze()
        config = uvicorn.Config(
            create_api(app),
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
        log.info("serving", url=settings.origin)
        await uvicorn.Server(config).serve([listener])


def run(settings: Settings) -> None:
    """Serve a data directory that nobody else serves."""
    data = DataDir(settings.data_dir)
    data.prepare()
    with data.exclusive(), listen(settings.host, settings.port) as listener:
        # port 0 has become a real one
        settings = msgspec.structs.replace(settings, port=listener.getsockname()[1])
        uvloop.run(serve(settings, listener))


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        StartRefused: the address cannot be had, such as when another program listens there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise StartRefused(f"Cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}.") from error


def _has_been_heard(_number: int, _frame: FrameType | None) -> None:
    """Let a signal pass."""


async def _repeat(job: Job) -> None:
    while True:
        await asyncio.sleep(job.seconds)
        try:
            await job.run()
        except Exception:
            log.exception("job.failed", job=job.name)
