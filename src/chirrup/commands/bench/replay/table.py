"""The replays of `chirrup bench edges`, side by side, each held against a fixed threshold."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from chirrup.commands.bench import follow_graph
from chirrup.commands.bench.population import Law, community
from chirrup.commands.bench.replay import counting, policies
from chirrup.commands.bench.replay.costs import CLUSTER, Costs, measure
from chirrup.commands.bench.replay.counting import Counted, Priced
from chirrup.commands.bench.replay.policies import Rule, Run, Scene
from chirrup.commands.bench.replay.workload import reached, workload

_DAYS = 1.0
_TTL_DAYS = 3.0
"""The default of `timeline_ttl_hours`."""
_THRESHOLDS = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
_MARGINS = (1.0, 3.0, 10.0)
_LESS = 0.8
_SLOWER = 1.05
"""Clearly better is a fifth less work, while the slowest of a hundred reads takes no more, but for 5 %, and the
longest fan-out is no longer."""


_COLUMNS = (
    f"{'':42}{'visits':>12}{'deliveries':>12}{'longest':>9}{'pulled':>8}{'merged':>8}{'p99':>6}{'memory':>8}"
    " | embedded: work  read p99 | cluster: work  read p99"
)


class Against(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy takes of what the fixed threshold does, by one set of costs."""

    work: float
    """Pushing and merging."""
    server: float
    """All that the server does, but for HTTP."""
    read_p99: float
    longest: float
    memory: float
    better: bool
    """Whether clearly."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One policy in one replay."""

    policy: str
    counted: Counted
    embedded: Priced
    cluster: Priced
    embedded_ratio: Against
    cluster_ratio: Against


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """All policies over one workload."""

    seed: int
    reads_per_post: float
    accounts: int
    follows: int
    posts: int
    reads: int
    reached_share: float
    """The share of the visited followers who have a timeline."""
    lines: list[Line]
    by_edge_embedded_s: float
    """The lower bound: each follow pushed or pulled as is cheaper, in hindsight."""
    by_edge_cluster_s: float


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The costs, and the replays that they weigh."""

    threshold: int
    embedded: Costs
    cluster: Costs
    replays: list[Replay]


def replay(
    accounts: int, follows: float, graph: Path | None, seeds: list[int], ratios: list[float], threshold: int
) -> Found:
    """Measure the costs, and replay a day for each seed and each number of reads for a post."""
    embedded = measure()
    replays = [
        _replay(Law(follows=follows, reads=Law().posts * ratio), accounts, graph, seed, threshold, embedded)
        for seed in seeds
        for ratio in ratios
    ]
    return Found(threshold=threshold, embedded=embedded, cluster=CLUSTER, replays=replays)


def _replay(law: Law, accounts: int, graph: Path | None, seed: int, threshold: int, embedded: Costs) -> Replay:
    if graph is None:
        people = community(accounts, law, seed)
        follows = follow_graph.draw(people, seed)
    else:
        people, follows = follow_graph.load(str(graph), law, seed)
    load = workload(people, _DAYS, _TTL_DAYS, seed)
    scene = policies.scene(follows, load, reached(load, follows))
    basis = _weighed(scene, policies.fixed(scene, scene.followers > threshold), embedded)
    return Replay(
        seed=seed,
        reads_per_post=round(law.reads / law.posts, 2),
        accounts=people.accounts,
        follows=len(follows.followers),
        posts=len(load.authors),
        reads=len(load.readers),
        reached_share=round(scene.share, 3),
        lines=[_line(name, _weighed(scene, run, embedded), basis) for name, run in _runs(scene, threshold, embedded)],
        by_edge_embedded_s=round(policies.best_by_edge(scene, embedded)[0] / 1e6, 3),
        by_edge_cluster_s=round(policies.best_by_edge(scene, CLUSTER)[0] / 1e6, 3),
    )


def _runs(scene: Scene, threshold: int, embedded: Costs) -> Iterator[tuple[str, Run]]:
    nobody = np.zeros(scene.graph.accounts, np.bool_)
    yield "push-only", policies.fixed(scene, nobody)
    yield "pull-only", policies.fixed(scene, ~nobody)
    for followers in sorted({*_THRESHOLDS, threshold}):
        yield f"fixed {followers}", policies.fixed(scene, scene.followers > followers)
    for name, costs in (("embedded", embedded), ("cluster", CLUSTER)):
        for cap in (np.inf, float(threshold)):
            kind = f"{name}, capped" if np.isfinite(cap) else name
            for margin in _MARGINS:
                rule = Rule(costs=costs, cap=cap, margin=margin)
                yield f"adaptive by {kind}, margin {margin:g}", policies.adaptive(scene, rule)
            yield f"best by {kind}", policies.fixed(scene, policies.best_in_hindsight(scene, costs, cap))


_Weighed = tuple[Counted, Priced, Priced]


def _weighed(scene: Scene, run: Run, embedded: Costs) -> _Weighed:
    counted = counting.count(scene, run)
    return (
        counted,
        counting.price(scene, run, counted, embedded),
        counting.price(scene, run, counted, CLUSTER),
    )


def _line(policy: str, ours: _Weighed, basis: _Weighed) -> Line:
    counted, embedded, cluster = ours
    return Line(
        policy=policy,
        counted=counted,
        embedded=embedded,
        cluster=cluster,
        embedded_ratio=_against(counted, embedded, basis[0], basis[1]),
        cluster_ratio=_against(counted, cluster, basis[0], basis[2]),
    )


def _against(counted: Counted, priced: Priced, fixed: Counted, fixed_priced: Priced) -> Against:
    work = _ratio(priced.work_s, fixed_priced.work_s)
    read = _ratio(priced.read_us_p99, fixed_priced.read_us_p99)
    longest = _ratio(counted.longest, fixed.longest)
    return Against(
        work=work,
        server=_ratio(priced.server_s, fixed_priced.server_s),
        read_p99=read,
        longest=longest,
        memory=_ratio(counted.timeline_ids, fixed.timeline_ids),
        better=work <= _LESS and read <= _SLOWER and longest <= 1.0,
    )


def _ratio(ours: float, theirs: float) -> float:
    return round(ours / theirs, 3) if theirs else 1.0 if not ours else float("inf")


def as_json(found: Found) -> str:
    """Return all that was found."""
    return msgspec.json.encode(found).decode()


def as_text(found: Found) -> str:
    """Return tables to read: each policy, as ratios to the fixed threshold."""
    lines = [f"{name:12} {msgspec.to_builtins(costs)}" for name, costs in _costs(found)]
    for one in found.replays:
        lines += ["", _heading(one, found.threshold), _COLUMNS, *map(_text, one.lines), _bound(one)]
    return "\n".join(lines)


def _heading(one: Replay, threshold: int) -> str:
    return (
        f"seed {one.seed}, {one.reads_per_post:g} reads a post: {one.accounts:,} accounts, {one.follows:,} follows,"
        f" {one.posts:,} posts, {one.reads:,} reads; as ratios to a fixed threshold of {threshold:,}"
    )


def _bound(one: Replay) -> str:
    seconds = f"{one.by_edge_embedded_s} s embedded, {one.by_edge_cluster_s} s in a cluster"
    return f"each follow as is cheaper, in hindsight: {seconds}"


def _costs(found: Found) -> tuple[tuple[str, Costs], tuple[str, Costs]]:
    return ("embedded, µs", found.embedded), ("cluster, µs", found.cluster)


def _text(line: Line) -> str:
    counted, ours, cluster = line.counted, line.embedded_ratio, line.cluster_ratio
    return (
        f"{line.policy:42}{counted.visits:12,}{counted.deliveries:12,}{counted.longest:9,}{counted.pulled_accounts:8,}"
        f"{counted.merged_mean:8.1f}{counted.merged_p99:6}{ours.memory:8.2f} | {ours.work:14.2f}{ours.read_p99:10.2f}"
        f"{' *' if ours.better else '  '}| {cluster.work:13.2f}{cluster.read_p99:10.2f}{' *' if cluster.better else ''}"
    )
