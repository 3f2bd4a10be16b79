"""Asking a push service over HTTP."""

from email.utils import parsedate_to_datetime
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


def failure(answer: httpx.Response, now: int) -> PushFailed:
    """Return the failure that an answer tells of at a time, in milliseconds since the Unix epoch."""
    reason = f"{answer.request.url.host} answers {answer.status_code}: {answer.text[:_SHOWN]}"
    return PushFailed(reason, retry_after=_retry_after(answer.headers.get("retry-after", ""), now))


def _retry_after(said: str, now: int) -> float:
    """Return the seconds that a header asks for (RFC 9110, 10.2.3); a message that waits longer is of no use."""
    try:
        seconds = float(int(said)) if said.isdecimal() else parsedate_to_datetime(said).timestamp() - now / 1000
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, min(seconds, LIFETIME))
