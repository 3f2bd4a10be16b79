"""uvicorn's WebSocket protocol, with bounds on what a client can make it hold."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

LARGEST_MESSAGE = 16_384
"""Bytes that a client may send in one message."""
_MOST_FRAGMENTS = 64


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A connection whose application can give it up at once, by `abort` in the scope's state."""

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
