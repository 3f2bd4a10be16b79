"""Clients of live updates: what a browser does, and what it had better not."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support import Community, Person

SECONDS = 15
_UPGRADE = (
    b"GET /api/v1/live HTTP/1.1\r\nHost: nest.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)


def connected(community: Community) -> int:
    """Return how many clients the application under test has."""
    return round(next(iter(community.app.telemetry.live_connections.collect())).samples[0].value)


def token_of(person: Person) -> str:
    """Return the access token of somebody."""
    return person.client.headers["Authorization"].removeprefix("Bearer ")


@dataclass
class Listener:
    """A WebSocket that has said hello, and all events that came."""

    socket: ClientConnection
    events: list[dict[str, Any]] = field(default_factory=list)

    async def next(self) -> dict[str, Any]:
        """Return the next event."""
        event: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), SECONDS))
        self.events.append(event)
        return event

    async def until(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first event from now on that fits."""
        while not fits(event := await self.next()):
            pass
        return event

    async def kind(self, name: str) -> dict[str, Any]:
        """Return the next event of a type."""
        return await self.until(lambda event: event["type"] == name)

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.socket.send(json.dumps(message))

    async def settled(self) -> list[dict[str, Any]]:
        """Return what has come and not been read, up to the answer to a question that is asked now."""
        await self.say(type="ping")
        begin = len(self.events)
        await self.kind("pong")
        return self.events[begin:-1]

    async def end(self) -> int:
        """Return the code with which the server ends the connection."""
        return await code_of(self.socket, self.next)

    @property
    def last_event_id(self) -> str:
        """From where to go on."""
        found: str = [event["event_id"] for event in self.events if "event_id" in event][-1]
        return found


async def code_of(socket: ClientConnection, read: Callable[[], Awaitable[object]] | None = None) -> int:
    """Read to the end, and return the code with which the server closes."""
    with suppress(ConnectionClosed):
        while True:
            await (read() if read is not None else asyncio.wait_for(socket.recv(), SECONDS))
    assert socket.close_code is not None
    return socket.close_code


@asynccontextmanager
async def open_socket(base: str, **options: Any) -> AsyncIterator[ClientConnection]:
    """Open a WebSocket and say nothing."""
    url = base.replace("http", "ws", 1) + "/api/v1/live"
    async with connect(url, compression=None, close_timeout=1, proxy=None, **options) as socket:
        yield socket


@asynccontextmanager
async def raw(base: str, limit: int = 65_536) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a WebSocket and leave it to the caller what is said; what comes is read up to `limit` bytes ahead."""
    place = urlsplit(base)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=limit)
    try:
        writer.write(_UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        yield reader, writer
    finally:
        writer.close()


@asynccontextmanager
async def listening(base: str, person: Person, **hello: Any) -> AsyncIterator[Listener]:
    """Connect, and wait until everything from now on is told."""
    async with open_socket(base) as socket:
        listener = Listener(socket)
        await listener.say(type="hello", token=token_of(person), **hello)
        await listener.kind("ready")
        yield listener


@dataclass
class Stream:
    """An event stream: (id, data) of each event."""

    lines: AsyncIterator[str]

    async def next(self) -> tuple[str | None, dict[str, Any]]:
        """Return the next event."""
        event_id = None
        async with asyncio.timeout(SECONDS):
            async for line in self.lines:
                name, _, value = line.partition(": ")
                if name == "id":
                    event_id = value
                elif name == "data":
                    return event_id, json.loads(value)
        raise AssertionError("the stream has ended")


@asynccontextmanager
async def streaming(base: str, person: Person, **headers: str) -> AsyncIterator[Stream]:
    """Open an event stream."""
    all_headers = {"Authorization": f"Bearer {token_of(person)}", **headers}
    async with (
        httpx.AsyncClient(timeout=SECONDS) as client,
        client.stream("GET", f"{base}/api/v1/live/events", headers=all_headers) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        yield Stream(answer.aiter_lines())
