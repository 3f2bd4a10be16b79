"""`chirrup bench relay --profile cluster`: one relay with a backlog, and how long a delivery takes."""

import asyncio
import os
import statistics
import time
from collections.abc import Mapping, Sequence

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application, open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import crowd, servers, usage
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.entrypoints.worker import at_work
from chirrup.platform.errors import Unavailable
from chirrup.posts import Draft, PostPublished
from chirrup.settings import Settings

_OF_ONE_TRANSACTION = 1000
_LOOK = 0.001
_WITHIN = 60.0
_UNPUBLISHED = (
    "SELECT (SELECT count(*) FROM outbox WHERE seq IS NULL) + (SELECT coalesce(sum(newest - published), 0)"
    " FROM outbox_shards)"
)


def relay(events: int, posts: int, rate: float, followers: Sequence[int], *, as_json: bool) -> None:
    """Publish a backlog from this process; then post from it while a worker process relays and delivers."""
    facts: dict[str, object] = {}
    with throwaway() as settings:
        facts |= asyncio.run(_publish_backlog(settings, events))
    with throwaway() as settings:
        authors, readers = asyncio.run(_seed(settings, followers))
        with servers.workers(settings):
            facts |= asyncio.run(_time_deliveries(settings, posts, rate, authors, readers))
    harness.report(facts | usage.machine(), as_json=as_json)


async def _publish_backlog(settings: Settings, events: int) -> dict[str, object]:
    processes = await usage.servers(settings)
    spent = usage.Usage()
    async with open_application(settings) as app:
        for start in range(0, events, _OF_ONE_TRANSACTION):
            await _append(app, range(start, min(events, start + _OF_ONE_TRANSACTION)))
        with usage.measured(spent, {"relay": usage.Group(os.getpid()), "postgres": processes["postgres"]}):
            async with at_work(app, ["relay"]):
                while await app.db.read.first(f"SELECT 1 WHERE ({_UNPUBLISHED}) > 0"):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
    return {
        "backlog": events,
        "relayed_per_second": round(events / spent.elapsed),
        "relay_us_per_event": spent.each("relay", events),
        "relay_postgres_us_per_event": spent.each("postgres", events),
    }


async def _append(app: Application, numbers: range) -> None:
    async with app.db.transaction() as tx:
        for number in numbers:
            post_id = app.ids.new(number)
            tx.publish(
                PostPublished(
                    post_id=post_id, author_id=number, reply_to=None, reply_to_author_id=None, retweet_of=None,
                    is_retweet=False, conversation_id=post_id, mentioned_ids=(),
                )
            )  # fmt: skip


async def _seed(settings: Settings, followers: Sequence[int]) -> tuple[Mapping[int, int], list[int]]:
    """Return the author for each number of followers, and the readers, who follow in their order."""
    filler = Filler(settings.database_url)
    ids = await filler.accounts(len(followers) + max(followers))
    authors, readers = dict(zip(followers, ids, strict=False)), ids[len(followers) :]
    await filler.follows([(reader, author) for count, author in authors.items() for reader in readers[:count]])
    await filler.posts(list(authors.values()) * 20)
    await filler.analyze()
    async with open_application(settings) as app:
        await crowd.open_timelines(app, readers)
    return authors, readers


async def _time_deliveries(
    settings: Settings, posts: int, rate: float, authors: Mapping[int, int], readers: Sequence[int]
) -> dict[str, object]:
    facts: dict[str, object] = {"posts_timed": posts, "posts_per_second": rate}
    async with open_application(settings) as app:
        for count, author in authors.items():
            # the consumers have joined their groups once the first is through
            await _time_one(app, author, readers[count - 1])
            tasks = []
            for _ in range(posts):
                tasks.append(asyncio.create_task(_time_one(app, author, readers[count - 1])))
                await asyncio.sleep(1 / rate)
            delays = sorted(await asyncio.gather(*tasks))
            facts[f"to_last_of_{count}_ms_p50"] = round(statistics.median(delays) * 1000, 1)
            facts[f"to_last_of_{count}_ms_p99"] = round(delays[int(len(delays) * 0.99)] * 1000, 1)
    return facts


async def _time_one(app: Application, author: int, reader: int) -> float:
    """Return the seconds between the commit of a post and its place in the timeline of a reader."""
    post_id = await app.posts.publish(Viewer(author, 0), Draft(text="The kettle is on."))
    committed = time.perf_counter()
    async with asyncio.timeout(_WITHIN):
        while True:
            timeline = await app.timelines.get(reader)
            if timeline is None:
                raise Unavailable("A timeline that was just read is no longer there.")
            if post_id in timeline.ids[-100:]:
                return time.perf_counter() - committed
            await asyncio.sleep(_LOOK)
