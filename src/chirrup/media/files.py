"""Pictures handed out: bytes that are WebP because this server wrote them, under names that never mean others."""

from chirrup.media.models import BLOB_NAME, CONTENT_TYPE
from chirrup.platform.errors import Refusal
from chirrup.platform.http.asgi import AsgiApp, Headers, Receive, Scope, Send
from chirrup.platform.http.problems import PROBLEM_TYPE, problem, refusal_body
from chirrup.platform.ports import Blob, BlobStore

PLACE = "/media/"
LINK_SECONDS = 3600
_FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")
# a redirection is kept for half as long as what it leads to can be read
_MEANWHILE = (b"cache-control", b"private, max-age=%d" % (LINK_SECONDS // 2))
_SAFE = [
    (b"content-type", CONTENT_TYPE.encode()),
    (b"content-disposition", b"inline"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"x-content-type-options", b"nosniff"),
    # clients at other addresses may show pictures
    (b"cross-origin-resource-policy", b"cross-origin"),
]


class MediaFiles:
    """Answers below `/media/`, and hands on everything else."""

    def __init__(self, blobs: BlobStore, app: AsgiApp, *, links: bool) -> None:
        """With `links`, clients are sent to where the blobs are, if they can be read there."""
        self._blobs = blobs
        self._app = app
        self._links = links

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith(PLACE):
            await self._app(scope, receive, send)
            return
        scope["path_template"] = f"{PLACE}{{name}}"
        name = scope["path"].removeprefix(PLACE)
        if scope["method"] != "GET":
            await _refuse(scope, send, 405, f"{scope['method']} is not allowed here.", [(b"allow", b"GET, HEAD")])
        elif BLOB_NAME.fullmatch(name) is None:
            await _refuse(scope, send, 404, "There is no such picture.")
        else:
            await self._hand_out(name, dict(scope["headers"]), scope, send)

    async def _hand_out(self, name: str, headers: Headers, scope: Scope, send: Send) -> None:
        etag = b'"%b"' % name.encode()
        if headers.get(b"if-none-match") == etag:
            await _answer(send, 304, [(b"etag", etag), _FOREVER])
            return
        try:
            link = await self._blobs.link(name, LINK_SECONDS) if self._links else None
            if link is not None:
                await _answer(send, 302, [(b"location", link.encode()), _MEANWHILE])
                return
            async with self._blobs.open(name) as blob:
                if blob is None:
                    await _refuse(scope, send, 404, "There is no such picture.")
                else:
                    await _stream(send, blob, [(b"etag", etag), _FOREVER, *_SAFE])
        except Refusal as refusal:
            body = refusal_body(refusal, scope["state"]["request_id"])
            await _answer(send, refusal.status, [(b"content-type", PROBLEM_TYPE.encode())], body)


async def _stream(send: Send, blob: Blob, headers: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", b"%d" % blob.size)
    await send({"type": "http.response.start", "status": 200, "headers": [length, *headers]})
    async for block in blob.content:
        await send({"type": "http.response.body", "body": block, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _refuse(
    scope: Scope, send: Send, status: int, detail: str, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    body = problem(status, detail, scope["state"]["request_id"])
    await _answer(send, status, [(b"content-type", PROBLEM_TYPE.encode()), *(headers or [])], body)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
    if status != 304:
        headers = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
