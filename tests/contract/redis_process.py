"""The Redis adapters as one process has them."""

import asyncio
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chirrup.platform.adapters.redis.cache import RedisCache
from chirrup.platform.adapters.redis.limiter import RedisRateLimiter
from chirrup.platform.adapters.redis.link import RedisLink
from chirrup.platform.adapters.redis.timelines import RedisTimelineStore
from chirrup.platform.adapters.redis.wire import RedisDown
from chirrup.platform.ports import Timeline
from chirrup.platform.telemetry import CacheMetrics
from tests.clock import HandClock

PAUSE = 0.05


class Process:
    """The adapters as one process has them."""

    def __init__(self, link: RedisLink, **options: float) -> None:
        self.link = link
        self.clock = HandClock()
        self.metrics = CacheMetrics()
        self.cache = RedisCache(link, {"nests": str}, {"nests": 100}, self.metrics, **options)
        self.timelines = RedisTimelineStore(link, self.clock, bound=8, time_to_live=60_000)
        self.limiter = RedisRateLimiter(link, self.clock)

    async def builds(self, owner: int, ids: list[int], floor: int = 0) -> None:
        """Build a timeline."""
        await self.timelines.fill(owner, await self.timelines.open(owner), Timeline(7, floor, array("Q", ids)))

    async def has(self, owner: int) -> list[int] | None:
        """Return the ids of a timeline."""
        timeline = await self.timelines.get(owner)
        return None if timeline is None else list(timeline.ids)


@asynccontextmanager
async def process(url: str, *, patience: float = 1.0, **options: float) -> AsyncIterator[Process]:
    """Start one that tries a server again soon after a failure."""
    async with RedisLink(url, timeout=patience, pause=PAUSE) as link:
        started = Process(link, **options)
        yield started
        await started.cache.close()


async def reachable(link: RedisLink) -> None:
    """Wait until Redis answers."""
    async with asyncio.timeout(10):
        while True:
            try:
                await link.check()
            except RedisDown:
                await asyncio.sleep(PAUSE)
            else:
                return
