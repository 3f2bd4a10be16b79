"""Rate limits in the process' own memory."""

from chirrup.platform.clock import Clock
from chirrup.platform.ports import Decision, Limit

_SWEEP = 10_000


class MemoryRateLimiter:
    """The `RateLimiter` port: one token bucket (Turner, 1986) a limit and key, kept only while it is not full."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], tuple[float, int, Limit]] = {}
        self._sweep_at = _SWEEP

    async def take(self, limit: Limit, key: str) -> Decision:
        """Take one token from the bucket of a limit and a key, if there is one."""
        now = self._clock.now()
        bucket = self._buckets.get((limit.name, key))
        tokens = float(limit.burst) if bucket is None else _refilled(bucket, now)
        allowed = tokens >= 1
        if allowed:
            tokens -= 1
        if len(self._buckets) >= self._sweep_at:
            self._forget_full(now)
        self._buckets[limit.name, key] = (tokens, now, limit)
        wait = 0.0 if tokens >= 1 else (1 - tokens) * limit.seconds / limit.amount
        return Decision(allowed=allowed, limit=limit, remaining=int(tokens), retry_after=wait)

    def _forget_full(self, now: int) -> None:
        self._buckets = {
            key: bucket for key, bucket in self._buckets.items() if _refilled(bucket, now) < bucket[2].burst
        }
        self._sweep_at = max(_SWEEP, 2 * len(self._buckets))


def _refilled(bucket: tuple[float, int, Limit], now: int) -> float:
    tokens, then, limit = bucket
    return min(limit.burst, tokens + max(0, now - then) / 1000 * limit.amount / limit.seconds)
