"""`chirrup bench fanout --profile cluster`: what a push costs Redis, the worker, and PostgreSQL for the followers."""

import asyncio
import os
import random
import time
from array import array
from collections.abc import Sequence
from contextlib import ExitStack

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import servers, usage
from chirrup.commands.bench.cluster.backlog import Backlog
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.graph.store import GraphStore
from chirrup.platform.adapters.redis.link import Command, RedisLink
from chirrup.platform.adapters.redis.packed import pack
from chirrup.platform.adapters.redis.timelines import RedisTimelineStore
from chirrup.platform.clock import SystemClock
from chirrup.platform.events import SHARDS
from chirrup.platform.ids import MAX_ID
from chirrup.platform.ports import Timeline
from chirrup.settings import Settings

CHUNK = 1000
# as many steps as a worker takes at once
_TOGETHER = SHARDS
_BASIS = 1
_READS = 5
_SHARE_IN_ALL = 5
_NEVER_LATE = 86_400


def fanout(followers: int, posts: int, *, as_json: bool) -> None:
    """Push through the store as a worker does, some chunks at a time, then have a worker do all that belongs to it.

    This process, or the worker, and Redis have a core each.
    """
    threshold = max(Settings().fanout_threshold, followers)
    with throwaway(fanout_threshold=threshold, fanout_late_seconds=_NEVER_LATE) as settings, ExitStack() as pins:
        processes = asyncio.run(usage.servers(settings))
        pins.enter_context(usage.on_core(processes["redis"].pid, harness.CLIENT_CORE))
        pins.enter_context(usage.on_core(os.getpid(), harness.SERVER_CORE))
        facts = asyncio.run(_measure(settings, followers, posts, processes))
    harness.report(facts | usage.machine(), as_json=as_json)


async def _measure(
    settings: Settings, followers: int, posts: int, processes: dict[str, usage.Group]
) -> dict[str, object]:
    filler = Filler(settings.database_url)
    author, *owners = await filler.accounts(followers + 1)
    await filler.follows([(owner, author) for owner in owners])
    await filler.analyze()
    pushing, memory = await _push(settings, owners, posts, processes)
    reading = await _read(settings, author, followers, processes)
    databases = reading.seconds["postgres"] + reading.seconds.get("replica", 0.0)
    posts_in_all = max(1, posts // _SHARE_IN_ALL)
    in_all = await _handle(settings, author, followers, posts_in_all, processes)
    visits, rows, all_visits = followers * posts, followers * _READS, followers * posts_in_all
    return {
        "followers": followers,
        "posts": posts,
        "bytes_per_id": memory,
        "visits_per_second": round(visits / pushing.elapsed),
        "visits_per_second_of_redis_core": round(visits / pushing.seconds["redis"]),
        "visits_per_second_of_worker_core": round(visits / pushing.seconds["worker"]),
        "worker_us_per_follower": pushing.each("worker", visits),
        "redis_us_per_follower": pushing.each("redis", visits),
        "followers_read_per_second": round(rows / reading.elapsed),
        "followers_read_per_second_of_postgres_core": round(rows / databases),
        "reading_worker_us_per_follower": reading.each("worker", rows),
        "reading_postgres_us_per_follower": reading.each("postgres", rows) + reading.each("replica", rows),
        "in_all_visits_per_second": round(all_visits / in_all.elapsed),
        "in_all_visits_per_second_of_worker_core": round(all_visits / in_all.seconds["worker"]),
        **{f"in_all_{name}_us_per_follower": in_all.each(name, all_visits) for name in in_all.seconds},
    }


async def _push(
    settings: Settings, owners: Sequence[int], posts: int, processes: dict[str, usage.Group]
) -> tuple[usage.Usage, float]:
    """Return what pushing took, and the memory that an id of a timeline takes."""
    bound = settings.timeline_size
    async with RedisLink(settings.redis_url, timeout=10) as link:
        store = RedisTimelineStore(link, SystemClock(), bound=bound, time_to_live=settings.timeline_ttl)
        empty = await _memory(link)
        held = await _fill(link, store, owners[::2], bound)
        memory = round((await _memory(link) - empty) / held, 1)
        spent = usage.Usage()
        newest = time.time_ns()
        chunks = [array("Q", owners[start : start + CHUNK]) for start in range(0, len(owners), CHUNK)]
        groups = [chunks[start : start + _TOGETHER] for start in range(0, len(chunks), _TOGETHER)]
        with usage.measured(spent, {"redis": processes["redis"]}):
            started = time.process_time()
            for number in range(posts):
                for together in groups:
                    await asyncio.gather(*(store.push(chunk, [newest + number]) for chunk in together))
            spent.add("worker", time.process_time() - started)
        return spent, memory


async def _fill(link: RedisLink, store: RedisTimelineStore, owners: Sequence[int], bound: int) -> int:
    """Give timelines to owners; some are about to be cut, as where pushes have come for long. Return how many ids."""
    chance = random.Random(1)  # noqa: S311 - the same each time
    oldest = 1 << 60
    ids = array("Q", range(oldest, oldest + 2 * bound))
    held = 0
    for start in range(0, len(owners), 100):
        appended = []
        for owner in owners[start : start + 100]:
            key = b"timeline:%d" % owner
            ticket = await store.open(owner)
            await store.fill(owner, ticket, Timeline(_BASIS, 0, ids[:bound]))
            more = 1 + chance.randrange(bound)
            held += bound + more
            # Redis doubles the room of a string with the first id that does not fit
            parts = (ids[bound : bound + 1], ids[bound + 1 : bound + more])
            appended += [Command(b"", ("APPEND", key, pack(part))) for part in parts]
        await link.calls(appended)
    return held


async def _memory(link: RedisLink) -> int:
    said: bytes = await link.call(Command(b"", ("INFO", "memory")))
    return next(int(line.split(b":")[1]) for line in said.splitlines() if line.startswith(b"used_memory:"))


async def _read(settings: Settings, author: int, followers: int, processes: dict[str, usage.Group]) -> usage.Usage:
    """Return what reading all followers some times took."""
    spent = usage.Usage()
    store = GraphStore()
    databases = {name: group for name, group in processes.items() if name in {"postgres", "replica"}}
    async with open_application(settings) as app:
        await store.follower_ids(app.db.read, author, 0, MAX_ID, CHUNK)
        with usage.measured(spent, databases):
            started = time.process_time()
            for _ in range(_READS):
                after = read = 0
                while read < followers:
                    ids, after = await store.follower_ids(app.db.read, author, after, MAX_ID, CHUNK)
                    read += len(ids)
            spent.add("worker", time.process_time() - started)
    return spent


async def _handle(
    settings: Settings, author: int, followers: int, posts: int, processes: dict[str, usage.Group]
) -> usage.Usage:  # fmt: skip
    """Return what some posts took from their events in the outbox until all is done, by a worker of all roles."""
    spent = usage.Usage()
    with servers.workers(settings) as worker:
        async with open_application(settings) as app:
            backlog = Backlog(app, settings, [author], followers)
            # the consumers have joined their groups once this is through
            await backlog.publish(1)
            await backlog.drain()
            with usage.measured(spent, processes | {"worker": usage.Group(worker.pid)}):
                await backlog.publish(posts)
                await backlog.drain()
    return spent
