"""What pushing and merging cost: measured in this process with the server's own code, or as measured of a cluster."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from pathlib import Path

import msgspec

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application
from chirrup.bootstrap.adapters import CACHE_SIZES
from chirrup.commands.bench import harness
from chirrup.graph.store import GraphStore
from chirrup.platform.errors import Unavailable
from chirrup.platform.ids import MAX_ID
from chirrup.platform.ports import Timeline
from chirrup.posts import Draft
from chirrup.timelines.models import Pulled

_CROWD = 8_000
"""Followers of one author: below the default threshold, in eight chunks."""
_FOLLOWEES = 200
_POSTS = 2_000
_ROUNDS = 5
_PAGE = 20


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """Microseconds of a core."""

    visit: float
    """To read a follower and look whether there is a timeline; with the events and transactions that takes."""
    delivery: float
    """More than that, where there is one; with putting it in order later."""
    merge: float
    """For one more author whose posts are merged at a read."""
    look: float
    """For one more author who is pulled, whom the reader does not follow."""
    reload: float
    """To read an author's recent posts anew, once a post, where they are merged."""
    rebuild: float
    """To build a timeline at read."""
    read: float
    """A warm read, nothing merged."""
    post: float
    """To publish a post, and to handle it but for the fan-out."""
    bytes_per_id: float
    """Of a timeline."""
    cached: int
    """How many authors' recent posts the cache holds."""


CLUSTER = Costs(
    visit=3.7, delivery=0.0, merge=2.1, look=0.03, reload=300.0, rebuild=1000.0, read=133.0, post=400.0,
    bytes_per_id=17.7, cached=10**9,
)  # fmt: skip
"""From docs/reference/performance.md, for all processes together. A visit: 0.6 of the worker and 1.7 of Redis, half of
them deliveries, which are not told apart; 1.4 to read the follower. A merged author: a quarter of what home reads with
four lose; a read: 122 and 11. A post: 2,500/s by one process. The others are assumptions, and are the same whatever is
pushed or merged, but for `look`, which is the embedded server's."""


def measure() -> Costs:
    """Measure the embedded server, in this process, on an instance of its own; takes some seconds."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder) / "data"))


async def _measure(data_dir: Path) -> Costs:
    async with harness.seeding(data_dir) as app:
        lonely, crowded, busy, reader, *others = await harness.add_accounts(app, _names())
        crowd, authors, strangers = others[:_CROWD], others[_CROWD : _CROWD + _FOLLOWEES], others[-_FOLLOWEES * 5 :]
        await _follow(app, [(one, crowded) for one in crowd])
        active = strangers + crowd[len(strangers) :]
        await _follow(app, [(one, busy) for one in active])
        await _follow(app, [(reader, author) for author in authors])
        await harness.together([
            app.posts.publish(Viewer(authors[n % _FOLLOWEES], 0), Draft(text=f"Note {n} from the reeds."))
            for n in range(_POSTS)
        ])  # fmt: skip
        await app.bus.caught_up()
        post = await _least(lambda: _publish(app, lonely, 0))
        visited = await _least(lambda: _publish(app, crowded, _CROWD))
        for owner in active:
            await app.timelines.fill(owner, await app.timelines.open(owner), Timeline(0, 0))
        read_none = await _least(lambda: _get(app, active))
        delivered = await _least(lambda: _publish_and_get(app, busy, active))
        await app.timelines.drop(active)
        reads = await _reads(app, reader, authors, strangers)
    return Costs(
        visit=(visited - post) / _CROWD,
        delivery=max(0.0, (delivered - read_none - visited) / len(active)),
        post=post,
        bytes_per_id=8.0,
        cached=2 * CACHE_SIZES["user:posts"],
        **reads,
    )


async def _reads(app: Application, reader: int, authors: Sequence[int], strangers: Sequence[int]) -> dict[str, float]:
    viewer = Viewer(reader, 0)

    async def page() -> None:
        for _ in range(20):
            await app.home.page(viewer, MAX_ID, _PAGE)

    async def rebuild() -> None:
        await app.timelines.drop([reader])
        await app.home.page(viewer, MAX_ID, _PAGE)

    async def reload() -> None:
        await app.home.cache.delete("user:posts", authors)
        await app.posts.recents(authors)

    plain = await _least(page) / 20
    cold = await _least(rebuild)
    await _pull(app, strangers)
    looking = await _least(page) / 20
    await _pull(app, authors)
    merging = await _least(page) / 20
    return {
        "read": plain,
        "rebuild": max(0.0, cold - plain),
        "look": max(0.0, looking - plain) / len(strangers),
        "merge": max(0.0, merging - looking) / len(authors),
        "reload": await _least(reload) / len(authors),
    }


def _names() -> list[str]:
    return [f"bench{number}" for number in range(4 + _CROWD + _FOLLOWEES + _FOLLOWEES * 5)]


async def _follow(app: Application, pairs: Sequence[tuple[int, int]]) -> None:
    """Make follows, uncounted."""
    store, ids = GraphStore(), count(app.ids.new(0))
    async with app.db.transaction() as tx:
        for follower, followee in pairs:
            await store.insert_follow(tx, next(ids), follower, followee)


async def _pull(app: Application, authors: Sequence[int]) -> None:
    async with app.db.transaction() as tx:
        for author in authors:
            await app.home.tables.set_pulled(tx, author, Pulled(0, 0))
        tx.forget("pulled", 0)


async def _publish(app: Application, author: int, followers: int) -> None:
    """Publish a post, and wait until its fan-out has visited all followers."""
    before = _visits(app)
    await app.posts.publish(Viewer(author, 0), Draft(text="One more note from the reeds."))
    # each step of a fan-out leads to the next, at most as many as there are chunks
    for _ in range(_CROWD // 1000 + 2):
        await app.bus.caught_up()
        if _visits(app) - before == followers:
            return
    raise Unavailable(f"A fan-out has not visited {followers} followers.")


def _visits(app: Application) -> int:
    metrics = app.telemetry.fanout_visits.collect()
    return int(sum(sample.value for metric in metrics for sample in metric.samples if sample.name.endswith("_total")))


async def _get(app: Application, owners: Sequence[int]) -> None:
    for owner in owners:
        await app.timelines.get(owner)


async def _publish_and_get(app: Application, author: int, owners: Sequence[int]) -> None:
    await _publish(app, author, len(owners))
    await _get(app, owners)


async def _least(work: Callable[[], Awaitable[None]]) -> float:
    """Return the fewest microseconds of a core that some work takes, of several times."""
    taken = []
    await work()
    for _ in range(_ROUNDS):
        started = time.process_time()
        await work()
        taken.append(time.process_time() - started)
    return min(taken) * 1e6
