"""What a policy's run comes to: numbers of things, and microseconds of a core."""

import msgspec
import numpy as np

from chirrup.commands.bench.population import Floats
from chirrup.commands.bench.replay.costs import Costs
from chirrup.commands.bench.replay.policies import Run, Scene

_BUILT = 30
"""How many newest posts of each followee a build takes, the default of `rebuild_recent`."""
_HISTORY_DAYS = 30
_RECENT = 200
"""How many ids an author's list of recent posts holds."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the whole time."""

    visits: int
    """Followers that fan-outs visited, catching up included."""
    deliveries: int
    """Timelines that they found."""
    longest: int
    """Followers of the longest fan-out."""
    pulled_accounts: int
    pulled_posts: int
    merged_mean: float
    """Authors merged at a read."""
    merged_p99: int
    rebuilds: int
    switches: int
    timeline_ids: int
    """Ids held at the end, in timelines and in the lists of recent posts of pulled authors."""


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of a core, and what one read takes."""

    push_s: float
    pull_s: float
    rebuild_s: float
    work_s: float
    """Pushing and merging: what a policy decides about."""
    server_s: float
    """All: with reads, posts and rebuilds."""
    read_us_mean: float
    read_us_p99: float
    megabytes: float


def count(scene: Scene, run: Run, size: int = 800) -> Counted:
    """Count what a run did; a timeline holds `size` ids."""
    load = scene.load
    visited = scene.followers[load.authors[run.pushed]]
    belated = sum(int(scene.followers[author]) for author, posts in run.catch_ups if posts)
    belated_deliveries = scene.share * sum(int(scene.followers[author]) * posts for author, posts in run.catch_ups)
    return Counted(
        visits=int(visited.sum()) + belated,
        deliveries=int(scene.reached[run.pushed].sum() + belated_deliveries),
        longest=max(
            int(visited.max(initial=0)), *(int(scene.followers[author]) for author, posts in run.catch_ups if posts), 0
        ),
        pulled_accounts=int(run.pulled.sum()),
        pulled_posts=int(np.count_nonzero(~run.pushed)),
        merged_mean=round(float(run.merged @ np.arange(len(run.merged)) / max(1, run.merged.sum())), 2),
        merged_p99=_quantile(run, 0.99),
        rebuilds=0 if run.pulled.all() else load.rebuilds(),
        switches=run.switches,
        timeline_ids=_held(scene, run, size),
    )


def price(scene: Scene, run: Run, counted: Counted, costs: Costs) -> Priced:
    """Return what a run costs."""
    push = counted.visits * costs.visit + counted.deliveries * costs.delivery
    merged = float(run.merged @ np.arange(len(run.merged)))
    looks = float(scene.reads @ np.minimum(scene.following, counted.pulled_accounts))
    reloads = _misses(run.merges, costs) + counted.pulled_posts
    pull = merged * costs.merge + looks * costs.look + reloads * costs.reload
    rebuild = counted.rebuilds * costs.rebuild
    reads, posts = len(scene.load.readers), len(scene.load.authors)
    return Priced(
        push_s=round(push / 1e6, 3),
        pull_s=round(pull / 1e6, 3),
        rebuild_s=round(rebuild / 1e6, 3),
        work_s=round((push + pull) / 1e6, 3),
        server_s=round((push + pull + rebuild + reads * costs.read + posts * costs.post) / 1e6, 3),
        read_us_mean=round(costs.read + pull / max(1, reads), 1),
        read_us_p99=round(costs.read + counted.merged_p99 * costs.merge, 1),
        megabytes=round(counted.timeline_ids * costs.bytes_per_id / 1e6, 2),
    )


def _misses(merges: Floats, costs: Costs) -> float:
    """Return how many merges find nothing in the cache, if it holds the authors that are merged most."""
    ordered = np.sort(merges)[::-1]
    return float(ordered[costs.cached :].sum())


def _quantile(run: Run, share: float) -> int:
    below = np.cumsum(run.merged)
    return int(np.searchsorted(below, share * below[-1])) if below[-1] else 0


def _held(scene: Scene, run: Run, size: int) -> int:
    """Return how many ids are held at the end, if a build takes nothing of authors that are merged anyway.

    A timeline has what its last build took, of posts of the month before, and what was pushed since.
    """
    history = scene.load.known_posts * _HISTORY_DAYS
    kept = np.where(run.pulled, 0.0, np.minimum(_BUILT, history) + scene.posts)
    holders = scene.load.has_timeline(np.arange(scene.graph.accounts), scene.load.days)
    timelines = np.minimum(size, scene.graph.sums(kept)[holders]).sum()
    return int(timelines + np.minimum(_RECENT, history + scene.posts)[run.pulled].sum())
