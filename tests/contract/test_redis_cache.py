"""What the Redis cache promises beyond its port: to many processes, and through what other versions have written."""

import asyncio
import random
from array import array
from typing import Any

import msgspec
import pytest

from chirrup.bootstrap.adapters import CACHE_SIZES, CACHED
from chirrup.platform.adapters.redis.cache import RedisCache
from chirrup.platform.adapters.redis.link import RedisLink
from chirrup.platform.adapters.redis.values import Codec
from chirrup.platform.errors import Unavailable
from chirrup.platform.telemetry import CacheMetrics
from chirrup.posts.models import Known, Recent
from tests.contract.redis_process import Process, process
from tests.contract.test_cache import Shelf, none
from tests.redis_servers import RedisCluster, RedisServer, until

WREN, ROBIN, JAY = 1, 2, 3


async def test_what_one_process_has_loaded_another_does_not_load(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one, process(empty_server.url) as other:
        await one.cache.fetch_one("nests", WREN, Shelf({WREN: "low"}).load)
        assert await other.cache.fetch_one("nests", WREN, none) == "low"


async def test_a_deletion_in_one_process_reaches_what_another_has_decoded(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one, process(empty_server.url) as other:
        shelf = Shelf({WREN: "old"})
        await one.cache.fetch_one("nests", WREN, shelf.load)
        shelf.values[WREN] = "new"
        await other.cache.delete("nests", [WREN])
        assert await one.cache.fetch_one("nests", WREN, shelf.load) == "new"


async def test_a_deletion_elsewhere_voids_a_load_that_is_under_way(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one, process(empty_server.url) as other:
        shelf = Shelf({WREN: "old"})
        shelf.open.clear()
        reader = asyncio.create_task(one.cache.fetch_one("nests", WREN, shelf.load))
        await shelf.asked_at_all.wait()
        await other.cache.delete("nests", [WREN])
        late = asyncio.create_task(one.cache.fetch_one("nests", WREN, Shelf({WREN: "new"}).load))
        await asyncio.sleep(0)
        shelf.open.set()
        assert await reader == "old"
        assert await late == "new"
        assert await other.cache.fetch_one("nests", WREN, none) == "new"


async def test_many_processes_that_miss_a_key_at_once_load_it_once(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one, process(empty_server.url) as other:
        shelf = Shelf({WREN: "low"})
        fetches = [side.cache.fetch_one("nests", WREN, shelf.load) for side in (one, other) for _ in range(50)]
        assert await asyncio.gather(*fetches) == ["low"] * 100
        assert shelf.asked == [[WREN]]


async def test_who_meets_a_lease_waits_a_little_and_then_loads_without_keeping(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one, process(empty_server.url) as other:
        stuck = Shelf({WREN: "from the first"})
        stuck.open.clear()
        first = asyncio.create_task(one.cache.fetch_one("nests", WREN, stuck.load))
        await stuck.asked_at_all.wait()
        async with asyncio.timeout(5):
            assert await other.cache.fetch_one("nests", WREN, Shelf({WREN: "mine"}).load) == "mine"
        stuck.open.set()
        await first
        assert await other.cache.fetch_one("nests", WREN, none) == "from the first"


async def test_a_reader_who_leaves_gives_the_lease_back(empty_server: RedisServer) -> None:
    async with process(empty_server.url, lease_time=60) as one:
        shelf = Shelf({WREN: "low"})
        shelf.open.clear()
        reader = asyncio.create_task(one.cache.fetch_one("nests", WREN, shelf.load))
        await shelf.asked_at_all.wait()
        reader.cancel()
        await asyncio.wait([reader])
        await one.cache.close()
        assert empty_server.ask("GET", "nests:1") is None


async def test_a_key_without_a_value_leaves_no_lease(empty_server: RedisServer) -> None:
    async with process(empty_server.url, lease_time=60) as one:
        assert await one.cache.fetch("nests", [WREN, ROBIN], Shelf({WREN: "low"}).load) == ["low", None]
        assert empty_server.ask("KEYS", "*") == [b"nests:1"]


async def test_a_lease_ends_by_itself(empty_server: RedisServer) -> None:
    async with process(empty_server.url, lease_time=0.02) as one:
        shelf = Shelf({WREN: "late"})
        shelf.open.clear()
        reader = asyncio.create_task(one.cache.fetch_one("nests", WREN, shelf.load))
        await shelf.asked_at_all.wait()
        until(lambda: not empty_server.ask("EXISTS", "nests:1"))
        shelf.open.set()
        assert await reader == "late"
        assert empty_server.ask("GET", "nests:1") is None


async def test_values_that_were_stored_at_once_do_not_end_at_once(empty_server: RedisServer) -> None:
    async with process(empty_server.url, expiry=100) as one:
        await one.cache.fetch("nests", range(200), Shelf(dict.fromkeys(range(200), "same")).load)
        left = [empty_server.ask("PTTL", f"nests:{key}") for key in range(200)]
        assert min(left) > 75_000
        assert max(left) <= 120_000
        assert max(left) - min(left) > 20_000


@pytest.mark.parametrize(
    "raw", [b"V", b"Vshort", b"V" + bytes(8) + b"\xc1", b"L", b"\x00" * 40, b"nothing of ours"], ids=repr
)
async def test_bytes_that_cannot_be_understood_are_loaded_anew(empty_server: RedisServer, raw: bytes) -> None:
    async with process(empty_server.url) as one:
        empty_server.ask("SET", "nests:1", raw)
        assert await one.cache.fetch_one("nests", WREN, Shelf({WREN: "low"}).load) == "low"
        assert await one.cache.fetch("nests", [WREN], none) == ["low"]


class _OldNest(msgspec.Struct):
    height: int


class _NewNest(msgspec.Struct):
    height: int
    eggs: int = 0


def test_a_value_of_another_layout_is_none() -> None:
    raw = Codec(_OldNest).write(_OldNest(3), b"tag!")
    assert Codec(_OldNest).read(raw, b"tag!") == _OldNest(3)
    assert Codec(_NewNest).read(raw, b"tag!") is None
    assert Codec(_OldNest).read(raw, b"else") is None
    assert Codec(_OldNest).read(raw[:-1] + b"\xc1", b"tag!") is None


def test_all_that_the_slices_keep_can_be_written_and_read() -> None:
    assert CACHED.keys() == CACHE_SIZES.keys()
    for kind in CACHED.values():
        Codec(kind)
    for value in (Recent(4, array("Q", [5, 1 << 63])), Known(4, frozenset({1, 1 << 62}))):
        codec = Codec(type(value))
        assert codec.read(codec.write(value, bytes(4)), bytes(4)) == value


async def test_an_object_is_decoded_once_while_its_bytes_stay_the_same(empty_server: RedisServer) -> None:
    async with RedisLink(empty_server.url) as one, RedisLink(empty_server.url) as other:
        kinds: dict[str, Any] = {"known": Known}
        caches = [RedisCache(link, kinds, {"known": 9}, CacheMetrics()) for link in (one, other)]
        shelf = Shelf({WREN: Known(4, frozenset({5}))})
        await caches[0].fetch_one("known", WREN, shelf.load)
        seen = [await caches[1].fetch_one("known", WREN, shelf.load) for _ in range(3)]
        assert seen[0] is seen[1] is seen[2]


async def test_hits_misses_and_failures_are_counted(own_server: RedisServer) -> None:
    async with process(own_server.url) as one:
        counts = one.metrics.space("nests")
        await one.cache.fetch("nests", [WREN, ROBIN], Shelf({WREN: "low", ROBIN: "high"}).load)
        await one.cache.fetch("nests", [WREN, JAY], none)
        await one.cache.fetch_one("nests", WREN, none)
        assert (counts.hits, counts.misses, counts.errors) == (2, 3, 0)
        own_server.stop()
        await one.cache.fetch("nests", [WREN, ROBIN], none)
        await one.cache.fetch_one("nests", WREN, none)
        assert (counts.hits, counts.misses, counts.errors) == (2, 3, 3)


@pytest.mark.parametrize("server", ["empty_server", "empty_cluster"])
async def test_nobody_reads_what_is_older_than_a_write_that_had_ended(
    server: str, request: pytest.FixtureRequest
) -> None:
    place: RedisServer | RedisCluster = request.getfixturevalue(server)
    truth = dict.fromkeys(range(6), 0)
    chance = random.Random(server)
    over = asyncio.Event()

    async def load(keys: list[int]) -> dict[int, str]:
        await asyncio.sleep(chance.random() * 0.004)
        found = {key: str(truth[key]) for key in keys}
        await asyncio.sleep(chance.random() * 0.004)
        return found

    async def write(side: Process) -> None:
        while not over.is_set():
            keys = chance.sample(range(6), chance.randint(1, 3))
            # committed now, and deleted until that has succeeded
            written = {key: truth[key] + 1 for key in keys}
            truth.update(written)
            while True:
                try:
                    await side.cache.delete("nests", keys)
                    break
                except Unavailable:
                    await asyncio.sleep(0.01)
            for key in keys:
                ended[key] = max(ended[key], written[key])
            await asyncio.sleep(chance.random() * 0.02)

    async def read(side: Process) -> int:
        reads = 0
        while not over.is_set():
            keys = chance.sample(range(6), chance.randint(1, 4))
            at_least = {key: ended[key] for key in keys}
            values = await side.cache.fetch("nests", keys, load)
            for key, value in zip(keys, values, strict=True):
                assert int(value) >= at_least[key]
            reads += 1
        return reads

    ended = dict(truth)
    async with process(place.url) as one, process(place.url) as other, process(place.url) as third:
        sides = [one, other, third]
        writers = [asyncio.create_task(write(side)) for side in sides]
        readers = [asyncio.create_task(read(side)) for side in sides * 6]
        for _ in range(15):
            await asyncio.sleep(0.1)
            if chance.random() < 0.3:
                place.flush()
            elif chance.random() < 0.3:
                for each in place.servers:
                    each.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        over.set()
        assert sum(await asyncio.gather(*readers)) > 100
        await asyncio.gather(*writers)
        assert sum(side.metrics.space("nests").hits for side in sides) > 0
