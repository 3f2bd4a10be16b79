"""Rate limits."""

from typing import Protocol

import msgspec


class Limit(msgspec.Struct, frozen=True):
    """A token bucket: `burst` requests at once, refilled at `amount` in `seconds`."""

    name: str
    amount: int
    seconds: int
    burst: int


class Decision(msgspec.Struct, frozen=True):
    """What a rate limiter says of one request."""

    allowed: bool
    limit: Limit
    remaining: int
    retry_after: float
    """Seconds until one more request is allowed; 0 when one is."""


class RateLimiter(Protocol):
    """Counts requests against token buckets."""

    async def take(self, limit: Limit, key: str) -> Decision:
        """Take one token from the bucket of a limit and a key, if there is one."""
