"""Rate limits that all processes share."""

from chirrup.platform.adapters.memory.limiter import MemoryRateLimiter
from chirrup.platform.adapters.redis.link import RedisLink, Script
from chirrup.platform.adapters.redis.wire import RedisDown
from chirrup.platform.clock import Clock
from chirrup.platform.ids import EPOCH
from chirrup.platform.ports import Decision, Limit

# the whole numbers that a Lua number holds
_LARGEST = 1 << 53
# milliseconds that a full bucket stays, since a process' clock may step
_MARGIN = 10_000

# Returns what is missing from the bucket after the token is taken, or the same as -1 - missing if none can be taken.
_TAKE = Script("""
local moment, cost, capacity, amount = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local full_at = tonumber(redis.call('GET', KEYS[1]) or 0)
local missing = math.min(math.max(0, full_at - moment), capacity)
if missing + cost > capacity then return -1 - missing end
missing = missing + cost
local kept = math.ceil(missing / amount) + tonumber(ARGV[5])
redis.call('SET', KEYS[1], string.format('%.0f', moment + missing), 'PX', kept)
return missing
""")


class RedisRateLimiter:
    """The `RateLimiter` port: one bucket a limit and key, kept only while it is not full.

    The arithmetic is that of `MemoryRateLimiter`, in one script. Without Redis each process counts for itself: people
    are let in rather than turned away, and at most as many times as there are processes.
    """

    def __init__(self, link: RedisLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._alone = MemoryRateLimiter(clock)

    async def take(self, limit: Limit, key: str) -> Decision:
        """Take one token from the bucket of a limit and a key, if there is one.

        Raises:
            ValueError: the limit's numbers are too large to be counted exactly.
        """
        moment = max(0, self._clock.now() - EPOCH) * limit.amount
        cost = limit.seconds * 1000
        capacity = limit.burst * cost
        if moment + capacity >= _LARGEST:
            raise ValueError(f"the limit {limit.name} is too large")
        name = f"limit:{limit.name}:{limit.amount}/{limit.seconds}:{key}".encode()
        try:
            missing: int = await self._link.call(_TAKE.on(name, moment, cost, capacity, limit.amount, _MARGIN))
        except RedisDown:
            return await self._alone.take(limit, key)
        allowed = missing >= 0
        if not allowed:
            missing = -1 - missing
        wait = max(0, missing + cost - capacity) / (limit.amount * 1000)
        return Decision(allowed=allowed, limit=limit, remaining=(capacity - missing) // cost, retry_after=wait)
