"""One plan in full: what is asked for, and what follows for other numbers of users, other thresholds, and delays."""

from collections.abc import Sequence

import msgspec
import numpy as np

from chirrup.commands.bench.population import Law, Strata
from chirrup.commands.bench.simulate_demand import Demand, Habits, People, demand, groups
from chirrup.commands.bench.simulate_lanes import Fabric, delays
from chirrup.commands.bench.simulate_plan import PARTITIONS, Part, Shape, parts
from chirrup.commands.bench.simulate_rates import RateFile, Rates

LOADS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
SMALL = 1_000
"""Up to so many followers an account counts as small."""
_CLASSES = 100
_POSTS_SIMULATED = 12_000
_SEED = 1
LARGE = 0.5
"""From which part of the threshold on accounts count as the largest that are pushed."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that the tables and plots are made of."""

    daily: float
    shares: People
    law: Law
    awake: Strata
    habits: Habits
    rates: Rates
    kept: RateFile
    shape: Shape
    size: int
    """How many ids a timeline holds."""

    def asked(self) -> Demand:
        """What the daily users that the plan is for ask for."""
        return demand(self.daily, self.shares, self.awake, self.law.follows, self.habits)

    def asked_by(self, daily: float) -> Demand:
        """What another number of daily users would ask for, by the law."""
        return demand(daily, self.shares, groups(daily, self.shares, self.law), self.law.follows, self.habits)

    def parts(self, asked: Demand) -> list[Part]:
        """What is needed for that."""
        return parts(asked, self.rates, self.shape, self.size)


def carried(plan: Plan) -> dict[str, float]:
    """Return for how many daily users one of each part suffices: what is needed grows not quite evenly with them."""
    sizes = [float(size) for size in np.geomspace(1e3, 1e9, 19)]
    found = [plan.parts(plan.asked_by(size)) for size in sizes]
    return {part.name: _where_one(sizes, [row[number].needed for row in found]) for number, part in enumerate(found[0])}


def _where_one(sizes: Sequence[float], wanted: Sequence[float]) -> float:
    """Return at which size one is wanted, between two sizes by the straight line over logarithms."""
    logs = np.interp(0.0, np.log(np.maximum(wanted, 1e-30)), np.log(sizes))
    return float(np.exp(logs))


def with_threshold(plan: Plan, threshold: int) -> tuple[Demand, float, float]:
    """Return the demand, and the cores that are busy with pushing and with merging at the peak."""
    habits = Habits(
        reads=plan.habits.reads, writes=plan.habits.writes, threshold=threshold, chunk=plan.habits.chunk,
        ttl_hours=plan.habits.ttl_hours,
    )  # fmt: skip
    asked = demand(plan.daily, plan.shares, plan.awake, plan.law.follows, habits)
    rates, peak = plan.rates, plan.shape.peak
    visit = rates.visit_worker + rates.visit_redis + rates.follower_worker + rates.follower_replica
    step = rates.behind_worker + rates.behind_primary + rates.behind_redis
    pushing = (asked.visits * visit + asked.steps * step) * peak
    return asked, pushing, asked.reads * asked.merged * rates.merge_api * peak


Simulated = list[tuple[float, list[tuple[int, float]]]]
"""For each load, how many followers each post's author had, and how many seconds the last of these waited."""


def simulated(plan: Plan) -> Simulated:
    """Return the delays of posts at each load, as (followers, seconds)."""
    pushed = plan.awake.followers <= plan.habits.threshold
    followers, weights = plan.awake.followers[pushed], (plan.awake.accounts * plan.awake.posts)[pushed]
    order = np.argsort(followers)
    # classes of about equal ratios of followers, each with the mean of its posts
    edges = np.geomspace(1.0, plan.habits.threshold + 1.0, _CLASSES)
    kind = np.digitize(followers[order], edges)
    posts = np.bincount(kind, weights[order], _CLASSES + 1)
    mean = np.bincount(kind, (weights * followers)[order], _CLASSES + 1) / np.maximum(posts, 1e-300)
    kinds = [(max(0, round(count)), float(share)) for count, share in zip(mean, posts, strict=True) if share > 0]
    rates = plan.rates
    fabric = Fabric(
        workers=PARTITIONS, lanes=PARTITIONS, chunk=plan.habits.chunk, step=rates.behind_worker,
        visit=rates.visit_worker + rates.follower_worker, hop=rates.hop,
    )  # fmt: skip
    counts, shares = [count for count, _ in kinds], [share for _, share in kinds]
    return [(load, delays(fabric, counts, shares, load, _POSTS_SIMULATED, _SEED)) for load in LOADS]


def apart(plan: Plan, found: list[tuple[int, float]]) -> tuple[list[float], list[float]]:
    """Return the delays of accounts with one chunk of followers, and of the largest that are pushed."""
    small = [delay for count, delay in found if count <= SMALL]
    return small, [delay for count, delay in found if count >= plan.habits.threshold * LARGE]
