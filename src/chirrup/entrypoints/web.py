"""The web client: its files, and its document with the first page of posts already in it."""

import gzip
from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec
import regex

from chirrup.accounts import Viewer
from chirrup.accounts.routes import REFRESH_COOKIE
from chirrup.accounts.schemas import authenticated
from chirrup.bootstrap import Application
from chirrup.platform.errors import NotAuthenticated, NotFound, Refusal, Unavailable
from chirrup.platform.http.asgi import AsgiApp, Receive, Scope, Send
from chirrup.platform.http.assets import load_assets
from chirrup.platform.http.pagination import DEFAULT_LIMIT
from chirrup.platform.http.problems import PROBLEM_TYPE, problem, refusal_body, refusal_headers
from chirrup.platform.ids import MAX_ID
from chirrup.posts import PostPage
from chirrup.posts.reading import unless_muted
from chirrup.timelines.schemas import markers_answer
from chirrup.trends.models import ALL

_API = ("/api/", "/health", "/metrics", "/.well-known/", "/docs")
_ROUTES = regex.compile(
    r"/|/discover|/notifications|/settings|/login|/register"
    r"|/@[A-Za-z0-9_]{1,30}(/[1-9][0-9]{0,18}|/followers|/following)?"
    r"|/search|/hashtag/[\p{L}\p{M}\p{N}_]{1,100}"
)
_INDEX = "/index.html"
_TRENDS = 10
_PLACE = b"</head>"
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:%b; font-src 'self';"
    b" connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self';"
    b" frame-ancestors 'none'"
)
_NULL = msgspec.Raw(b"null")

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


class Boot(msgspec.Struct):
    """What the document brings along: who is logged in, and the posts that the page will show first."""

    session: msgspec.Raw = _NULL
    home: msgspec.Raw = _NULL
    markers: msgspec.Raw = _NULL
    discover: msgspec.Raw = _NULL
    trends: msgspec.Raw = _NULL


class WebClient:
    """Answers for the web client, and hands on what belongs to the API."""

    def __init__(self, app: Application, api: AsgiApp) -> None:
        self._app = app
        self._api = api
        self._assets = load_assets(app.settings.web_dir)
        self._policy = _POLICY % "".join(f" {origin}" for origin in app.settings.media_origins).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        if scope["type"] != "http" or path.startswith(_API):
            await self._api(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if scope["method"] not in {"GET", "HEAD"}:
            status, answer_headers, body = _problem(405, f"{scope['method']} is not allowed here.", scope)
            answer_headers.append((b"allow", b"GET, HEAD"))
        elif path in self._assets and path != _INDEX:
            status, answer_headers, body = self._assets[path].answer(headers)
            if path.endswith(".html"):
                answer_headers.append((b"content-security-policy", self._policy))
        else:
            try:
                status, answer_headers, body = await self._document(path, headers, scope)
            except Refusal as refusal:
                status, body = refusal.status, refusal_body(refusal, scope["state"]["request_id"])
                extra = [(name.lower().encode(), value.encode()) for name, value in refusal_headers(refusal).items()]
                answer_headers = [(b"content-type", PROBLEM_TYPE.encode()), *extra]
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [*answer_headers, (b"content-length", str(len(body)).encode())],
            }
        )
        await send(
            {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body, "more_body": False}
        )

    async def _document(self, path: str, headers: dict[bytes, bytes], scope: Scope) -> Answer:
        known = _ROUTES.fullmatch(path) is not None
        if not known and b"text/html" not in headers.get(b"accept", b""):
            raise NotFound("There is nothing at this address.")
        index = self._assets.get(_INDEX)
        if index is None:
            raise Unavailable("The web client has not been built; `make setup` builds it.")
        scope["path_template"] = "document"
        boot = await self._boot(path, headers, scope) if known else Boot()
        # "<" could end the element early; JSON may carry it escaped
        data = msgspec.json.encode(boot).replace(b"<", b"\\u003c")
        element = b'<script type="application/json" id="boot">' + data + b"</script>"
        body = index.plain.replace(_PLACE, element + _PLACE, 1)
        answer_headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"content-security-policy", self._policy),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        ]
        if b"gzip" in headers.get(b"accept-encoding", b""):
            body = gzip.compress(body, 4, mtime=0)
            answer_headers += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding, cookie")]
        return 200 if known else 404, answer_headers, body

    async def _boot(self, path: str, headers: dict[bytes, bytes], scope: Scope) -> Boot:
        boot = Boot()
        viewer: Viewer | None = None
        token = _cookie(headers.get(b"cookie", b""))
        if token is not None:
            try:
                grant = await self._app.sessions.continue_with(token)
            except NotAuthenticated:
                pass  # the client finds no session in the document, and logs in again
            else:
                viewer = await self._app.sessions.authenticate(grant.access_token)
                account = await self._app.accounts.get(viewer.id)
                boot.session = _raw(authenticated(account, grant.access_token, None, grant.expires_in))
        await self._app.gate.admit("read", viewer, scope)
        if path == "/" and viewer is not None:
            boot.home = msgspec.Raw((await self._app.home.page(viewer, MAX_ID, DEFAULT_LIMIT)).json())
            boot.markers = _raw(markers_answer(await self._app.markers.home(viewer)))
        elif path in {"/", "/discover"}:
            public = self._app.posts.public
            page = await self._app.post_reader.page(public, MAX_ID, viewer, unless_muted, DEFAULT_LIMIT)
            boot.discover = msgspec.Raw(page.json())
        if path == "/discover":
            trends = await self._app.trends.shown(viewer, ALL, _TRENDS)
            boot.trends = msgspec.Raw(PostPage([trend.json() for trend in trends], None).json())
        return boot


def _problem(status: int, detail: str, scope: Scope) -> Answer:
    return status, [(b"content-type", PROBLEM_TYPE.encode())], problem(status, detail, scope["state"]["request_id"])


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _cookie(header: bytes) -> str | None:
    try:
        morsel = SimpleCookie(header.decode("latin-1")).get(REFRESH_COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None and morsel.value else None
