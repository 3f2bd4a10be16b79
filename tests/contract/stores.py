"""How each cache, rate limiter and timeline store is opened for its contract."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chirrup.platform.adapters.memory.cache import MemoryCache
from chirrup.platform.adapters.memory.limiter import MemoryRateLimiter
from chirrup.platform.adapters.memory.timelines import MemoryTimelineStore
from chirrup.platform.adapters.redis.cache import RedisCache
from chirrup.platform.adapters.redis.limiter import RedisRateLimiter
from chirrup.platform.adapters.redis.link import RedisLink
from chirrup.platform.adapters.redis.timelines import RedisTimelineStore
from chirrup.platform.clock import Clock
from chirrup.platform.ports import Cache, RateLimiter, TimelineStore
from chirrup.platform.telemetry import CacheMetrics
from tests.redis_servers import RedisCluster, RedisServer

KINDS = ("memory", "redis", "redis-cluster")
SPACES = {"nests": 4, "eggs": 4}


class Stores:
    """All three over one place; here, the process' own memory."""

    @asynccontextmanager
    async def cache(self) -> AsyncIterator[Cache]:
        """Open a cache of texts."""
        yield MemoryCache(SPACES)

    @asynccontextmanager
    async def limiter(self, clock: Clock) -> AsyncIterator[RateLimiter]:
        """Open a rate limiter."""
        yield MemoryRateLimiter(clock)

    @asynccontextmanager
    async def timelines(self, clock: Clock, bound: int, time_to_live: int) -> AsyncIterator[TimelineStore]:
        """Open a timeline store."""
        yield MemoryTimelineStore(clock, bound=bound, time_to_live=time_to_live)

    def age(self, seconds: float) -> None:
        """Let time pass where it is not the process' clock that tells it."""


class RedisStores(Stores):
    """The same over a server or a cluster."""

    def __init__(self, server: RedisServer | RedisCluster) -> None:
        self.server = server
        server.flush()

    @asynccontextmanager
    async def cache(self) -> AsyncIterator[Cache]:
        """Open a cache of texts."""
        async with RedisLink(self.server.url) as link:
            cache = RedisCache(link, dict.fromkeys(SPACES, str), SPACES, CacheMetrics())
            yield cache
            await cache.close()

    @asynccontextmanager
    async def limiter(self, clock: Clock) -> AsyncIterator[RateLimiter]:
        """Open a rate limiter."""
        async with RedisLink(self.server.url) as link:
            yield RedisRateLimiter(link, clock)

    @asynccontextmanager
    async def timelines(self, clock: Clock, bound: int, time_to_live: int) -> AsyncIterator[TimelineStore]:
        """Open a timeline store."""
        async with RedisLink(self.server.url) as link:
            yield RedisTimelineStore(link, clock, bound=bound, time_to_live=time_to_live)

    def age(self, seconds: float) -> None:
        """Bring the end of all keys nearer."""
        for server in self.server.servers:
            for key in server.ask("KEYS", "*"):
                left = server.ask("PTTL", key) - round(seconds * 1000)
                server.ask(*(("PEXPIRE", key, left) if left > 0 else ("DEL", key)))
