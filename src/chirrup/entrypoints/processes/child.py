"""One process of several: `python -m chirrup.entrypoints.processes.child`, started by its parent alone."""

import asyncio
import signal
import socket
import sys
from collections.abc import Iterable
from typing import Any

import structlog
import uvloop

from chirrup.bootstrap import Application, open_application
from chirrup.entrypoints import collector
from chirrup.entrypoints.api import create_api, create_service
from chirrup.entrypoints.processes.orders import LEAVE, READY, STOP, Order, decode
from chirrup.entrypoints.server import Server
from chirrup.entrypoints.service import Lifecycle, examine, serves
from chirrup.entrypoints.worker import at_work
from chirrup.platform.errors import StartRefused
from chirrup.platform.telemetry import configure_logging
from chirrup.settings import load

START_SECONDS = 30.0
"""How long a process waits at its start for what it cannot do without."""
_FAREWELL_SECONDS = 1.0

log = structlog.get_logger()


def main() -> None:
    """Do what the parent orders; what an operator can mend ends in one sentence and exit code 2."""
    # unbuffered, so that nothing behind the first line is taken
    with open(0, "rb", buffering=0, closefd=False) as orders:
        order = decode(orders.readline())
    settings = load(order.settings, {})
    configure_logging(settings.log_level, process=order.name)
    try:
        uvloop.run(_run(order))
    except StartRefused as refusal:
        sys.stderr.write(f"chirrup: {refusal}\n")
        sys.exit(2)


async def _run(order: Order) -> None:
    settings = load(order.settings, {})
    words = await _words()
    async with open_application(settings) as app:
        await _until_it_can_serve(app)
        if order.program == "api":
            await _serve(app, order, words)
        else:
            await _work(app, order, words)


async def _serve(app: Application, order: Order, words: "asyncio.Queue[bytes]") -> None:
    assert order.shared is not None
    lifecycle = Lifecycle()
    shared = Server(create_api(app, lifecycle), app.settings, app.live.hub.stop)
    own = Server(create_service(app, lifecycle), app.settings)
    collector.settle()
    async with asyncio.TaskGroup() as group:
        ends = [
            group.create_task(shared.serve([socket.socket(fileno=order.shared)])),
            group.create_task(own.serve([socket.socket(fileno=order.own)])),
        ]
        await _started([shared, own])
        word = await _word(words, ends)
        lifecycle.stopping = True
        log.info("process.ending", reason=word.decode().strip())
        drain = app.settings.drain_seconds
        if word == LEAVE:
            # the successor answers those who watch from now on, and new connections
            own.stop()
            shared.stop(drain_seconds=drain)
        else:
            shared.stop(accept_seconds=drain, drain_seconds=_FAREWELL_SECONDS)
        await asyncio.wait(ends[:1])
        own.stop()


async def _work(app: Application, order: Order, words: "asyncio.Queue[bytes]") -> None:
    lifecycle = Lifecycle()
    own = Server(create_service(app, lifecycle), app.settings)
    async with at_work(app, order.only) as failure, asyncio.TaskGroup() as group:
        ends = [group.create_task(own.serve([socket.socket(fileno=order.own)]))]
        await _started([own])
        word = await _word(words, [*ends, failure])
        lifecycle.stopping = True
        log.info("process.ending", reason=word.decode().strip())
        own.stop()
    if failure.done():
        failure.result()


async def _until_it_can_serve(app: Application) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + START_SECONDS
    while True:
        found = await examine(app.checks)
        if serves(found):
            return
        if loop.time() > deadline:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in found.items() if reason != "ok")
            raise StartRefused(f"What is needed does not serve ({reasons}).")
        await asyncio.sleep(0.2)


async def _started(servers: Iterable[Server]) -> None:
    """Tell the parent once all servers answer."""
    waiting = list(servers)
    while True:
        waiting = [server for server in waiting if not server.started]
        if not waiting:
            break
        await asyncio.sleep(0.01)
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()


async def _word(words: "asyncio.Queue[bytes]", others: Iterable["asyncio.Future[Any]"]) -> bytes:
    """Return the next word of the parent, or STOP when one of the others has ended before."""
    hearing = asyncio.ensure_future(words.get())
    await asyncio.wait({hearing, *others}, return_when=asyncio.FIRST_COMPLETED)
    if hearing.done():
        return hearing.result()
    hearing.cancel()
    return STOP


async def _words() -> "asyncio.Queue[bytes]":
    """Return what the parent says from now on; a signal to this process alone says STOP, too."""
    loop = asyncio.get_running_loop()
    words: asyncio.Queue[bytes] = asyncio.Queue()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, words.put_nowait, STOP)
    await loop.connect_read_pipe(lambda: _Ear(words), sys.stdin)
    return words


class _Ear(asyncio.Protocol):
    """Hears what the parent says, and its end."""

    def __init__(self, words: "asyncio.Queue[bytes]") -> None:
        self._words = words
        self._heard = b""

    def data_received(self, data: bytes) -> None:
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            self._words.put_nowait(line + b"\n")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - whatever it is, the parent has gone
        self._words.put_nowait(STOP)


if __name__ == "__main__":
    main()
