"""What timelines and limits on Redis promise beyond their ports."""

import asyncio
from array import array

import pytest

from chirrup.platform.adapters.memory.limiter import MemoryRateLimiter
from chirrup.platform.ports import Limit, Timeline
from tests.contract.redis_process import process
from tests.contract.test_cache import Shelf
from tests.redis_servers import RedisServer

WREN, ROBIN, JAY = 1, 2, 3
SONGS = Limit("songs", amount=60, seconds=60, burst=5)


async def test_a_post_reaches_ten_thousand_followers_at_once_and_they_are_counted(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one:
        await asyncio.gather(*(one.builds(owner, [1]) for owner in range(0, 10_000, 50)))
        assert await one.timelines.push(range(10_000), 2) == 200
        assert await one.timelines.push(range(10_000), 2) == 200
        assert await one.has(50) == [1, 2]
        assert await one.timelines.push([], 2) == 0


async def test_what_was_pushed_since_the_last_look_is_added_to_it(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one:
        await one.builds(WREN, [10, 20])
        held = await one.timelines.get(WREN)
        assert held is await one.timelines.get(WREN)
        assert held is not None
        for post_id, ids in ((30, [10, 20, 30]), (25, [10, 20, 25, 30]), (25, [10, 20, 25, 30])):
            await one.timelines.push([WREN], post_id)
            assert await one.has(WREN) == ids
        for post_id in range(31, 40):
            await one.timelines.push([WREN], post_id)
        assert await one.timelines.get(WREN) == Timeline(7, 31, array("Q", range(32, 40)))
        assert list(held.ids) == [10, 20]


async def test_a_timeline_stays_bounded_in_redis(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one, process(empty_server.url) as other:
        await one.builds(WREN, [1])
        for post_id in range(2, 200):
            await asyncio.gather(*(side.timelines.push([WREN], post_id) for side in (one, other)))
            assert empty_server.ask("STRLEN", "timeline:1") <= 32 + 8 * (2 * 8 + 1)
        timeline = await one.timelines.get(WREN)
        assert timeline is not None
        assert list(timeline.ids) == list(range(192, 200))
        assert timeline.floor == 191


async def test_numbers_of_sixty_four_bits_keep_every_bit(empty_server: RedisServer) -> None:
    high = (1 << 63) - 1
    async with process(empty_server.url) as one:
        ticket = await one.timelines.open(high)
        for post_id in range(high - 20, high + 1):
            await one.timelines.push([high], post_id)
        built = Timeline((1 << 64) - 1, high - 100, array("Q", [high - 50]))
        await one.timelines.fill(high, ticket, built)
        assert await one.timelines.get(high) == Timeline((1 << 64) - 1, high - 8, array("Q", range(high - 7, high + 1)))


async def test_a_full_redis_still_takes_pushes(own_server: RedisServer) -> None:
    async with process(own_server.url) as one:
        await one.builds(WREN, [1])
        own_server.ask("CONFIG", "SET", "maxmemory", "1mb")
        assert await one.timelines.push([WREN, ROBIN], 2) == 1
        assert await one.timelines.open(ROBIN) == 0
        assert await one.cache.fetch_one("nests", WREN, Shelf({WREN: "low"}).load) == "low"
        assert await one.has(WREN) == [1, 2]


async def test_a_limit_whose_numbers_lua_cannot_hold_is_refused(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one:
        with pytest.raises(ValueError, match="too large"):
            await one.limiter.take(Limit("vast", 10_000_000, 1, 1), "wren")


async def test_processes_count_together_and_full_buckets_are_forgotten(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one, process(empty_server.url) as other:
        sides = [one, other] * 4
        allowed = [(await side.limiter.take(SONGS, "wren")).allowed for side in sides]
        assert allowed == [True] * 5 + [False] * 3
        [key] = empty_server.ask("KEYS", "limit:*")
        assert 0 < empty_server.ask("PTTL", key) <= 5000


async def test_the_answers_are_those_of_a_process_that_counts_alone(empty_server: RedisServer) -> None:
    limit = Limit("songs by day", amount=150, seconds=86_400, burst=150)
    async with process(empty_server.url) as one:
        alone = MemoryRateLimiter(one.clock)
        for step in range(400):
            one.clock.move((step * 7919 % 13) * 100.123)
            assert await one.limiter.take(limit, "wren") == await alone.take(limit, "wren")
