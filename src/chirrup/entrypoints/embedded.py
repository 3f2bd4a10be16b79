"""The embedded profile: API and workers in one process, over one data directory."""

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

import msgspec
import structlog
import uvloop

from chirrup.bootstrap import Application, open_application
from chirrup.entrypoints import collector
from chirrup.entrypoints.api import create_api
from chirrup.entrypoints.audience import Audience
from chirrup.entrypoints.operator import answering, listening
from chirrup.entrypoints.server import Server, listen
from chirrup.entrypoints.service import Lifecycle
from chirrup.entrypoints.worker import at_work
from chirrup.platform.datadir import DataDir
from chirrup.settings import Settings

Beside = Callable[[Application, Callable[[], bool]], AbstractAsyncContextManager[None]]
"""What goes on while an application is served; it may ask whether anybody looks."""

log = structlog.get_logger()


async def serve(
    settings: Settings, listener: socket.socket, door: socket.socket | None, beside: Beside | None = None
) -> None:
    """Serve until told to stop; requests in flight are answered first. At the door are the operator's commands."""
    async with open_application(settings) as app, at_work(app) as failure, answering(app, door):
        if settings.rate_limits == "off":
            log.warning("limits.off")
        collector.settle()
        lifecycle = Lifecycle()
        server = Server(create_api(app, lifecycle), settings, app.live.hub.stop)

        def stop() -> None:
            lifecycle.stopping = True
            server.stop()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        failure.add_done_callback(lambda _: stop())
        log.info("serving", url=settings.origin)
        audience = Audience(server.server_state, app.clock)
        async with beside(app, audience.there) if beside else nullcontext():
            await server.serve([listener])
        if failure.done():
            failure.result()


def run(settings: Settings, beside: Beside | None = None) -> None:
    """Serve a data directory that nobody else serves."""
    data = DataDir(settings.data_dir)
    data.prepare()
    with data.exclusive(), listen(settings.host, settings.port) as listener, listening(data.operator) as door:
        # port 0 has become a real one
        settings = msgspec.structs.replace(settings, port=listener.getsockname()[1])
        uvloop.run(serve(settings, listener, door, beside))
