"""Who may ask how often: the classes of routes, their limits, and the headers that tell of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from chirrup.platform.errors import TooManyRequests
from chirrup.platform.ports import Decision, Limit, RateLimiter
from chirrup.platform.telemetry import Telemetry

_DAY = 86_400

# A bucket lets through at most its burst and its amount in any one period.
LIMITS: Mapping[str, Sequence[Limit]] = {
    "read": (Limit("read", 600, 60, 300),),
    "write": (Limit("write", 60, 60, 30),),
    "post": (Limit("post", 60, 60, 5), Limit("post-day", 150, _DAY, 150)),
    "follow": (Limit("follow", 30, 60, 40), Limit("follow-day", 400, _DAY, 400)),
    "like": (Limit("like", 120, 60, 40), Limit("like-day", 1000, _DAY, 1000)),
    "live": (Limit("live", 60, 60, 60),),
    "media": (Limit("media", 60, 60, 20), Limit("media-day", 600, _DAY, 600)),
    "login": (Limit("login", 20, 600, 20),),
    "login-name": (Limit("login-name", 10, 600, 10),),
    "refresh": (Limit("refresh", 60, 600, 60),),
    "register": (Limit("register", 10, 3600, 10),),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Applies the limits of a route class."""

    limiter: RateLimiter
    telemetry: Telemetry
    enabled: bool

    async def admit(self, name: str, key: str) -> Decision | None:
        """Count one request; return the decision that is closest to a refusal, None where limits are off.

        Raises:
            TooManyRequests: a bucket is empty.
        """
        if not self.enabled:
            return None
        tightest: Decision | None = None
        for limit in LIMITS[name]:
            decision = await self.limiter.take(limit, key)
            if not decision.allowed:
                self.telemetry.limited.labels(limit.name).inc()
                raise Limited(decision)
            if tightest is None or decision.remaining < tightest.remaining:
                tightest = decision
        return tightest


class Limited(TooManyRequests):
    """A refusal that knows the bucket that was empty."""

    def __init__(self, decision: Decision) -> None:
        seconds = decision.retry_after
        super().__init__(f"Too many requests of this kind; try again in {seconds:.0f} s.", retry_after=seconds)
        self.decision = decision


def limit_headers(decision: Decision) -> list[tuple[bytes, bytes]]:
    """Return `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers)."""
    policy, name = _policy(decision.limit)
    state = b"%b;r=%d;t=%d" % (name, decision.remaining, round(decision.retry_after))
    return [(b"ratelimit-policy", policy), (b"ratelimit", state)]


@cache
def _policy(limit: Limit) -> tuple[bytes, bytes]:
    """Return what is the same in all headers of one limit: its policy, and its name."""
    name = f'"{limit.name}"'
    return f"{name};q={limit.amount};w={limit.seconds}".encode(), name.encode()
