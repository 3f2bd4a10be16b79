"""What timelines and limits on Redis promise beyond their ports."""

import asyncio
import itertools
import random
from array import array
from collections.abc import Callable
from typing import Any

import pytest

from chirrup.platform.adapters.memory.limiter import MemoryRateLimiter
from chirrup.platform.adapters.redis.link import Command, RedisLink
from chirrup.platform.adapters.redis.packed import number, pack
from chirrup.platform.adapters.redis.timelines import RedisTimelineStore
from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import Limit, Timeline
from tests.contract.redis_process import Process, process
from tests.contract.test_cache import Shelf
from tests.redis_servers import RedisCluster, RedisServer

WREN, ROBIN, JAY = 1, 2, 3
SONGS = Limit("songs", amount=60, seconds=60, burst=5)


async def test_a_post_reaches_ten_thousand_followers_at_once_and_they_are_counted(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one:
        await asyncio.gather(*(one.builds(owner, [1]) for owner in range(0, 10_000, 50)))
        assert await one.timelines.push(range(10_000), [2]) == 200
        assert await one.timelines.push(range(10_000), [2]) == 200
        assert await one.has(50) == [1, 2]
        assert await one.timelines.push([], [2]) == 0


@pytest.mark.parametrize("server", ["empty_server", "empty_cluster"])
async def test_who_has_a_timeline_is_found_out_anew_at_each_push(server: str, request: pytest.FixtureRequest) -> None:
    place: RedisServer | RedisCluster = request.getfixturevalue(server)
    owners = range(1, 121)
    async with process(place.url) as one, process(place.url) as other:
        await asyncio.gather(*(one.builds(owner, [1]) for owner in owners))
        for post_id in (2, 3):
            assert await one.timelines.push(owners, [post_id]) == 120
        # these go behind the back of the process that remembers them
        await other.timelines.drop(range(1, 61))
        assert await one.timelines.push(owners, [4]) == 60
        assert sum(each.ask("DBSIZE") for each in place.servers) == 60
        await asyncio.gather(*(other.builds(owner, [3]) for owner in range(31, 61)))
        assert await one.timelines.push(owners, [5]) == 90
        assert await one.has(40) == [3, 5]
        assert await one.has(120) == [1, 2, 3, 4, 5]


async def test_a_timeline_that_comes_back_lives_no_longer_than_others(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one, process(empty_server.url) as other:
        await one.builds(WREN, [1])
        await one.timelines.push([WREN], [2])
        await other.timelines.drop([WREN])
        await one.timelines.push([WREN], [3])
        await other.builds(WREN, [3])
        assert await one.timelines.push([WREN], [4]) == 1
        assert empty_server.ask("PTTL", "timeline:1") > 0


async def test_what_was_pushed_since_the_last_look_is_added_to_it(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one:
        await one.builds(WREN, [10, 20])
        held = await one.timelines.get(WREN)
        assert held is await one.timelines.get(WREN)
        assert held is not None
        for post_id, ids in ((30, [10, 20, 30]), (25, [10, 20, 25, 30]), (25, [10, 20, 25, 30])):
            await one.timelines.push([WREN], [post_id])
            assert await one.has(WREN) == ids
        for post_id in range(31, 40):
            await one.timelines.push([WREN], [post_id])
        assert await one.timelines.get(WREN) == Timeline(7, 31, array("Q", range(32, 40)))
        assert list(held.ids) == [10, 20]


async def test_a_timeline_stays_bounded_in_redis(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one, process(empty_server.url) as other:
        await one.builds(WREN, [1])
        for post_id in range(2, 200):
            await asyncio.gather(*(side.timelines.push([WREN], [post_id]) for side in (one, other)))
            assert empty_server.ask("STRLEN", "timeline:1") <= 32 + 8 * (2 * 8 + 1)
        timeline = await one.timelines.get(WREN)
        assert timeline is not None
        assert list(timeline.ids) == list(range(192, 200))
        assert timeline.floor == 191


class Meddling(RedisLink):
    """Lets something happen after a timeline has been read, and before it is replaced."""

    def __init__(self, url: str, meddle: Callable[[], object]) -> None:
        super().__init__(url)
        self.meddle = meddle

    async def call(self, command: Command) -> Any:
        reply = await super().call(command)
        if command.words[0] == "GET":
            self.meddle()
        return reply


async def test_what_is_pushed_while_a_timeline_is_cut_stays_in_it(empty_server: RedisServer) -> None:
    def push() -> None:
        empty_server.ask("APPEND", "timeline:1", number(1000))

    async with process(empty_server.url) as one, Meddling(empty_server.url, push) as link:
        await one.builds(WREN, [1])
        timelines = RedisTimelineStore(link, one.clock, bound=8, time_to_live=60_000)
        for post_id in range(2, 19):
            await timelines.push([WREN], [post_id])
        assert await one.has(WREN) == [*range(12, 19), 1000]
        assert empty_server.ask("PTTL", "timeline:1") > 0


async def test_a_timeline_that_was_built_anew_while_it_was_cut_stays_as_it_is(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one:
        await one.builds(JAY, list(range(100, 108)))
        other = empty_server.ask("GET", "timeline:3") + pack(range(200, 220))

        def build() -> None:
            empty_server.ask("SET", "timeline:1", other)

        async with Meddling(empty_server.url, build) as link:
            await one.builds(WREN, [1])
            timelines = RedisTimelineStore(link, one.clock, bound=8, time_to_live=60_000)
            for post_id in range(2, 18):
                await timelines.push([WREN], [post_id])
            assert empty_server.ask("GET", "timeline:1") == other


async def test_numbers_of_sixty_four_bits_keep_every_bit(empty_server: RedisServer) -> None:
    high = (1 << 63) - 1
    async with process(empty_server.url) as one:
        ticket = await one.timelines.open(high)
        for post_id in range(high - 20, high + 1):
            await one.timelines.push([high], [post_id])
        built = Timeline((1 << 64) - 1, high - 100, array("Q", [high - 50]))
        await one.timelines.fill(high, ticket, built)
        assert await one.timelines.get(high) == Timeline((1 << 64) - 1, high - 8, array("Q", range(high - 7, high + 1)))


async def test_a_full_redis_still_takes_pushes(own_server: RedisServer) -> None:
    async with process(own_server.url) as one:
        await one.builds(WREN, [1])
        own_server.ask("CONFIG", "SET", "maxmemory", "1mb")
        assert await one.timelines.push([WREN, ROBIN], [2]) == 1
        assert await one.timelines.open(ROBIN) == 0
        assert await one.cache.fetch_one("nests", WREN, Shelf({WREN: "low"}).load) == "low"
        assert await one.has(WREN) == [1, 2]


@pytest.mark.parametrize("server", ["empty_server", "empty_cluster"])
async def test_no_timeline_lacks_a_post_whose_push_had_ended(server: str, request: pytest.FixtureRequest) -> None:
    place: RedisServer | RedisCluster = request.getfixturevalue(server)
    chance = random.Random(server)
    over = asyncio.Event()
    committed: list[int] = []
    pushed: set[int] = set()
    numbers = itertools.count(1)

    async def post(side: Process) -> None:
        while not over.is_set():
            # ids grow with the commits, and arrive in another order
            post_id = next(numbers)
            committed.append(post_id)
            await asyncio.sleep(chance.random() * 0.01)
            while True:
                try:
                    await side.timelines.push([WREN, ROBIN, JAY], [post_id])
                    break
                except Unavailable:
                    await asyncio.sleep(0.01)
            pushed.add(post_id)

    async def read(side: Process, owner: int) -> int:
        reads = 0
        while not over.is_set():
            known = set(pushed)
            timeline = await side.timelines.get(owner)
            if timeline is None:
                ticket = await side.timelines.open(owner)
                await asyncio.sleep(chance.random() * 0.005)
                newest = committed[-30:]
                floor = newest[0] - 1 if newest else 0
                await asyncio.sleep(chance.random() * 0.005)
                await side.timelines.fill(owner, ticket, Timeline(7, floor, array("Q", newest)))
                continue
            reads += 1
            assert {key for key in known if key > timeline.floor} <= set(timeline.ids)
            assert list(timeline.ids) == sorted(set(timeline.ids))
            await asyncio.sleep(chance.random() * 0.002)
        return reads

    async with process(place.url) as one, process(place.url) as other:
        posters = [asyncio.create_task(post(side)) for side in [one, other] * 2]
        readers = [asyncio.create_task(read(side, owner)) for side in (one, other) for owner in (WREN, ROBIN, JAY)]
        for _ in range(15):
            await asyncio.sleep(0.1)
            if chance.random() < 0.3:
                place.flush()
            elif chance.random() < 0.3:
                for each in place.servers:
                    each.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        over.set()
        assert min(await asyncio.gather(*readers)) > 10
        await asyncio.gather(*posters)


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
        assert 5000 < empty_server.ask("PTTL", key) <= 15_000


@pytest.mark.parametrize(
    "limit", [Limit("songs by day", amount=150, seconds=86_400, burst=150), Limit("tweets", 9_999, 7, 20)]
)
async def test_the_answers_are_those_of_a_process_that_counts_alone(empty_server: RedisServer, limit: Limit) -> None:
    async with process(empty_server.url) as one:
        alone = MemoryRateLimiter(one.clock)
        for step in range(200):
            one.clock.time += step % 8 == 0
            assert await one.limiter.take(limit, "wren") == await alone.take(limit, "wren")
