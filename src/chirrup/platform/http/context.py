"""What a handler may ask of its request, as Litestar dependencies."""

from typing import Annotated, Any

from litestar import Request
from litestar.params import HeaderParameter

from chirrup.platform.errors import NotAuthenticated
from chirrup.platform.idempotency import IdempotencyKey

IdempotencyHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        max_length=64,
        min_length=1,
        pattern=r"^[\x21-\x7e]+$",
        description="Makes a repeated request answer as the first one did; up to 64 visible ASCII characters.",
    ),
]


def required_identity(request: Request[Any, Any, Any]) -> Any:
    """Return who asks.

    Raises:
        NotAuthenticated: the request brings no token.
    """
    identity = request.scope["state"]["identity"]
    if identity is None:
        raise NotAuthenticated("This needs an access token.")
    return identity


def optional_identity(request: Request[Any, Any, Any]) -> Any:
    """Return who asks, or None for a visitor."""
    return request.scope["state"]["identity"]


async def idempotency_key(
    request: Request[Any, Any, Any], viewer: Any, idempotency_key: IdempotencyHeader = None
) -> IdempotencyKey | None:
    """Return the key under which this request may be repeated, bound to its address and body."""
    if idempotency_key is None:
        return None
    return IdempotencyKey.of(viewer.id, idempotency_key, request.url.path.encode() + b"\0" + await request.body())
