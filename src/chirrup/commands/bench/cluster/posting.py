"""`chirrup bench post --profile cluster`: posting against one bare transaction of the same rows."""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import asyncpg

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application, open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import servers, usage
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.platform.ids import IdGenerator
from chirrup.posts import Draft
from chirrup.settings import Settings

_TEXT = "Note {} from the reeds."
_TOGETHER = 32
_SHARDS = 12
_POST = (
    "INSERT INTO posts (id, author_id, text, entities, reply_to, reply_to_author_id, conversation_id, retweet_of,"
    " is_retweet) VALUES ($1, $2, $3, '[]', NULL, NULL, $1, NULL, false)"
)
_COUNTS = "INSERT INTO post_counts (post_id) VALUES ($1)"
_EVENTS = (
    "INSERT INTO outbox (topic, shard, type, key, payload, request_id, created_at)"
    " VALUES ('posts', $1, 'PostPublished', $2, $3, NULL, $4), ('cache', $1, 'CacheForgotten', $2, $5, NULL, $4)"
)
_FORGET = b'{"spaces":["user:posts"],"keys":[%d]}'
_PUBLISHED = (
    b'{"post_id":%d,"author_id":%d,"reply_to":null,"reply_to_author_id":null,"retweet_of":null,"is_retweet":false,'
    b'"conversation_id":%d,"mentioned_ids":[]}'
)
Verb = Callable[[int, int], Awaitable[object]]


def post(rounds: int, seconds: int, *, as_json: bool) -> None:
    """Post by the service's verb, by bare transactions, and over HTTP, in turn, each on one core."""
    with throwaway() as settings, tempfile.TemporaryDirectory() as folder, ExitStack() as pins:
        authors, tokens = asyncio.run(_seed(settings))
        script = Path(folder) / "post.lua"
        script.write_text(harness.posting_script(tokens))
        pins.enter_context(usage.on_core(os.getpid(), harness.SERVER_CORE))
        facts = asyncio.run(_compare(settings, authors, rounds, seconds))
        with servers.api(settings) as (url, _):
            # sessions are known and connections open
            for token in tokens:
                harness.Connection(url, token).post(_TEXT)
            loads = [harness.wrk(f"{url}/api/v1/posts", {}, seconds, script=script) for _ in range(rounds)]
    facts["http_per_second"] = round(statistics.median(rate for rate, _, _ in loads))
    facts["http_p99_over_p50"] = round(statistics.median(tail / middle for _, middle, tail in loads), 2)
    harness.report(facts | usage.machine(), as_json=as_json)


async def _seed(settings: Settings) -> tuple[list[int], list[str]]:
    authors = await Filler(settings.database_url).accounts(_TOGETHER)
    async with open_application(settings) as app:
        return authors, [await harness.access_token(app, author) for author in authors]


async def _compare(settings: Settings, authors: Sequence[int], rounds: int, seconds: int) -> dict[str, object]:
    processes = await usage.servers(settings)
    watched = {"python": usage.Group(os.getpid()), "postgres": processes["postgres"], "redis": processes["redis"]}
    rates: dict[str, list[float]] = {"post": [], "bare": []}
    delays: dict[str, list[float]] = {"post": [], "bare": []}
    spent = {name: usage.Usage() for name in rates}
    async with (
        open_application(settings) as app,
        asyncpg.create_pool(settings.database_url, min_size=0, max_size=settings.database_pool) as pool,
    ):
        verbs = {"post": _posting(app), "bare": _bare(app.ids, pool)}
        counts = dict.fromkeys(verbs, 0)
        for _ in range(rounds):
            for name, verb in verbs.items():
                # connections are open and statements prepared
                await asyncio.gather(*(verb(author, 0) for author in authors))
                delays[name].append(await _alone(verb, authors[0], seconds / 2))
                with usage.measured(spent[name], watched):
                    count, rate = await _together(verb, authors, seconds)
                counts[name] += count
                rates[name].append(rate)
    ratio = statistics.median(bare / ours for ours, bare in zip(rates["post"], rates["bare"], strict=True))
    alone = statistics.median(ours / bare for ours, bare in zip(delays["post"], delays["bare"], strict=True))
    facts: dict[str, object] = {"at_a_time": _TOGETHER}
    for name in verbs:
        facts[f"{name}_per_second"] = round(statistics.median(rates[name]))
        facts[f"{name}_alone_ms_p50"] = round(statistics.median(delays[name]) * 1000, 2)
        for process in watched:
            facts[f"{name}_us_{process}"] = spent[name].each(process, counts[name])
    return facts | {"slower_than_bare": round(ratio, 2), "slower_than_bare_alone": round(alone, 2)}


async def _together(verb: Verb, authors: Sequence[int], seconds: float) -> tuple[int, float]:
    """Return how many were done by all at the same time, and how many in a second."""
    started = time.perf_counter()

    async def keep_on(author: int) -> int:
        count = 0
        while time.perf_counter() - started < seconds:
            await verb(author, count)
            count += 1
        return count

    count = sum(await asyncio.gather(*(keep_on(author) for author in authors)))
    return count, count / (time.perf_counter() - started)


async def _alone(verb: Verb, author: int, seconds: float) -> float:
    """Return the median seconds that one takes while nothing else is done."""
    delays: list[float] = []
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        started = time.perf_counter()
        await verb(author, len(delays))
        delays.append(time.perf_counter() - started)
    return statistics.median(delays)


def _posting(app: Application) -> Verb:
    async def publish(author: int, number: int) -> int:
        return await app.posts.publish(Viewer(author, 0), Draft(text=_TEXT.format(number)))

    return publish


def _bare(ids: IdGenerator, pool: "asyncpg.Pool[asyncpg.Record]") -> Verb:
    """Return what writes the same rows with nothing around it."""

    async def insert(author: int, number: int) -> None:
        key, shard, now = ids.new(author), author % _SHARDS, time.time_ns() // 1_000_000
        published = _PUBLISHED % (key, author, key)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(_POST, key, author, _TEXT.format(number))
            await connection.execute(_COUNTS, key)
            await connection.execute(_EVENTS, shard, author, published, now, _FORGET % author)

    return insert
