"""`chirrup serve` and `chirrup worker` of a cluster: a parent and its children."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence

import msgspec
import structlog

from chirrup.entrypoints.processes.orders import Order, portable
from chirrup.entrypoints.processes.supervision import Supervisor, supervise
from chirrup.entrypoints.server import listen
from chirrup.platform.telemetry import configure_logging
from chirrup.settings import Settings

_MARGIN_SECONDS = 5.0

log = structlog.get_logger()


def serve(load: Callable[[], Settings], processes: int) -> int:
    """Answer requests with several processes that share a port, until told to stop; return an exit code.

    `load` is asked again for each process that is started, so that a replacement comes with the settings of its time.
    """
    settings = load()
    configure_logging(settings.log_level, process="api")
    with contextlib.ExitStack() as sockets:
        shared = sockets.enter_context(listen(settings.host, settings.port))
        own = [sockets.enter_context(listener) for listener in _own(settings.host, settings.metrics_port, processes)]
        port = shared.getsockname()[1]

        def order(slot: int) -> Order:
            current = msgspec.structs.replace(load(), host=settings.host, port=port)
            return Order("api", slot, portable(current), own[slot].fileno(), shared.fileno())

        def started() -> None:
            current = msgspec.structs.replace(settings, port=port)
            log.info("serving", url=current.origin, processes=processes, watch=_addresses(own))
            if settings.rate_limits == "off":
                log.warning("limits.off")

        return _supervise(order, processes, settings, started)


def work(load: Callable[[], Settings], processes: int, only: Sequence[str] | None) -> int:
    """Do the work of some roles, by default all, with several processes, until told to stop; return an exit code."""
    settings = load()
    configure_logging(settings.log_level, process="worker")
    with contextlib.ExitStack() as sockets:
        own = [sockets.enter_context(listener) for listener in _own(settings.host, settings.worker_port, processes)]

        def order(slot: int) -> Order:
            return Order("worker", slot, portable(load()), own[slot].fileno(), only=list(only) if only else None)

        def started() -> None:
            log.info("working", roles=only or "all", processes=processes, watch=_addresses(own))

        return _supervise(order, processes, settings, started)


def _supervise(order: Callable[[int], Order], processes: int, settings: Settings, started: Callable[[], None]) -> int:
    patience = settings.drain_seconds + settings.shutdown_seconds + _MARGIN_SECONDS

    async def run() -> int:
        return await supervise(Supervisor(order, processes, patience), started)

    return asyncio.run(run())


def _own(host: str, first: int, processes: int) -> list[socket.socket]:
    """Return a listening socket for each process: on ports from the first one on, or on free ones."""
    return [listen(host, first + slot if first else 0) for slot in range(processes)]


def _addresses(listeners: Sequence[socket.socket]) -> list[str]:
    return ["{}:{}".format(*listener.getsockname()[:2]) for listener in listeners]
