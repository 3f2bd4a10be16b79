"""Clients that do not read what they are sent: they are cut off, and hold nothing of the server's any more."""

import asyncio
import json
from urllib.parse import urlsplit

import pytest
from websockets.frames import Frame, Opcode

from chirrup.bootstrap import Application
from chirrup.entrypoints.server import Server
from chirrup.live import gateway, routes
from chirrup.live.connection import Connection
from chirrup.live.models import CONNECTION_QUEUE, Close
from tests.live.clients import code_of, connected, eventually, listening, raw, streaming, token_of
from tests.support import Community, Person

SMALL = 1024
"""Bytes that a client buffers by itself."""
EVENT = b'{"type":"pong","padding":"%b"}' % (b"x" * 20_000)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for clients only shortly."""
    monkeypatch.setattr(gateway, "_SEND_SECONDS", 0.5)
    monkeypatch.setattr(routes, "_SEND_SECONDS", 0.5)


def connection_of(app: Application) -> Connection:
    """Return the only connection."""
    (connection,) = [one for seat in app.live.hub._seats.values() for one in seat.connections]
    return connection


async def flood(community: Community) -> None:
    """Tell the only client more and more, until it is given up."""
    connection = connection_of(community.app)
    async with asyncio.timeout(20):
        while connected(community):
            for _ in range(CONNECTION_QUEUE // 2):
                connection.tell(EVENT)
            await asyncio.sleep(0.01)


async def test_a_full_queue_ends_a_socket_by_its_code(community: Community, wren: Person, base: str) -> None:
    async with listening(base, wren) as live:
        for _ in range(CONNECTION_QUEUE + 1):
            connection_of(community.app).tell(EVENT)
        assert await code_of(live.socket) == Close.TOO_SLOW


async def test_a_full_queue_ends_a_stream_by_its_code(community: Community, wren: Person, base: str) -> None:
    async with streaming(base, wren) as stream:
        await stream.next()
        for _ in range(CONNECTION_QUEUE + 1):
            connection_of(community.app).tell(EVENT)
        _, event = await stream.next()
    assert (event["type"], event["code"]) == ("end", Close.TOO_SLOW)


async def test_a_socket_that_reads_nothing_is_given_up(
    community: Community, wren: Person, base: str, live_server: Server
) -> None:
    hello = Frame(Opcode.TEXT, json.dumps({"type": "hello", "token": token_of(wren)}).encode())
    async with raw(base, SMALL) as (reader, writer):
        writer.write(hello.serialize(mask=True))
        await reader.readuntil(b"ready")
        await flood(community)
        await eventually(lambda: not live_server.server_state.connections)


async def test_a_stream_that_reads_nothing_is_given_up(
    community: Community, wren: Person, base: str, live_server: Server
) -> None:
    place = urlsplit(base)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=SMALL)
    headers = f"Host: nest.example\r\nAuthorization: Bearer {token_of(wren)}\r\n\r\n"
    writer.write(b"GET /api/v1/live/events HTTP/1.1\r\n" + headers.encode())
    await reader.readuntil(b"ready")
    await flood(community)
    await eventually(lambda: not live_server.server_state.connections)
    writer.close()
