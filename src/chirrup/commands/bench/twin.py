"""The static twin: a plain ASGI app that answers every request with the bytes of one file."""

import os
from pathlib import Path

from chirrup.platform.http.asgi import Receive, Scope, Send

BODY_VARIABLE = "CHIRRUP_BENCH_BODY"


class Twin:
    """Answers with the same bytes each time: the most that any handler on this server can reach."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


def create_twin() -> Twin:
    """Return the twin of the body in the file that the environment names; uvicorn's factory."""
    return Twin(Path(os.environ[BODY_VARIABLE]).read_bytes())
