"""What becomes of reads and writes while Redis is away, hangs, restarts or is flushed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import uvloop

from chirrup.platform.adapters.redis.link import AWAY, Command, RedisLink
from chirrup.platform.adapters.redis.timelines import PUSH_ALL
from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import Limit, Timeline
from tests.contract.redis_process import Process, process, reachable
from tests.contract.test_cache import Shelf
from tests.redis_servers import RedisServer, running_redis

WREN, ROBIN, JAY = 1, 2, 3
SONGS = Limit("songs", amount=60, seconds=60, burst=5)


async def test_commands_of_one_turn_share_their_way(empty_server: RedisServer) -> None:
    async with RedisLink(empty_server.url) as link:
        await link.calls([Command(b"a", ("SET", "a", 1)), Command(b"b", ("SET", "b", 2))])
        before = empty_server.ask("INFO", "commandstats")
        found = await asyncio.gather(*(link.get([b"a", b"c", b"b"]) for _ in range(30)))
        assert found == [[b"1", None, b"2"]] * 30
        after = empty_server.ask("INFO", "commandstats")
        assert _calls(after, "mget") - _calls(before, "mget") == 1


def _calls(stats: Any, command: str) -> int:
    fields: dict[str, Any] = {}
    if isinstance(stats, dict):
        fields = stats
    return int(fields.get(f"cmdstat_{command}", {}).get("calls", 0))


async def test_without_redis_values_are_loaded_and_timelines_are_not_there(own_server: RedisServer) -> None:
    own_server.stop()
    async with process(own_server.url) as one:
        shelf = Shelf({WREN: "low"})
        for _ in range(2):
            assert await one.cache.fetch("nests", [WREN, ROBIN], shelf.load) == ["low", None]
            assert await one.cache.fetch_one("nests", WREN, shelf.load) == "low"
        assert await one.timelines.get(WREN) is None
        assert await one.timelines.peek(WREN) is None
        ticket = await one.timelines.open(WREN)
        assert ticket == 0
        await one.timelines.fill(WREN, ticket, Timeline(7, 0))


async def test_without_redis_what_must_not_be_lost_is_refused(own_server: RedisServer) -> None:
    own_server.stop()
    async with process(own_server.url) as one:
        for attempt in (
            one.cache.delete("nests", [WREN]),
            one.timelines.push([WREN], [1]),
            one.timelines.drop([WREN]),
            anext(one.timelines.owners()),
        ):
            with pytest.raises(Unavailable):
                await attempt


async def test_without_redis_many_who_miss_a_key_still_load_it_once(own_server: RedisServer) -> None:
    own_server.stop()
    async with process(own_server.url) as one:
        shelf = Shelf({WREN: "low"})
        assert (
            await asyncio.gather(*(one.cache.fetch_one("nests", WREN, shelf.load) for _ in range(50))) == ["low"] * 50
        )
        assert shelf.asked == [[WREN]]


async def test_without_redis_a_process_counts_requests_for_itself(own_server: RedisServer) -> None:
    own_server.stop()
    async with process(own_server.url) as one:
        assert [(await one.limiter.take(SONGS, "wren")).allowed for _ in range(7)] == [True] * 5 + [False] * 2


async def test_after_a_restart_everything_works_again_and_nothing_old_is_believed(own_server: RedisServer) -> None:
    async with process(own_server.url) as one:
        await one.builds(WREN, [1, 2])
        shelf = Shelf({WREN: "old"})
        await one.cache.fetch_one("nests", WREN, shelf.load)
        own_server.stop()
        assert await one.cache.fetch_one("nests", WREN, shelf.load) == "old"
        assert await one.has(WREN) is None
        own_server.start()
        await reachable(one.link)
        shelf.values[WREN] = "new"
        assert await one.cache.fetch_one("nests", WREN, shelf.load) == "new"
        assert await one.has(WREN) is None
        await one.builds(WREN, [3])
        await one.timelines.push([WREN, ROBIN], [4])
        assert await one.has(WREN) == [3, 4]


async def test_a_server_that_comes_back_with_what_it_had_saved_is_not_believed(tmp_path: Path) -> None:
    with running_redis(tmp_path, "--dbfilename", "dump.rdb") as server:
        async with process(server.url) as one:
            await one.builds(WREN, [1])
            assert await one.has(WREN) == [1]
            await one.cache.fetch_one("nests", WREN, Shelf({WREN: "old"}).load)
            server.ask("SAVE")
            await one.timelines.push([WREN], [2])
            await one.cache.delete("nests", [WREN])
            server.stop()
            server.start()
            await reachable(one.link)
            assert server.ask("EXISTS", "nests:1", "timeline:1") == 2
            assert await one.has(WREN) is None
            assert await one.cache.fetch_one("nests", WREN, Shelf({WREN: "new"}).load) == "new"
            await one.builds(WREN, [1, 2])
            assert await one.has(WREN) == [1, 2]


async def test_a_flush_while_many_read_and_build_shows_nobody_anything_wrong(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one, process(empty_server.url) as other:
        shelf = Shelf({key: f"nest {key}" for key in range(40)})
        posts = [1, 2, 3]
        over = asyncio.Event()

        async def read(side: Process, owner: int) -> int:
            reads = 0
            while not over.is_set():
                assert await side.cache.fetch("nests", range(40), shelf.load) == list(shelf.values.values())
                if await side.has(owner) not in (None, posts):
                    raise AssertionError(await side.has(owner))
                await side.builds(owner, posts)
                reads += 1
            return reads

        readers = [asyncio.create_task(read(side, n)) for n, side in enumerate([one, other] * 4)]
        for _ in range(20):
            await asyncio.sleep(0.01)
            empty_server.flush()
        over.set()
        assert min(await asyncio.gather(*readers)) > 1


async def test_a_server_that_hangs_costs_each_process_one_timeout(own_server: RedisServer) -> None:
    async with process(own_server.url, patience=0.2) as one:
        await one.link.check()
        shelf = Shelf({WREN: "low"})
        with own_server.hanging():
            async with asyncio.timeout(20):
                for _ in range(2000):
                    assert await one.cache.fetch_one("nests", WREN, shelf.load) == "low"
        await reachable(one.link)
        assert await one.cache.fetch_one("nests", WREN, shelf.load) == "low"


async def test_a_connection_that_was_cut_while_idle_is_made_again_at_once(own_server: RedisServer) -> None:
    async with process(own_server.url) as one:
        await one.builds(WREN, [1])
        own_server.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await asyncio.sleep(0.05)
        assert await one.has(WREN) == [1]


async def test_a_wrong_password_is_like_no_server(tmp_path: Path) -> None:
    with running_redis(tmp_path) as server:
        server.ask("ACL", "SETUSER", "wren", "on", ">secret", "~*", "&*", "+@all")
        for userinfo, works in (("wren:secret", True), ("wren:wrong", False)):
            async with process(server.url.replace("//", f"//{userinfo}@")) as one:
                assert (await one.link.get([b"a"]) == [None]) is works
                assert (await one.link.get([b"a"]) == [AWAY]) is not works


async def test_a_database_of_its_own_can_be_chosen(empty_server: RedisServer) -> None:
    async with process(f"{empty_server.url}/5") as one, process(empty_server.url) as other:
        await one.builds(WREN, [1])
        assert await one.has(WREN) == [1]
        assert await other.has(WREN) is None


@pytest.mark.parametrize("url", ["http://wren", "redis://", "redis+cluster://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="Redis URL"):
        RedisLink(url)


def test_it_runs_on_uvloop(empty_server: RedisServer) -> None:
    async def live() -> list[int] | None:
        async with process(empty_server.url) as one:
            await one.builds(WREN, [1])
            await one.timelines.push([WREN], [2])
            return await one.has(WREN)

    assert uvloop.run(live()) == [1, 2]


async def test_scripts_that_the_server_has_forgotten_are_sent_again(empty_server: RedisServer) -> None:
    async with process(empty_server.url) as one:
        for _ in range(2):
            empty_server.ask("SCRIPT", "FLUSH")
            await one.builds(WREN, [1])
            assert await one.timelines.push([WREN], [2]) == 1
            assert (await one.limiter.take(SONGS, "wren")).allowed
        assert empty_server.ask("SCRIPT", "EXISTS", PUSH_ALL.digest) == [True]


async def test_a_server_that_fails_is_left_alone_for_a_while() -> None:
    tries = 0

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        tries += 1
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with RedisLink(f"redis://127.0.0.1:{port}", pause=30) as link:
            for _ in range(50):
                assert await link.get([b"a"]) == [AWAY]
                await asyncio.sleep(0.001)
    assert tries == 1


async def test_a_server_that_is_asked_all_the_time_is_found_when_it_is_back(own_server: RedisServer) -> None:
    async with process(own_server.url) as one:
        own_server.stop()
        shelf = Shelf({WREN: "low"})

        async def hammer() -> None:
            while await one.link.get([b"a"]) == [AWAY]:
                assert await one.cache.fetch_one("nests", WREN, shelf.load) == "low"
                await asyncio.sleep(0.001)

        hammering = asyncio.create_task(hammer())
        await asyncio.to_thread(own_server.start)
        async with asyncio.timeout(10):
            await hammering
