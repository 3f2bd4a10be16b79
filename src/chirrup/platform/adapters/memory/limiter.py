"""Rate limits in the process' own memory."""

from chirrup.platform.clock import Clock
from chirrup.platform.ports import Decision, Limit

_SWEEP = 10_000


class MemoryRateLimiter:
    """The `RateLimiter` port: one bucket a limit and key, kept only while it is not full.

    A bucket is the moment at which it will be full again (the generic cell rate algorithm, ITU-T I.371), counted in
    milliseconds times the limit's amount: in whole numbers, so that nothing is lost to rounding.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._full_at: dict[tuple[Limit, str], int] = {}
        self._sweep_at = _SWEEP

    async def take(self, limit: Limit, key: str) -> Decision:
        """Take one token from the bucket of a limit and a key, if there is one."""
        now = self._clock.now()
        cost = limit.seconds * 1000
        capacity = limit.burst * cost
        moment = now * limit.amount
        # a clock that steps back makes no bucket emptier than empty
        missing = min(max(0, self._full_at.get((limit, key), 0) - moment), capacity)
        allowed = missing + cost <= capacity
        if allowed:
            missing += cost
            if len(self._full_at) >= self._sweep_at:
                self._forget_full(now)
            self._full_at[limit, key] = moment + missing
        wait = max(0, missing + cost - capacity) / (limit.amount * 1000)
        return Decision(allowed=allowed, limit=limit, remaining=(capacity - missing) // cost, retry_after=wait)

    def _forget_full(self, now: int) -> None:
        self._full_at = {
            (limit, key): full_at for (limit, key), full_at in self._full_at.items() if full_at > now * limit.amount
        }
        self._sweep_at = max(_SWEEP, 2 * len(self._full_at))
