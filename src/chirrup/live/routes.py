"""The event stream (WHATWG server-sent events): what the WebSocket tells, for clients that can only listen."""

import asyncio
from functools import partial
from typing import Annotated, Any, cast

import structlog
from litestar import Request, Response, get
from litestar.params import HeaderParameter, Parameter

from chirrup.accounts import Viewer
from chirrup.live import schemas
from chirrup.live.connection import Connection
from chirrup.live.gateway import Live, abort, resumption, while_there
from chirrup.live.hub import HEARTBEAT_SECONDS, Hub
from chirrup.live.models import Close, Ended
from chirrup.live.window import Position
from chirrup.platform.errors import Malformed
from chirrup.platform.http.asgi import Receive, Scope, Send
from chirrup.platform.http.guard import UNLIMITED
from chirrup.platform.http.problems import PROBLEM_TYPE, problem, refuses

LastEventId = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", max_length=64, description="The id of the last event, to go on from there."),
]
Known = Annotated[
    str | None,
    Parameter(
        max_length=2000, description="The ids of the newest entries that the client has, at most 100, with commas."
    ),
]
_SEND_SECONDS = 10.0
log = structlog.get_logger()
_STATUS = {Close.TRY_AGAIN: 503, Close.RESTART: 503, Close.TOO_MANY: 429}


class EventStream(Response[bytes]):
    """An answer that goes on until the client leaves or the server ends it."""

    def __init__(self, live: Live, connection: Connection, resume: Position | set[int] | None) -> None:
        super().__init__(b"", media_type="text/event-stream")
        self._live = live
        self._connection = connection
        self._resume = resume

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        """Return the ASGI application that answers."""
        return self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = self._connection
        listen = partial(_until_disconnected, receive)
        try:
            if not scope["state"].get("head"):
                await self._live.hub.join(connection, self._resume)
            await _begin(send)
            if not scope["state"].get("head"):
                await while_there(connection, listen, partial(_sending, self._live.hub, connection, send))
            await _send(send, b"", more=False)
        except TimeoutError:
            # the client reads nothing, and so would not let an end through
            log.info("live.stream_stuck")
            abort(scope)
            await listen()
        except Ended as end:
            await _refuse(send, end, scope["state"]["request_id"])
        finally:
            self._live.hub.leave(connection)


@get(
    "/live/events",
    media_type="text/event-stream",
    opt={"limit": UNLIMITED, "whole": True},
    responses=refuses(400, 401, 403, 503),
    tags=["live"],
)
async def stream_events(
    request: Request[Any, Any, Any],
    viewer: Viewer,  # noqa: ARG001 - having one makes the route ask for a token
    live: Live,
    last_event_id: LastEventId = None,
    known: Known = None,
) -> Response[bytes]:
    """Tell what changes while it changes: new home entries, deletions and notifications, as server-sent events.

    Each event's `data` is a JSON object with a `type`: `ready` at the beginning, then `post`, `delete` and
    `notification`; `reload` when the client is to load its page anew; `end` with a `code` and a `reason` before the
    server ends the stream. Events that move the stream's place have an `id`, from which a later stream goes on.
    """
    headers = {name.lower().encode(): value.encode("latin-1") for name, value in request.headers.items()}
    live.check_origin(headers)
    live.check_room()
    try:
        resume = resumption(last_event_id, known.split(",") if known else None)
    except Ended as end:
        raise Malformed(end.reason) from end
    token = request.headers["authorization"].partition(" ")[2]
    return EventStream(live, await live.connection(token, cast("Scope", request.scope)), resume)


async def _begin(send: Send) -> None:
    # without the last, nginx would collect events before it passes them on
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _sending(hub: Hub, connection: Connection, send: Send) -> None:
    try:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    events = await connection.next()
            except TimeoutError:
                await _send(send, b":\n\n")
                continue
            if events is None:
                return
            await _send(send, b"".join(_event(*event) for event in events))
    except Ended as end:
        hub.note_end(end)
        await _send(send, _event(schemas.end(end.code, end.reason), None))


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    async with asyncio.timeout(_SEND_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": more})


def _event(data: bytes, event_id: str | None) -> bytes:
    # JSON holds no line feed, so one `data` line is enough
    return (b"id: %b\n" % event_id.encode() if event_id else b"") + b"data: %b\n\n" % data


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, end: Ended, request_id: str) -> None:
    status = _STATUS.get(end.code, 503)
    headers = [(b"content-type", PROBLEM_TYPE.encode()), (b"retry-after", b"5")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = problem(status, end.reason, request_id)
    await send({"type": "http.response.body", "body": body, "more_body": False})


ROUTES = [stream_events]
