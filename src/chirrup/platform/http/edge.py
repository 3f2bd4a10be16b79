"""The outermost layer: request ids, the headers and metrics of every answer, and the shortcuts of hot routes."""

import gzip
import secrets
import time
from collections.abc import Awaitable, Callable, Container, Mapping
from itertools import count
from typing import Any

import regex
from structlog.contextvars import bound_contextvars

from chirrup.platform.http.asgi import AsgiApp, Headers, Message, Receive, Scope, Send
from chirrup.platform.http.limits import limit_headers
from chirrup.platform.http.problems import PROBLEM_TYPE, problem
from chirrup.platform.telemetry import Telemetry

HotRoute = Callable[[Scope, Headers], Awaitable[bytes | None]]
"""Answers a request of the common shape with its JSON body, or passes on what it does not know by None."""

_SANE = regex.compile(rb"[A-Za-z0-9._:/+=-]{1,64}")
_JSON = regex.compile(rb"application/json\s*(;\s*charset=\"?utf-8\"?\s*)?", regex.IGNORECASE)
LARGEST_BODY = 65_536
_COMMON_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_API_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_NO_STORE = (b"cache-control", b"no-store")
_HOT_HEADERS = [
    (b"content-type", b"application/json"),
    (b"vary", b"accept-encoding"),
    *_COMMON_HEADERS,
    _API_POLICY,
    _NO_STORE,
]


COMPRESS_FROM = 1024
COMPRESSION = 4


class Edge:
    """Wraps the application; every answer leaves through here."""

    def __init__(
        self, app: AsgiApp, telemetry: Telemetry, hot_routes: Mapping[str, HotRoute], uploads: Container[str] = ()
    ) -> None:
        """`uploads` are the addresses that take forms with a file, whose size their routes watch themselves."""
        self._app = app
        self._uploads = uploads
        self._requests = telemetry.requests
        self._hot_routes = hot_routes
        self._prefix = secrets.token_hex(6)
        self._numbers = count(1)
        self._hot_answers = {path: self._requests.answers("GET", path, "200", short=True) for path in hot_routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            scope["state"]["request_id"] = self._request_id(dict(scope["headers"]))
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = self._request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        path = scope["path"]
        if path in self._hot_routes and scope["method"] == "GET":
            body = await self._hot_routes[path](scope, headers)
            if body is not None:
                compressed = b"gzip" in headers.get(b"accept-encoding", b"")
                await _answer_hot(scope, send, body, request_id, compressed=compressed)
                self._hot_answers[path].observe(time.perf_counter() - started)
                return
        with bound_contextvars(request_id=request_id):
            await self._answer(scope, headers, receive, send, request_id, started)

    async def _answer(
        self, scope: Scope, headers: Headers, receive: Receive, send: Send, request_id: str, started: float
    ) -> None:
        status = 500
        asked = scope["method"]
        if asked == "HEAD":
            scope = {**scope, "method": "GET"}
            scope["state"]["head"] = True

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                extra = [(b"x-request-id", request_id.encode()), *_COMMON_HEADERS]
                if scope["path"].startswith(("/api/", "/.well-known/")):
                    extra += [_API_POLICY, _NO_STORE]
                if (decision := scope["state"].get("limit")) is not None:
                    extra += limit_headers(decision)
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in extra if name not in present),
                ]
            elif asked == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        upload = scope["path"] in self._uploads
        refusal = _unreadable_form(headers) if upload else _unreadable(scope, headers)
        try:
            if refusal is not None:
                await _answer_problem(send_with_headers, *refusal, request_id)
            else:
                await self._app(scope, receive, send_with_headers)
        finally:
            route = scope.get("path_template") or "other"
            self._requests.answers(asked, route, str(status)).observe(time.perf_counter() - started)

    def _request_id(self, headers: Headers) -> str:
        given = headers.get(b"x-request-id")
        if given is not None and _SANE.fullmatch(given):
            return str(given, "ascii")
        return f"{self._prefix}-{next(self._numbers):x}"


async def _answer_hot(scope: Scope, send: Send, body: bytes, request_id: str, *, compressed: bool) -> None:
    headers = [*_HOT_HEADERS, (b"x-request-id", request_id.encode())]
    if compressed and len(body) >= COMPRESS_FROM:
        body = gzip.compress(body, COMPRESSION, mtime=0)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", b"%d" % len(body)))
    if (decision := scope["state"].get("limit")) is not None:
        headers += limit_headers(decision)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _unreadable(scope: Scope, headers: Headers) -> tuple[int, str] | None:
    """Return status and reason for a body that no route would read."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > LARGEST_BODY:
        return 413, f"A body has at most {LARGEST_BODY} bytes."
    has_body = length != b"0" or b"transfer-encoding" in headers
    content_type = headers.get(b"content-type", b"")
    if has_body and scope["path"].startswith("/api/") and not _JSON.fullmatch(content_type):
        return 415, "Send the body as application/json in UTF-8."
    if b"content-encoding" in headers and has_body:
        return 415, "Send the body without a content encoding."
    return None


def _unreadable_form(headers: Headers) -> tuple[int, str] | None:
    """Return status and reason for a body that is no form."""
    has_body = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
    if has_body and not headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data"):
        return 415, "Send the body as multipart/form-data."
    if has_body and b"content-encoding" in headers:
        return 415, "Send the body without a content encoding."
    return None


async def _answer_problem(send: Send, status: int, detail: str, request_id: str) -> None:
    body = problem(status, detail, request_id)
    headers: list[Any] = [
        (b"content-type", PROBLEM_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
