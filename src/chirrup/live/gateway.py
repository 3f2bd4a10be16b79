"""The WebSocket: one conversation with one client."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import structlog

from chirrup.accounts import Sessions
from chirrup.live import schemas
from chirrup.live.connection import Connection
from chirrup.live.hub import Hub
from chirrup.live.models import KNOWN, Close, Ended
from chirrup.live.window import Position, parse_position
from chirrup.platform.errors import Forbidden, NotAuthenticated, Refusal, TooManyRequests, Unavailable
from chirrup.platform.http.asgi import Headers, Receive, Scope, Send
from chirrup.platform.http.guard import Gate
from chirrup.platform.http.problems import PROBLEM_TYPE, problem, refusal_headers

log = structlog.get_logger()
_Work = Callable[[], Awaitable[None]]
SUBPROTOCOL = "chirrup.v1"
_BEARER = "bearer."
_HELLO_SECONDS = 10.0
_MOST_STRANGERS = 1000
_SEND_SECONDS = 10.0
_CLOSE_SECONDS = 2.0
_MESSAGES_A_SECOND = 5.0
_MESSAGES_AT_ONCE = 60.0


@dataclass(frozen=True, slots=True)
class Live:
    """What both kinds of connection need."""

    hub: Hub
    sessions: Sessions
    gate: Gate
    origins: frozenset[str]
    """The origins whose pages may connect, beside that of the address itself."""

    def check_origin(self, headers: Headers) -> None:
        """Refuse pages of other sites; programs that are no browsers name no origin.

        Raises:
            Forbidden: the page is another site's.
        """
        origin = headers.get(b"origin")
        if origin is None:
            return
        text = origin.decode("latin-1")
        if text not in self.origins and urlsplit(text).netloc.encode("latin-1") != headers.get(b"host"):
            raise Forbidden("Pages of other sites cannot connect.")

    def check_room(self) -> None:
        """Refuse where no more connections are taken.

        Raises:
            Unavailable: that is so.
        """
        if self.hub.full:
            raise Unavailable("The server takes no more live connections at the moment.")

    async def connection(self, token: str, scope: Scope) -> Connection:
        """Return the connection of whoever sends a token, not joined yet.

        Raises:
            NotAuthenticated: it is not valid.
            TooManyRequests: the account connects too often.
        """
        viewer = await self.sessions.authenticate(token)
        await self.gate.admit("live", viewer, scope)
        return Connection(viewer, self.sessions.expiry(token))


def resumption(last_event_id: str | None, known: list[str] | None) -> Position | set[int] | None:
    """Return from where a client goes on.

    Raises:
        Ended: that cannot be read.
    """
    if last_event_id:
        position = parse_position(last_event_id)
        if position is None:
            raise Ended(Close.MALFORMED, "The last event id is none of the server's.")
        return position
    if known is None:
        return None
    ids = set(schemas.read_ids(known))
    if len(ids) > KNOWN:
        raise Ended(Close.MALFORMED, f"Name {KNOWN} entries at most.")
    return ids or None


class LiveSocket:
    """The ASGI application of the WebSocket."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._strangers = 0
        """How many have not said yet who they are."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Talk with one client until one of the two ends it."""
        await receive()
        try:
            await self._check(scope)
        except Refusal as refusal:
            await _refuse(send, refusal, scope["state"]["request_id"])
            return
        offered: Sequence[str] = scope["subprotocols"]
        token = next((name.removeprefix(_BEARER) for name in offered if name.startswith(_BEARER)), None)
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if SUBPROTOCOL in offered else None})
        try:
            await self._talk(scope, receive, send, token)
        except Ended as end:
            self._live.hub.note_end(end)
            await _close(scope, send, end)
        except TimeoutError:
            # the client reads nothing, so that it could not read a reason either
            abort(scope)
        except OSError:
            # the client has gone
            return

    async def _check(self, scope: Scope) -> None:
        """Refuse who is not let in, whoever it is.

        Raises:
            Refusal: so it is.
        """
        self._live.check_origin(dict(scope["headers"]))
        self._live.check_room()
        if self._strangers >= _MOST_STRANGERS:
            raise Unavailable("Too many connections have not said hello yet.")
        await self._live.gate.admit("read", None, scope)

    async def _talk(self, scope: Scope, receive: Receive, send: Send, token: str | None) -> None:
        self._strangers += 1
        try:
            hello = await _hello(receive)
        finally:
            self._strangers -= 1
        if hello is None:
            return
        given = hello.token or token
        if given is None:
            raise Ended(Close.NOT_AUTHENTICATED, "The first message or the subprotocol brings an access token.")
        try:
            connection = await self._live.connection(given, scope)
        except NotAuthenticated as refusal:
            raise Ended(Close.NOT_AUTHENTICATED, refusal.detail) from refusal
        except TooManyRequests as refusal:
            raise Ended(Close.TOO_MANY, refusal.detail) from refusal
        except Refusal as refusal:
            raise Ended(Close.TRY_AGAIN, refusal.detail) from refusal
        resume = resumption(hello.last_event_id, hello.known)
        try:
            await self._live.hub.join(connection, resume)
            await while_there(
                connection, partial(self._listen, connection, receive), partial(_sending, connection, send)
            )
        finally:
            self._live.hub.leave(connection)

    async def _listen(self, connection: Connection, receive: Receive) -> None:
        """Do what the client says until it goes."""
        allowance, then = _MESSAGES_AT_ONCE, time.monotonic()
        while (text := await _text(receive)) is not None:
            now = time.monotonic()
            allowance = min(_MESSAGES_AT_ONCE, allowance + (now - then) * _MESSAGES_A_SECOND) - 1
            then = now
            if allowance < 0:
                raise Ended(Close.TOO_MANY, "Too many messages.")
            await self._obey(connection, text)

    async def _obey(self, connection: Connection, text: str) -> None:
        match schemas.read_message(text):
            case schemas.Watch(posts=posts):
                await self._live.hub.watch(connection, schemas.read_ids(posts))
            case schemas.Renew(token=token):
                try:
                    viewer = await self._live.sessions.authenticate(token)
                    if viewer.id != connection.viewer.id:
                        raise Ended(Close.NOT_AUTHENTICATED, "The token is another account's.")
                    connection.renew(viewer, self._live.sessions.expiry(token))
                except Refusal as refusal:
                    raise Ended(Close.NOT_AUTHENTICATED, refusal.detail) from refusal
            case schemas.Ping():
                connection.tell(schemas.PONG)
            case schemas.Hello():
                raise Ended(Close.MALFORMED, "There is one hello, at the beginning.")


async def while_there(connection: Connection, listen: _Work, sending: _Work) -> None:
    """Send what there is to send until the client goes, the server ends the connection, or listening does.

    Raises:
        Ended: the client is still there to be told why.
    """
    reading = asyncio.create_task(_until_gone(connection, listen))
    try:
        await sending()
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def _until_gone(connection: Connection, listen: _Work) -> None:
    try:
        await listen()
    except Ended as end:
        connection.end(end.code, end.reason)
    except Refusal as refusal:
        connection.end(Close.TRY_AGAIN, refusal.detail)
    except Exception:
        log.exception("live.conversation_failed")
        connection.end(Close.FAULT, "Something went wrong here; the log has the details.")
    else:
        connection.go()


async def _sending(connection: Connection, send: Send) -> None:
    while (events := await connection.next()) is not None:
        for event, _ in events:
            async with asyncio.timeout(_SEND_SECONDS):
                await send({"type": "websocket.send", "text": event.decode()})


async def _hello(receive: Receive) -> schemas.Hello | None:
    try:
        async with asyncio.timeout(_HELLO_SECONDS):
            text = await _text(receive)
    except TimeoutError as error:
        raise Ended(Close.SILENT, "No hello came in time.") from error
    if text is None:
        return None
    hello = schemas.read_message(text)
    if not isinstance(hello, schemas.Hello):
        raise Ended(Close.MALFORMED, "The first message is a hello.")
    return hello


async def _text(receive: Receive) -> str | None:
    """Return the next message, or None when the client has gone."""
    message = await receive()
    if message["type"] == "websocket.disconnect":
        return None
    text: str | None = message.get("text")
    if text is None:
        raise Ended(Close.BINARY, "Messages are text.")
    return text


async def _close(scope: Scope, send: Send, end: Ended) -> None:
    # a reason has at most 123 bytes (RFC 6455, section 5.5)
    reason = end.reason.encode()[:120].decode(errors="ignore")
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await send({"type": "websocket.close", "code": int(end.code), "reason": reason})
    except TimeoutError:
        abort(scope)
    except OSError:
        # the client has gone first
        return


def abort(scope: Scope) -> None:
    """Give a connection up without a farewell."""
    give_up: Callable[[], None] | None = scope.get("state", {}).get("abort")
    if give_up is not None:
        give_up()


async def _refuse(send: Send, refusal: Refusal, request_id: str) -> None:
    body = problem(refusal.status, refusal.detail, request_id)
    extra = [(name.lower().encode(), value.encode()) for name, value in refusal_headers(refusal).items()]
    headers = [(b"content-type", PROBLEM_TYPE.encode()), *extra]
    await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
