"""`chirrup bench structures`: lists, sorted sets and packed strings, with 800 ids each."""

import asyncio
import os
import random
import time
from array import array
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack

from redis.asyncio import Redis

from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import usage
from chirrup.commands.bench.cluster.own_redis import redis_server
from chirrup.commands.bench.cluster.shapes import Lists, PackedStrings, Push, Shape, SortedSets
from chirrup.platform.adapters.redis.link import Command, RedisLink
from chirrup.platform.adapters.redis.timelines import RedisTimelineStore
from chirrup.platform.clock import SystemClock
from chirrup.platform.errors import Unavailable
from chirrup.platform.ids import IdGenerator

_BOUND = 800
_NEWEST = 40
_CHUNK = 1000
_READS_TOGETHER = 32
_READS = 1024
_DAY = 86_400_000
_TIMEOUT = 30.0


def structures(followers: int, posts: int, rounds: int, *, as_json: bool) -> None:
    """Measure each way in turn; Redis and this process have a core each."""
    with redis_server() as (url, pid), ExitStack() as pins:
        pins.enter_context(usage.on_core(pid, harness.CLIENT_CORE))
        pins.enter_context(usage.on_core(os.getpid(), harness.SERVER_CORE))
        facts = asyncio.run(_measure(url, pid, followers, posts, rounds))
    harness.report(facts | usage.machine(), as_json=as_json)


async def _measure(url: str, pid: int, followers: int, posts: int, rounds: int) -> dict[str, object]:
    ids = IdGenerator(SystemClock())
    owners = [ids.new(number) for number in range(followers)]
    readers = owners[::2]
    facts: dict[str, object] = {"followers": followers, "ids_of_a_timeline": _BOUND}
    spent: dict[str, usage.Usage] = defaultdict(usage.Usage)
    async with RedisLink(url, timeout=_TIMEOUT) as link, Redis.from_url(url, socket_timeout=_TIMEOUT) as client:
        store = RedisTimelineStore(link, SystemClock(), bound=_BOUND, time_to_live=_DAY)
        shapes: dict[str, Shape] = {
            "list": Lists(link, client, _BOUND),
            "sorted_set": SortedSets(link, client, _BOUND),
            "packed": PackedStrings(link, store, _BOUND),
        }
        for name, shape in shapes.items():
            facts |= {f"{name}_{fact}": size for fact, size in (await _fill(link, shape, readers)).items()}
        for _ in range(rounds):
            for name, shape in shapes.items():
                for way, push in shape.pushes.items():
                    post_ids = [ids.new(number) for number in range(posts)]
                    await _push(push, owners, post_ids, pid, spent[f"{name}_pushes_by_{way}"])
                for count in (None, _NEWEST):
                    await _read(shape, readers, count, pid, spent[f"{name}_reads_of_{count or 'all'}"])
    for name, each in spent.items():
        count = rounds * (followers * posts if "_pushes_" in name else _READS)
        facts |= {f"{name}_per_{core}_core": round(count / seconds) for core, seconds in each.seconds.items()}
    return facts


async def _fill(link: RedisLink, shape: Shape, readers: Sequence[int]) -> dict[str, float]:
    """Give the readers timelines; return the bytes an id when these are just built, and after pushes.

    They get up to as many ids again, as where pushes have come for long.
    """
    chance = random.Random(1)  # noqa: S311 - the same each time
    oldest = 1 << 60
    ids = array("Q", range(oldest, oldest + 2 * _BOUND))
    kept = len(readers) * _BOUND
    await _ask(link, [shape.build(reader, ids[:_BOUND]) for reader in readers])
    built = await _bytes(link, shape, readers) / kept
    more = [ids[_BOUND : _BOUND + 1 + chance.randrange(_BOUND)] for _ in readers]
    await _ask(link, [step for reader, new in zip(readers, more, strict=True) for step in shape.grow(reader, new)])
    pushed = await _bytes(link, shape, readers) / kept
    await _ask(link, [Command(b"", ("PEXPIRE", shape.key(reader), _DAY)) for reader in readers])
    return {"bytes_per_id_built": round(built, 1), "bytes_per_id_pushed": round(pushed, 1)}


async def _bytes(link: RedisLink, shape: Shape, readers: Sequence[int]) -> int:
    # of a sorted set Redis looks at five members and takes the others for as large; all of ours are
    return sum(await _ask(link, [Command(b"", ("MEMORY", "USAGE", shape.key(reader))) for reader in readers]))


async def _ask(link: RedisLink, commands: Sequence[Command]) -> list[int]:
    """Return the answers to commands, which are numbers."""
    replies: list[int] = []
    for start in range(0, len(commands), 100):
        for reply in await link.calls(commands[start : start + 100]):
            if isinstance(reply, Exception):
                raise Unavailable(f"Redis refused what a benchmark needs: {reply}")
            replies.append(reply)
    return replies


async def _push(push: Push, owners: Sequence[int], post_ids: Sequence[int], pid: int, spent: usage.Usage) -> None:
    chunks = [owners[start : start + _CHUNK] for start in range(0, len(owners), _CHUNK)]

    async def push_all() -> None:
        reached = 0
        for post_id in post_ids:
            for chunk in chunks:
                reached += await push(chunk, post_id)
        if reached != len(post_ids) * len(owners[::2]):
            raise Unavailable(f"A push reached {reached} timelines.")

    await _counted(push_all, pid, spent)


async def _read(shape: Shape, readers: Sequence[int], count: int | None, pid: int, spent: usage.Usage) -> None:
    chance = random.Random(2)  # noqa: S311 - the same each time
    chosen = [chance.choices(readers, k=_READS_TOGETHER) for _ in range(_READS // _READS_TOGETHER)]

    async def read() -> None:
        least = count or _BOUND
        for together in chosen:
            if min(map(len, await shape.read(together, count))) < least:
                raise Unavailable("A timeline is shorter than it was made.")

    await _counted(read, pid, spent)


async def _counted(work: Callable[[], Awaitable[None]], pid: int, spent: usage.Usage) -> None:
    with usage.measured(spent, {"redis": usage.Group(pid)}):
        started = time.process_time()
        await work()
        spent.add("python", time.process_time() - started)
