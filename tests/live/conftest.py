"""A server on a real port over the application under test."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chirrup.bootstrap import Application
from chirrup.entrypoints.api import create_api
from chirrup.entrypoints.server import Server, listen


@pytest.fixture
async def base(app: Application) -> AsyncIterator[str]:
    """The address of a server in this process."""
    with listen("127.0.0.1", 0) as listener:
        server = Server(create_api(app), app.settings, app.live.hub.end_all)
        serving = asyncio.create_task(server.serve([listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.stop()
        await serving
