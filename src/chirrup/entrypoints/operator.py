"""What commands ask of a running server of the embedded profile, whose timelines are in its memory.

They ask over a socket in the data directory, which only the user that the server runs as can open. So there is nothing
to log in to, and nothing that the network reaches.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast

import msgspec
import structlog
from litestar import Litestar, get, post
from litestar.datastructures import State
from litestar.response import Stream

from chirrup.bootstrap import Application
from chirrup.entrypoints.server import Server
from chirrup.platform.http.asgi import AsgiApp
from chirrup.platform.http.body import ApiRequest
from chirrup.platform.http.edge import Edge
from chirrup.platform.http.problems import answer_error
from chirrup.timelines.schemas import ExplanationAnswer, explanation_answer

EXPLAIN = "/explain"
CHECK_TIMELINES = "/timelines/check"
LINES = "application/x-ndjson"
_LONGEST_PATH = 100
_BACKLOG = 16

log = structlog.get_logger()


@get(EXPLAIN)
async def explain(state: State, viewer: str, post_id: str) -> ExplanationAnswer:
    """Explain the place of a post in somebody's home timeline."""
    app: Application = state.application
    return explanation_answer(await app.explainer.explain(viewer, post_id))


@post(CHECK_TIMELINES)
async def check_timelines(state: State, *, repair: bool = False) -> Stream:
    """Compare all stored timelines with the database; a line of findings for each some of them, and an empty one last.

    A stream that ends without the empty line was broken off.
    """
    app: Application = state.application

    async def lines() -> AsyncIterator[bytes]:
        async for findings in app.audit.everything(repair=repair):
            yield msgspec.json.encode(findings) + b"\n"
        yield b"\n"

    return Stream(lines(), media_type=LINES)


def create_operator(app: Application) -> AsgiApp:
    """Return the ASGI application behind the socket."""
    litestar = Litestar(
        [explain, check_timelines],
        request_class=ApiRequest,
        exception_handlers={Exception: answer_error},
        openapi_config=None,
        logging_config=None,
        state=State({"application": app}),
    )
    return Edge(cast("AsgiApp", litestar), app.telemetry, {})


@contextmanager
def listening(path: Path) -> Iterator[socket.socket | None]:
    """Listen at a path, which nobody else does; None where that cannot be, as on a full disk."""
    path.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # before anybody can connect, so that there is no moment at which others may
    before = os.umask(0o177)
    try:
        if too_long(path):
            raise OSError("its path is too long for a socket")
        door.bind(os.fspath(path))
        door.listen(_BACKLOG)
    except OSError as error:
        log.warning("operator.no_socket", path=str(path), reason=error.strerror or str(error))
        door.close()
        yield None
        return
    finally:
        os.umask(before)
    try:
        yield door
    finally:
        door.close()
        path.unlink(missing_ok=True)


def too_long(path: Path) -> bool:
    """Return whether a path is longer than an address of a socket can be."""
    return len(os.fsencode(path)) > _LONGEST_PATH


@asynccontextmanager
async def answering(app: Application, door: socket.socket | None) -> AsyncIterator[None]:
    """Answer commands for as long as the block lasts."""
    if door is None:
        yield
        return
    server = Server(create_operator(app), app.settings)
    task = asyncio.create_task(server.serve([door]))
    try:
        yield
    finally:
        server.stop()
        await task
