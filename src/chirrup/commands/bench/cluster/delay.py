"""`chirrup bench delay --profile cluster`: from the moment at which a post was due until its last follower has it."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import uvloop

from chirrup.bootstrap import Application, open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import crowd, servers, usage
from chirrup.commands.bench.cluster.arrivals import Watch, lacking, watching
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.commands.bench.cluster.open_loop import Client, Sent, poisson
from chirrup.platform.errors import Unavailable
from chirrup.settings import Settings

_GROWTH = 1.4
_STEPS = 24
_KEEPS_UP = 0.9
_DRAINED_WITHIN = 120.0
_AHEAD = 0.05
_SHARES = (50, 90)
# above what is ever late here: an author who is pulled instead of pushed has no delivery that could be timed
_NEVER_LATE = 86_400


@dataclass(frozen=True)
class _Load:
    """What came of an open-loop load."""

    posts: Sequence[Sent]
    due_per_second: float
    """Posts in the second half of the load."""
    delivered_per_second: float
    """What the last follower got in that half."""
    backlog: int
    """How many posts had been published when the load ended, and were not with the last follower."""


def delay(
    followers: int, authors: int, seconds: float, ramp_seconds: float, ramp_from: float, *, as_json: bool
) -> None:  # fmt: skip
    """Post over HTTP to an API process, with one worker process; all share the cores of this machine."""
    threshold = max(Settings().fanout_threshold, followers)
    with throwaway(fanout_threshold=threshold, fanout_late_seconds=_NEVER_LATE) as settings:
        people = asyncio.run(crowd.seed(settings, authors, followers, reading=0))
        processes = asyncio.run(usage.servers(settings))
        with servers.workers(settings) as worker, servers.api(settings, core=None) as (url, api):
            processes |= {"api": usage.Group(api.pid), "worker": usage.Group(worker.pid)}
            facts = uvloop.run(_measure(settings, url, people, processes, seconds, ramp_seconds, ramp_from))
    harness.report({"followers": followers, "authors": authors} | facts | usage.machine(), as_json=as_json)


async def _measure(
    settings: Settings,
    url: str,
    people: crowd.Crowd,
    processes: Mapping[str, usage.Group],
    seconds: float,
    ramp_seconds: float,
    ramp_from: float,
) -> dict[str, object]:
    chance = random.Random(1)  # noqa: S311 - the same arrivals each time
    sampled, last = chance.choice(people.readers[:-1]), people.readers[-1]
    async with (
        open_application(settings) as app,
        Client(url, people.author_tokens) as client,
        watching(app.timelines, [last, sampled]) as (at_last, at_sampled),
    ):
        await _warm_up(client, at_last, len(people.author_tokens))
        capacity = await _capacity(app, client, at_last, ramp_seconds, ramp_from, chance)
        facts: dict[str, object] = {"capacity_posts_per_second": round(capacity, 1)}
        facts["capacity_deliveries_per_second"] = round(capacity * len(people.readers))
        for share in _SHARES:
            times = poisson(capacity * share / 100, seconds, chance)
            spent = usage.Usage()
            with usage.measured(spent, processes):
                load = await _offer(client, at_last, times, seconds)
            await _drain(app)
            post_ids = [post.post_id for post in load.posts if post.post_id]
            at = f"at_{share}"
            facts |= {
                f"{at}_posts": len(times),
                f"{at}_posts_per_second": round(len(times) / seconds, 1),
                f"{at}_refused": len(times) - len(post_ids),
                **_delays(f"{at}_sent", [post.sent - post.due for post in load.posts]),
                **_delays(f"{at}_answered", [post.answered - post.due for post in load.posts]),
                **_delays(f"{at}_to_sampled", _waits(at_sampled, load.posts)),
                **_delays(f"{at}_to_last", _waits(at_last, load.posts)),
                f"{at}_backlog_at_end": load.backlog,
                f"{at}_lost": await lacking(app.timelines, people.readers, post_ids),
                # the others are Kafka, this process, and whatever else the machine is doing
                **{f"{at}_{fact}": cores for fact, cores in spent.cores().items()},
            }
    return facts


async def _warm_up(client: Client, watch: Watch, posts: int) -> None:
    """Wait until the consumers have joined their groups, sessions are known and connections open."""
    loop = asyncio.get_running_loop()
    answers = await asyncio.gather(*(client.post(loop.time()) for _ in range(posts)))
    await _arrived(watch, answers)


async def _capacity(
    app: Application, client: Client, watch: Watch, seconds: float, rate: float, chance: random.Random
) -> float:
    """Return the most posts a second that the last follower got, under loads that grow until one is too much twice."""
    most, failures = 0.0, 0
    for _ in range(_STEPS):
        times = poisson(rate, seconds, chance)
        load = await _offer(client, watch, times, seconds)
        await _drain(app)
        most = max(most, load.delivered_per_second)
        if load.delivered_per_second >= _KEEPS_UP * load.due_per_second:
            rate, failures = rate * _GROWTH, 0
        elif failures:
            return most
        else:
            failures += 1
    raise Unavailable(f"{rate:.0f} posts a second were not yet too much; begin with more.")


async def _offer(client: Client, watch: Watch, times: Sequence[float], seconds: float) -> _Load:
    start = asyncio.get_running_loop().time() + _AHEAD
    posts = await client.offer(start, times)
    await _arrived(watch, posts)
    half, ended = start + seconds / 2, start + seconds
    published = [post for post in posts if post.post_id]
    arrived = [watch.seen[post.post_id] for post in published if post.post_id]
    return _Load(
        posts,
        due_per_second=sum(post.due >= half for post in posts) / (seconds / 2),
        delivered_per_second=sum(half <= time < ended for time in arrived) / (seconds / 2),
        backlog=sum(post.answered < ended <= watch.seen[post.post_id] for post in published if post.post_id),
    )


async def _drain(app: Application) -> None:
    """Wait until nothing of a load is left to do, for other consumers either."""
    async with asyncio.timeout(_DRAINED_WITHIN):
        await app.bus.caught_up()


async def _arrived(watch: Watch, posts: Sequence[Sent]) -> None:
    missing = await watch.wait_for([post.post_id for post in posts if post.post_id], _DRAINED_WITHIN)
    if missing:
        raise Unavailable(f"{missing} posts did not reach the last follower within {_DRAINED_WITHIN:.0f} s.")


def _waits(watch: Watch, posts: Sequence[Sent]) -> list[float]:
    return [watch.seen[post.post_id] - post.due for post in posts if post.post_id in watch.seen]


def _delays(name: str, seconds: Sequence[float]) -> dict[str, object]:
    ordered = sorted(seconds)
    return {
        f"{name}_ms_{label}": round(ordered[int(len(ordered) * part)] * 1000, 1)
        for label, part in (("p50", 0.5), ("p99", 0.99), ("p99_9", 0.999))
    }
