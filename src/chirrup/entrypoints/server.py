"""The HTTP server of a process: uvicorn, and how it ends without anybody noticing."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterator

import uvicorn

from chirrup.platform.errors import StartRefused
from chirrup.platform.http.asgi import AsgiApp
from chirrup.platform.http.protocols import LARGEST_MESSAGE, AbortableHttp, BoundedWebSocket
from chirrup.settings import Settings

_BACKLOG = 2048
_TICK = 0.05
_PING_SECONDS = 20.0
KEEP_ALIVE_SECONDS = 75
"""How long an idle connection stays open: longer than balancers keep theirs, which would else use one that ends."""


class Server(uvicorn.Server):
    """uvicorn, asked to stop by its owner and not by signals; it says farewell before it closes connections."""

    def __init__(self, app: AsgiApp, settings: Settings, leaving: Callable[[], None] | None = None) -> None:
        """Call `leaving` at the beginning of the end; a server without it takes no WebSockets."""
        super().__init__(
            uvicorn.Config(
                app,
                http=AbortableHttp,
                ws="none" if leaving is None else BoundedWebSocket,
                ws_max_size=LARGEST_MESSAGE,
                ws_ping_interval=_PING_SECONDS,
                ws_ping_timeout=_PING_SECONDS,
                ws_per_message_deflate=False,
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                date_header=False,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=settings.trusted_proxies or None,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=settings.shutdown_seconds,
            )
        )
        self._leaving = leaving
        self._accept_seconds = 0.0
        self._drain_seconds = 0.0

    def stop(self, *, accept_seconds: float = 0.0, drain_seconds: float = 0.0) -> None:
        """Answer with `Connection: close` from now on, and end once what is under way is answered.

        New connections are accepted for `accept_seconds`; for `drain_seconds` after that the clients of those that are
        open may still hear of the end with their next answer. A second call ends both at once.
        """
        if self.should_exit:
            self._accept_seconds = self._drain_seconds = 0.0
            return
        self._accept_seconds, self._drain_seconds = accept_seconds, drain_seconds
        self.should_exit = True
        if self._leaving is not None:
            self._leaving()
        self._say_farewell()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the owner."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then do as uvicorn does: close what is idle, and wait for what is under way."""
        await self._while(lambda passed: passed < self._accept_seconds)
        for server in self.servers:
            server.close()
        await self._while(lambda passed: passed < self._drain_seconds and bool(self.server_state.connections))
        await super().shutdown(sockets)

    def _say_farewell(self) -> None:
        # uvicorn makes the default headers anew from these once a second
        self.config.encoded_headers.append((b"connection", b"close"))
        self.server_state.default_headers = self.config.encoded_headers
        for connection in self.server_state.connections:
            cycle = connection.cycle if isinstance(connection, AbortableHttp) else None
            if cycle is not None and not cycle.response_started:
                # uvicorn then adds the header by itself
                cycle.keep_alive = False

    async def _while(self, condition: Callable[[float], bool]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            if not condition(loop.time() - began):
                return
            await asyncio.sleep(_TICK)


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
