"""The plots of the capacity plan."""

from pathlib import Path

import numpy as np

from chirrup.commands.bench.drawing import Chart, Line, draw
from chirrup.commands.bench.simulate_lanes import percentile
from chirrup.commands.bench.simulate_outlook import SMALL, Plan, Simulated, apart, with_threshold
from chirrup.commands.bench.simulate_plan import needed

_FEWEST, _MOST = 1e4, 2e8


def plots(plan: Plan, simulated: Simulated, folder: Path) -> None:
    """Draw what is needed over the number of daily users, the choice of the threshold, and delays over load."""
    draw([_growth_chart(plan)], folder / "capacity-growth.svg")
    draw([_threshold_chart(plan)], folder / "capacity-threshold.svg")
    draw([_delay_chart(plan, simulated)], folder / "capacity-delay.svg")


def _growth_chart(plan: Plan) -> Chart:
    sizes = [float(size) for size in np.geomspace(_FEWEST, _MOST, 9)]
    found = {size: plan.parts(plan.asked_by(size)) for size in sizes}
    names = ("API processes", "workers", "Redis primaries", "PostgreSQL primary", "PostgreSQL replicas")
    lines = [Line(name, [(size, needed(found[size], name).needed) for size in sizes]) for name in names]
    one = Line("one suffices", [(sizes[0], 1.0), (sizes[-1], 1.0)], is_mark=True)
    return Chart("lines", "", "Daily users", "Needed at the peak", lines=[*lines, one], log="xy")


def _threshold_chart(plan: Plan) -> Chart:
    thresholds = [int(each) for each in np.geomspace(100, 1e8, 25)]
    found = [(each, *with_threshold(plan, each)[1:]) for each in thresholds]
    return Chart(
        "lines", "", "Threshold, followers", "Busy cores at the peak",
        lines=[
            Line("pushing", [(each, pushing) for each, pushing, _ in found]),
            Line("merging", [(each, merging) for each, _, merging in found]),
            Line("together", [(each, pushing + merging) for each, pushing, merging in found]),
        ],
        log="x",
    )  # fmt: skip


def _delay_chart(plan: Plan, simulated: Simulated) -> Chart:
    found = [(load * 100, apart(plan, each)) for load, each in simulated]
    small = [(load, percentile(group, 0.99) * 1000) for load, (group, _) in found]
    large = [(load, percentile(group, 0.99) * 1000) for load, (_, group) in found]
    lines = [Line(f"up to {SMALL:,} followers", small), Line("just below the threshold", large)]
    return Chart("lines", "", "Workers busy, %", "Milliseconds to the last follower, p99", lines=lines)
