"""`chirrup bench footprint --profile cluster`: bytes of rows and events; cores behind a commit and for a rebuild."""

import asyncio
import os
import random
import time
from collections.abc import Sequence

import msgspec

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application, open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import servers, usage
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.platform.avro import Writer
from chirrup.posts import Draft, PostPublished
from chirrup.settings import Settings

_ACCOUNTS = 4000
_FOLLOWEES = 200
_POSTS = 40_000
_WRITERS = 500
_SIZE = (
    "SELECT pg_total_relation_size($1::text::regclass) + coalesce((SELECT sum(pg_total_relation_size(relid))"
    " FROM pg_partition_tree($1::text::regclass) WHERE level > 0), 0)"
)
_CONFLUENT_HEAD = 5
"""Bytes before an event in Avro: a zero and the schema's id."""


def footprint(posts: int, rebuilds: int, *, as_json: bool) -> None:
    """Measure an instance of some thousand accounts with 200 followees each."""
    with throwaway() as settings:
        facts, writers = asyncio.run(_rows(settings))
        facts |= asyncio.run(_rebuild(settings, rebuilds))
        facts |= asyncio.run(_behind_commits(settings, writers, posts))
    harness.report(facts | usage.machine(), as_json=as_json)


async def _rows(settings: Settings) -> tuple[dict[str, object], list[int]]:
    """Fill the database; return the bytes of each kind of row with its indexes, and accounts with one follower."""
    chance = random.Random(1)  # noqa: S311 - the same community each time
    filler = Filler(settings.database_url)
    async with open_application(settings) as app:
        empty = await _sizes(app)
        everybody = await filler.accounts(_ACCOUNTS + _WRITERS)
        ids, writers = everybody[:_ACCOUNTS], everybody[_ACCOUNTS:]
        await filler.follows([(reader, author) for reader in ids for author in chance.sample(ids, _FOLLOWEES)])
        await filler.follows(list(zip(ids, writers, strict=False)))
        await filler.posts([chance.choice(ids) for _ in range(_POSTS)])
        await filler.analyze()
        full = await _sizes(app)
    taken = {name: full[name] - empty[name] for name in full}
    event = PostPublished(
        post_id=ids[0], author_id=ids[0], reply_to=None, reply_to_author_id=None, retweet_of=None, is_retweet=False,
        conversation_id=ids[0], mentioned_ids=(),
    )  # fmt: skip
    facts: dict[str, object] = {
        "bytes_per_account": round((taken["accounts"] + taken["logins"]) / len(everybody)),
        "bytes_per_follow": round(taken["follows"] / (_ACCOUNTS * _FOLLOWEES + _WRITERS)),
        "bytes_per_post": round((taken["posts"] + taken["post_counts"]) / _POSTS),
        "bytes_per_event": _CONFLUENT_HEAD + len(Writer(PostPublished).from_json(msgspec.json.encode(event))),
    }
    return facts, writers


async def _sizes(app: Application) -> dict[str, int]:
    """Return the bytes of tables, with indexes and partitions."""
    sizes = {}
    for name in ("accounts", "logins", "follows", "posts", "post_counts"):
        row = await app.db.scan.first(_SIZE, name)
        assert row is not None
        sizes[name] = int(row[0])
    return sizes


async def _rebuild(settings: Settings, rebuilds: int) -> dict[str, object]:
    """Build timelines of readers who have none."""
    processes = await usage.servers(settings)
    databases = {name: group for name, group in processes.items() if name != "redis"}
    spent = usage.Usage()
    async with open_application(settings) as app:
        rows = await app.db.scan.all("SELECT DISTINCT follower_id FROM follows LIMIT $1", rebuilds + 1)
        viewers = [Viewer(row[0], 0) for row in rows]
        relations = [await app.graph.relations(viewer) for viewer in viewers]
        await app.home.timeline(viewers[0], relations[0])
        with usage.measured(spent, databases):
            started = time.process_time()
            for viewer, related in zip(viewers[1:], relations[1:], strict=True):
                await app.home.timeline(viewer, related)
            spent.add("python", time.process_time() - started)
    return {
        "rebuild_followees": _FOLLOWEES,
        "rebuild_ms": round(spent.elapsed / rebuilds * 1000, 2),
        "rebuild_us_python": spent.each("python", rebuilds),
        "rebuild_us_postgres": round(spent.each("postgres", rebuilds) + spent.each("replica", rebuilds), 2),
    }


async def _behind_commits(settings: Settings, writers: Sequence[int], posts: int) -> dict[str, object]:
    """Have one worker process handle posts of authors with one follower, which are there when it starts."""
    processes = await usage.servers(settings)
    async with open_application(settings) as app:
        await _publish(app, writers, posts)
        spent = usage.Usage()
        with servers.workers(settings) as parent:
            groups = {"worker": usage.Group(parent.pid), "postgres": processes["postgres"]}
            groups |= {"redis": processes["redis"], "here": usage.Group(os.getpid())}
            with usage.measured(spent, groups):
                await app.bus.caught_up()
    return {
        "posts_handled": posts,
        "post_us_worker": spent.each("worker", posts),
        "post_us_worker_postgres": spent.each("postgres", posts),
        "post_us_worker_redis": spent.each("redis", posts),
    }


async def _publish(app: Application, authors: Sequence[int], posts: int) -> None:
    for start in range(0, posts, len(authors)):
        batch = authors[: posts - start]
        await asyncio.gather(
            *(app.posts.publish(Viewer(each, 0), Draft(text="Note from the reeds.")) for each in batch)
        )
