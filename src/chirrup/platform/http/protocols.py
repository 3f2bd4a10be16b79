"""uvicorn's protocols, with bounds on what a client can make them hold.

An application can give a connection up at once, by `abort` in the scope's state: a client that reads nothing would
never let an orderly end through.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

LARGEST_MESSAGE = 16_384
"""Bytes that a client may send in one message."""
_MOST_FRAGMENTS = 64


class AbortableHttp(HttpToolsProtocol):
    """A connection of requests and answers."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["state"]["abort"] = self.transport.abort


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket with bounds."""

    async def run_asgi(self) -> None:
        """Run the application."""
        # uvloop's transports do what asyncio's do
        self.scope["state"]["abort"] = self.transport.abort
        await super().run_asgi()

    def handle_cont(self, event: Frame) -> None:
        """Take a fragment: even empty ones cost memory."""
        if self.close_sent:
            return
        if len(self.frames) >= _MOST_FRAGMENTS:
            self.conn.fail(1008, "too many fragments")
            self.handle_parser_exception()
        else:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        """Answer, unless the client reads no answers."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.transport.abort()
