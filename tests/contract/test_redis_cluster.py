"""What holds on a Redis Cluster while slots move and servers fail."""

import asyncio

from chirrup.platform.adapters.redis.topology import slot_of
from tests.contract.redis_process import process
from tests.contract.test_cache import Shelf, none
from tests.redis_servers import RedisCluster

WREN, ROBIN, JAY = 1, 2, 3


def test_slots_are_those_of_redis(empty_cluster: RedisCluster) -> None:
    server = empty_cluster.servers[0]
    for key in ("timeline:123", "user:posts:9", "a{b}c", "a{}c", "a{b", "{}", "x{{y}}"):
        assert slot_of(key.encode()) == server.ask("CLUSTER", "KEYSLOT", key)


async def test_keys_are_spread_over_all_servers(empty_cluster: RedisCluster) -> None:
    async with process(empty_cluster.url) as one:
        await asyncio.gather(*(one.builds(owner, [1]) for owner in range(300)))
        await one.cache.fetch("nests", range(300), Shelf(dict.fromkeys(range(300), "same")).load)
        assert await one.cache.fetch("nests", range(300), none) == ["same"] * 300
        assert await one.timelines.push(range(600), [2]) == 300
        assert [await one.has(owner) for owner in range(300)] == [[1, 2]] * 300
        assert all(server.ask("DBSIZE") > 100 for server in empty_cluster.servers)


async def test_a_slot_may_move_while_posts_are_pushed_into_it(empty_cluster: RedisCluster) -> None:
    slot = slot_of(b"timeline:1")
    target = next(server for server in empty_cluster.servers if server is not empty_cluster.owner(slot))
    neighbours = [owner for owner in range(200) if slot_of(b"timeline:%d" % owner) != slot]
    async with process(empty_cluster.url) as one:
        await asyncio.gather(*(one.builds(owner, []) for owner in [WREN, *neighbours]))
        everybody = [WREN, *neighbours, 1000, 1001]
        with empty_cluster.moving(slot, target):
            assert await one.timelines.push(everybody, [1]) == len(neighbours) + 1
            empty_cluster.owner(slot).ask("MIGRATE", "127.0.0.1", target.port, "timeline:1", 0, 5000)
            assert await one.timelines.push(everybody, [2]) == len(neighbours) + 1
            assert await one.timelines.push([WREN], [3]) == 1
        assert await one.timelines.push(everybody, [4]) == len(neighbours) + 1
        async with process(empty_cluster.url) as other:
            raw = await other.link.get([b"timeline:1"])
            assert raw[0] is not None
            assert {int.from_bytes(raw[0][start : start + 8]) for start in range(32, len(raw[0]), 8)} == {1, 2, 3, 4}
        assert await one.has(neighbours[0]) == [1, 2, 4]
        # it lies on another server now than it was written on, and so is built anew
        await one.builds(WREN, [1, 2, 3, 4])
        assert await one.has(WREN) == [1, 2, 3, 4]


async def test_a_slot_may_move_while_values_are_read_from_it(empty_cluster: RedisCluster) -> None:
    slot = slot_of(b"nests:1")
    target = next(server for server in empty_cluster.servers if server is not empty_cluster.owner(slot))
    shelf = Shelf({key: f"nest {key}" for key in range(50)})
    async with process(empty_cluster.url) as one:
        with empty_cluster.moving(slot, target):
            for _ in range(3):
                assert await one.cache.fetch("nests", range(50), shelf.load) == list(shelf.values.values())
            await one.cache.delete("nests", range(50))
        for _ in range(2):
            assert await one.cache.fetch("nests", range(50), shelf.load) == list(shelf.values.values())
        assert await one.cache.fetch("nests", range(50), none) == list(shelf.values.values())


async def test_one_server_away_takes_only_its_own_keys_along(empty_cluster: RedisCluster) -> None:
    shelf = Shelf(dict.fromkeys(range(60), "same"))
    stopped = empty_cluster.owner(slot_of(b"nests:1"))
    async with process(empty_cluster.url, patience=0.2) as one:
        await one.cache.fetch("nests", range(60), shelf.load)
        away = {key for key in range(60) if empty_cluster.owner(slot_of(b"nests:%d" % key)) is stopped}
        shelf.asked.clear()
        with stopped.hanging():
            for _ in range(2):
                assert await one.cache.fetch("nests", range(60), shelf.load) == ["same"] * 60
        assert {key for keys in shelf.asked for key in keys} == away
