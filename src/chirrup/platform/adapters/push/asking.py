"""Asking a push service over HTTP."""

from typing import Any

import httpx

from chirrup.platform.errors import PushFailed

TIMEOUT = 5.0
"""Seconds that a service may take to answer."""
LIFETIME = 86_400
"""Seconds that a message waits for a device that is switched off."""
_SHOWN = 200


def client() -> httpx.AsyncClient:
    """Return a client for all services; Apple's speaks HTTP/2 only."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
    return httpx.AsyncClient(http2=True, timeout=TIMEOUT, limits=limits, follow_redirects=False)


async def post(client: httpx.AsyncClient, url: str, **options: Any) -> httpx.Response:
    """Return what a service answers.

    Raises:
        PushFailed: it does not.
    """
    try:
        return await client.post(url, **options)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # the rest of an address is known to nobody but its device and its service
        host = "".join(url.split("/", 3)[2:3])
        raise PushFailed(f"{host} does not answer: {type(error).__name__}") from error


def failure(answer: httpx.Response) -> PushFailed:
    """Return the failure that an answer tells of."""
    return PushFailed(f"{answer.request.url.host} answers {answer.status_code}: {answer.text[:_SHOWN]}")
