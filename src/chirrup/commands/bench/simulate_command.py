"""What `chirrup bench simulate` does once numpy and matplotlib are there."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from chirrup.commands.bench import (
    follow_graph,
    harness,
    simulate_charts,
    simulate_page,
    simulate_rates,
    simulate_tables,
)
from chirrup.commands.bench.population import Law
from chirrup.commands.bench.simulate_demand import Habits, groups, groups_of, of_law, people
from chirrup.commands.bench.simulate_outlook import Plan, simulated
from chirrup.commands.bench.simulate_plan import Shape, cores, machines, volumes
from chirrup.settings import Settings

_SEED = 1


def simulate(
    users: int,
    graph: str | None,
    wishes: Mapping[str, Any],
    rates: Path,
    refresh: str,
    to: Path | None,
    *,
    as_json: bool,
) -> None:
    """Make the plan; print it, or write it into a page."""
    if refresh:
        simulate_rates.save(simulate_rates.refreshed(simulate_rates.load(rates), rates.parent, refresh), rates)
    plan = plan_for(users, graph, wishes, simulate_rates.load(rates))
    if as_json:
        harness.report(facts(plan), as_json=True)
        return
    delays = simulated(plan)
    tables = simulate_tables.sections(plan, delays)
    if to is None:
        typer.echo("\n\n".join(tables.values()))
    else:
        to.write_text(simulate_page.fill(to.read_text("utf-8"), tables), "utf-8")
        simulate_charts.plots(plan, delays, to.parent.parent / "images" / "figures")


def plan_for(users: int, graph: str | None, wishes: Mapping[str, Any], kept: simulate_rates.RateFile) -> Plan:
    """Return the plan for so many daily users of a community by the law, or in the proportions of a graph."""
    settings = Settings()
    habits = Habits(**wishes, chunk=settings.fanout_chunk, ttl_hours=settings.timeline_ttl_hours)
    law = Law()
    if graph is None:
        shares = of_law(law, habits.ttl_hours)
        awake = groups(users, shares, law)
    else:
        sample, _ = follow_graph.load(graph, law, _SEED)
        shares = people(sample, habits.ttl_hours)
        law = Law(follows=float(sample.followers.mean()), awake=float((sample.reads > 0).mean()))
        awake = groups_of(sample, users, shares)
    return Plan(
        daily=users, shares=shares, law=law, awake=awake, habits=habits, rates=simulate_rates.in_seconds(kept),
        kept=kept, shape=Shape(), size=settings.timeline_size,
    )  # fmt: skip


def facts(plan: Plan) -> dict[str, object]:
    """Return the plan as numbers."""
    asked = plan.asked()
    found = plan.parts(asked)
    on = machines(found, plan.shape)
    return {
        "asked": asdict(asked),
        "peak": plan.shape.peak,
        "busy_cores": asdict(cores(asked, plan.rates, plan.shape)),
        "bytes": asdict(volumes(asked, plan.rates, plan.shape, plan.size)),
        "parts": {part.name: {"needed": part.needed, "count": part.count} for part in found},
        "machines": asdict(on) | {"all": on.all},
    }
