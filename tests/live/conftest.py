"""A server on a real port over the application under test."""

import asyncio
from collections.abc import AsyncIterator
from socket import socket

import pytest

from chirrup.bootstrap import Application
from chirrup.entrypoints.api import create_api
from chirrup.entrypoints.server import Server, listen
from tests.support import Community, Person


@pytest.fixture
async def listener() -> AsyncIterator[socket]:
    """Where the server in this process listens."""
    with listen("127.0.0.1", 0) as listener:
        yield listener


@pytest.fixture
async def live_server(app: Application, listener: socket) -> AsyncIterator[Server]:
    """A server in this process."""
    server = Server(create_api(app), app.settings, app.live.hub.end_all)
    serving = asyncio.create_task(server.serve([listener]))
    yield server
    server.stop()
    await serving


@pytest.fixture
def base(live_server: Server, listener: socket) -> str:
    """The address of a server in this process."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
async def wren(community: Community) -> Person:
    """Somebody who may connect."""
    return await community.person("wren")
