"""`chirrup bench live`: how soon connected viewers are told of posts, and what a connection costs."""

import asyncio
import random
import resource
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from chirrup.commands.bench import harness, listeners
from chirrup.commands.bench.cluster.open_loop import Client, Sent, poisson
from chirrup.commands.bench.embedded.community import serving, sign_in
from chirrup.commands.bench.embedded.filling import Filler
from chirrup.commands.options import JsonOption, ProfileOption
from chirrup.platform.errors import StartRefused

_SPARE_FILES = 5_000
_SETTLED_SECONDS = 5.0
_AHEAD = 0.1


@dataclass(frozen=True)
class Stage:
    """Servers, the accounts that connect, and who follows whom."""

    urls: Sequence[str]
    servers: Mapping[str, int]
    """Process ids by name."""
    tokens: Sequence[str]
    followers: Mapping[int, set[int]]
    """Numbers of the accounts that are told of each account's posts: its followers and itself."""


def live(
    connections: Annotated[int, typer.Option(help="How many accounts are connected, each once.", min=2)] = 10_000,
    follows: Annotated[int, typer.Option(help="How many others each account follows.", min=1)] = 50,
    rate: Annotated[float, typer.Option(help="How many posts a second are published.", min=0.1)] = 100,
    seconds: Annotated[float, typer.Option(help="How long.", min=0.1)] = 30,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Connect viewers, publish posts in an open loop, and time each delivery from when its post was due.

    In a cluster the viewers are connected to two API processes in turn, and one worker tells them over Redis.
    """
    _allow_files(connections + _SPARE_FILES)
    bench = harness.for_profile(profile, "live")
    pairs = draw(connections, min(follows, connections - 1))
    with bench.stage(connections, pairs) if bench else _stage(connections, pairs) as stage:
        facts = uvloop.run(_measure(stage, rate, seconds))
    harness.report({"connections": connections, "follows": follows} | facts, as_json=as_json)


def draw(accounts: int, follows: int) -> list[tuple[int, int]]:
    """Return (follower, followee) by number: each account follows as many others, drawn at random."""
    chance = random.Random(1)  # noqa: S311 - the same each time
    pairs = []
    for follower in range(accounts):
        chosen = chance.sample(range(accounts - 1), follows)
        pairs += [(follower, number + (number >= follower)) for number in chosen]
    return pairs


def audience(accounts: int, pairs: Sequence[tuple[int, int]]) -> dict[int, set[int]]:
    """Return who is told of each account's posts."""
    told = {number: {number} for number in range(accounts)}
    for follower, followee in pairs:
        told[followee].add(follower)
    return told


@contextmanager
def _stage(connections: int, pairs: Sequence[tuple[int, int]]) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        data_dir = Path(folder) / "data"
        filler = Filler(data_dir)
        ids = filler.accounts(connections)
        filler.follows([(ids[one], ids[other]) for one, other in pairs])
        filler.count_followers()
        tokens = sign_in(data_dir, ids)
        with serving(data_dir, CHIRRUP_LIVE_CONNECTIONS=str(connections)) as (url, child):
            yield Stage([url], {"server": child.pid}, tokens, audience(connections, pairs))


async def _measure(stage: Stage, rate: float, seconds: float) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    arrivals = listeners.Arrivals()
    idle = {name: resident(pid) for name, pid in stage.servers.items()}
    began = loop.time()
    connected = await listeners.connect(stage.urls, stage.tokens, arrivals)
    connecting = loop.time() - began
    held = {name: resident(pid) - idle[name] for name, pid in stage.servers.items()}
    share = len(connected) / len(stage.urls)
    facts: dict[str, object] = {"connected_per_second": round(len(connected) / connecting)}
    facts |= {f"{name}_kib_per_connection": round(size / share / 1024, 1) for name, size in held.items()}
    spent = {name: busy(pid) for name, pid in stage.servers.items()}
    async with Client(stage.urls[0], stage.tokens) as client:
        times = poisson(rate, seconds, random.Random(2))  # noqa: S311 - the same each time
        posts = await client.offer(loop.time() + _AHEAD, times)
        await _settled(arrivals)
    elapsed = loop.time() - posts[0].due
    facts |= {f"{name}_cores": round((busy(pid) - spent[name]) / elapsed, 2) for name, pid in stage.servers.items()}
    facts |= _figures(stage, posts, arrivals) | {"posts_per_second": round(len(posts) / seconds, 1)}
    for listener in connected:
        listener.close()
    return facts


async def _settled(arrivals: listeners.Arrivals) -> None:
    """Wait until nothing has come for a while."""
    loop = asyncio.get_running_loop()
    count, since = -1, loop.time()
    while loop.time() - since < _SETTLED_SECONDS:
        if len(arrivals.times) != count:
            count, since = len(arrivals.times), loop.time()
        await asyncio.sleep(0.1)


def _figures(stage: Stage, posts: Sequence[Sent], arrivals: listeners.Arrivals) -> dict[str, object]:
    due = {post.post_id: post.due for post in posts if post.post_id}
    authors = {post.post_id: number % len(stage.tokens) for number, post in enumerate(posts)}
    told: dict[int, set[int]] = {post_id: set() for post_id in due}
    doubled, waits = 0, []
    for post_id, listener, time in zip(arrivals.post_ids, arrivals.listeners, arrivals.times, strict=True):
        if post_id in due:
            doubled += listener in told[post_id]
            told[post_id].add(listener)
            waits.append(time - due[post_id])
    expected = {post_id: stage.followers[authors[post_id]] for post_id in due}
    return (
        {
            "posts": len(posts),
            "refused": len(posts) - len(due),
            "deliveries": len(waits),
            "deliveries_lost": sum(len(expected[post_id] - told[post_id]) for post_id in due),
            "deliveries_doubled": doubled,
            "deliveries_to_others": sum(len(told[post_id] - expected[post_id]) for post_id in due),
            "connections_lost": arrivals.closed,
        }
        | _spread("answer", [post.answered - post.due for post in posts])
        | _spread("delivery", waits)
    )


def _spread(name: str, waits: list[float]) -> dict[str, object]:
    waits.sort()
    return {
        f"{name}_ms_p50": round(waits[len(waits) // 2] * 1000, 1),
        f"{name}_ms_p99": round(waits[int(len(waits) * 0.99)] * 1000, 1),
        f"{name}_ms_max": round(waits[-1] * 1000, 1),
    }


def resident(pid: int) -> int:
    """Return the bytes of memory that a process and its children hold."""
    total = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/statm").read_text("ascii").split()
        total += int(fields[1]) * resource.getpagesize()
    return total


def busy(pid: int) -> float:
    """Return the seconds that a process and its children have run."""
    return sum(map(harness.core_seconds, family(pid)))


def family(pid: int) -> list[int]:
    """Return a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *map(int, children)]


def _allow_files(count: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != most < count:
        raise StartRefused(f"This needs {count} open files, and {most} are allowed; `ulimit -n` says how many.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, most))
