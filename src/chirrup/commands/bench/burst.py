"""`chirrup bench burst`: how soon posts are readable by the last of many followers."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption, ProfileOption
from chirrup.platform.errors import Unavailable

_WITHIN = 60.0


def burst(
    followers: Annotated[int, typer.Option(help="How many active followers the author has.", min=1)] = 1000,
    posts: Annotated[int, typer.Option(help="How many posts the burst has.", min=1, max=100)] = 60,
    singles: Annotated[int, typer.Option(help="How many single posts to time before.", min=1)] = 30,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Post to active followers and wait until the last one can read it; then a burst, until all can read all."""
    bench = harness.for_profile(profile, "burst")
    with bench.community(followers) if bench else _community(followers) as (url, author_token, reader_tokens):
        author = harness.Connection(url, author_token)
        readers = [harness.Connection(url, token) for token in reader_tokens]
        for reader in readers:
            reader.feed(1)
        delays = sorted(_time_one(author, readers[-1], number) for number in range(singles))
        started = time.perf_counter()
        burst_ids = {author.post(f"Burst {number}") for number in range(posts)}
        posted = time.perf_counter() - started
        _wait_for(readers[-1], burst_ids, posts)
        last = time.perf_counter() - started
        complete = sum(burst_ids <= set(reader.feed(posts)) for reader in readers)
    facts = {
        "followers": followers,
        "one_post_ms_p50": round(statistics.median(delays) * 1000, 2),
        "one_post_ms_max": round(delays[-1] * 1000, 2),
        "burst_posts": posts,
        "burst_posted_s": round(posted, 3),
        "burst_readable_by_last_s": round(last, 3),
        "followers_who_read_all": complete,
    }
    harness.report(facts, as_json=as_json)


def _time_one(author: harness.Connection, reader: harness.Connection, number: int) -> float:
    started = time.perf_counter()
    post_id = author.post(f"Single {number}")
    _wait_for(reader, {post_id}, 1)
    return time.perf_counter() - started


def _wait_for(reader: harness.Connection, post_ids: set[str], limit: int) -> None:
    deadline = time.monotonic() + _WITHIN
    while not post_ids <= set(reader.feed(limit)):
        if time.monotonic() > deadline:
            raise Unavailable(f"Not all posts were readable within {_WITHIN:.0f} s.")


@contextmanager
def _community(followers: int) -> Iterator[tuple[str, str, list[str]]]:
    """Serve an author and followers; yield the server's address and access tokens of the author and of these."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        data_dir = Path(folder) / "data"
        author, readers = asyncio.run(_seed(data_dir, followers))
        with harness.chirrup_server(data_dir) as (url, _):
            yield url, harness.exchange(url, author), [harness.exchange(url, reader) for reader in readers]


async def _seed(data_dir: Path, followers: int) -> tuple[str, list[str]]:
    async with harness.seeding(data_dir) as app:
        ids = await harness.add_accounts(app, [f"bench{number}" for number in range(followers + 1)])
        author, readers = ids[0], ids[1:]
        # one after another: who followed last is reached last
        for reader in readers:
            await app.graph.follow(reader, author)
        tokens = [await harness.refresh_token(app, account_id) for account_id in ids]
        return tokens[0], tokens[1:]
