"""The tables of the capacity plan, in Markdown."""

from collections.abc import Sequence

from chirrup.commands.bench.drawing import short
from chirrup.commands.bench.simulate_lanes import percentile
from chirrup.commands.bench.simulate_outlook import LARGE, SMALL, Plan, Simulated, apart, carried, with_threshold
from chirrup.commands.bench.simulate_plan import (
    GIB,
    TB,
    cores,
    embedded_suffices,
    machines,
    needed,
    redis_memory,
    volumes,
)

SIZES = (10_000, 100_000, 1_000_000, 10_000_000, 200_000_000)
THRESHOLDS = (100, 1_000, 10_000, 100_000, 1_000_000, 100_000_000)
_DAY = 86_400.0
_BEYOND = 0.99e9


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def sections(plan: Plan, found: Simulated) -> dict[str, str]:
    """Return the tables by the names of their places."""
    return {
        "demand": _demand(plan), "needs": _needs(plan), "sizes": _sizes(plan), "ladder": _ladder(plan),
        "threshold": _thresholds(plan), "delay": _delay(plan, found), "assumptions": _assumptions(plan),
        "rates": _rates(plan),
    }  # fmt: skip


def _demand(plan: Plan) -> str:
    asked, peak = plan.asked(), plan.shape.peak
    bytes_ = volumes(asked, plan.rates, plan.shape, plan.size)
    rates = [
        ("home reads", asked.reads),
        ("posts", asked.posts),
        ("further chunks of followers", asked.steps),
        ("follower visits", asked.visits),
        ("deliveries into existing timelines", asked.deliveries),
        ("timelines built anew", asked.rebuilds),
    ]
    held = [
        ("accounts", _number(asked.accounts)),
        ("follows", _number(asked.follows)),
        ("timelines that exist", _number(asked.timelines)),
        ("accounts above the threshold", _number(asked.giants)),
        ("authors merged by the average read", _number(asked.merged)),
        ("timelines in Redis, one copy", _bytes(bytes_.timelines)),
        ("rows of accounts and follows", _bytes(bytes_.rows_at_start)),
        ("rows of posts, a day", f"{_number(asked.posts * _DAY)} rows, {_bytes(bytes_.rows_a_day)}"),
        ("Kafka at the peak, copies included", f"{_bytes(bytes_.kafka)}/s"),
        ("pages of the home timeline at the peak", f"{_bytes(bytes_.answers)}/s"),
    ]
    return "\n\n".join([
        table(["each second", "mean", "peak"], [(name, _number(each), _number(each * peak)) for name, each in rates]),
        table(["in all", ""], held),
    ])  # fmt: skip


def _needs(plan: Plan) -> str:
    found = [part for part in plan.parts(plan.asked()) if part.profile == "cluster"]
    on = machines(found, plan.shape)
    rows = [(part.name, part.unit, f"{part.count:,}", part.bound_by) for part in found if part.sharable]
    primary = needed(found, "PostgreSQL primary")
    rows.append(("PostgreSQL shards (planned)", "machine, and its standby", f"{primary.count:,}", primary.bound_by))
    kinds = [
        ("API", on.api), ("workers", on.workers), ("Redis, with replicas", on.redis),
        ("PostgreSQL primaries and standbys", on.primaries), ("PostgreSQL replicas", on.replicas),
        ("Kafka", on.brokers), ("**all**", on.all),
    ]  # fmt: skip
    return "\n\n".join([
        table(["part", "one of it", "needed", "bound by"], rows),
        table(["machines for", ""], [(name, f"{count:,}") for name, count in kinds]),
    ])  # fmt: skip


def _sizes(plan: Plan) -> str:
    heads = ["daily users", "home reads/s", "posts/s", "visits/s", "runs on", "Redis primaries", "outgrown"]
    return table(heads, [_size(plan, daily) for daily in SIZES])


def _size(plan: Plan, daily: float) -> list[str]:
    asked, peak = plan.asked_by(daily), plan.shape.peak
    found = plan.parts(asked)
    row = [_number(each) for each in (daily, asked.reads * peak, asked.posts * peak, asked.visits * peak)]
    if embedded_suffices(found):
        busy = cores(asked, plan.rates, plan.shape).embedded
        return [*row, f"one process, {busy:.1%} of a core", "–", "nothing"]
    count = {part.name: f"{part.count:,}" for part in found}
    outgrown = [part.name for part in found if part.count > 1 and not part.sharable and part.profile == "cluster"]
    on = f"{machines(found, plan.shape).all:,} machines: {count['API processes']} API, {count['workers']} workers"
    return [*row, on, count["Redis primaries"], ", ".join(["embedded server", *outgrown])]


def _ladder(plan: Plan) -> str:
    daily = carried(plan)
    rows = []
    for part in sorted(plan.parts(plan.asked()), key=lambda part: daily[part.name]):
        name = f"one of the {part.name}" if part.sharable else part.name
        most = _number(daily[part.name]) if daily[part.name] < _BEYOND else "more than 1 G"
        rows.append([name, part.bound_by, most, part.then])
    return table(["part", "bound by", "suffices up to daily users", "then"], rows)


def _thresholds(plan: Plan) -> str:
    rows = []
    for threshold in THRESHOLDS:
        asked, pushing, merging = with_threshold(plan, threshold)
        name = f"**{threshold:,}**" if threshold == plan.habits.threshold else f"{threshold:,}"
        rows.append([
            name, _number(asked.giants), _number(asked.visits), _number(asked.merged), _number(pushing),
            _number(merging), _number(pushing + merging),
        ])  # fmt: skip
    return table(
        ["threshold, followers", "accounts above", "visits/s", "merged by a read", "cores for pushing",
         "cores for merging", "together"], rows,
    )  # fmt: skip


def _delay(plan: Plan, found: Simulated) -> str:
    rows = []
    for load, each in found:
        small, large = apart(plan, each)
        columns = [percentile(group, share) for group in (small, large) for share in (0.5, 0.99)]
        rows.append([f"{load:.0%}", *(f"{delay * 1000:,.0f} ms" for delay in columns)])
    few, many = f"up to {SMALL:,} followers", f"{plan.habits.threshold * LARGE:,.0f} to {plan.habits.threshold:,}"
    return table(["workers busy", f"{few}: median", "p99", f"{many}: median", "p99"], rows)


def _assumptions(plan: Plan) -> str:
    shape, shares, habits = plan.shape, plan.shares, plan.habits
    rows = {
        "a daily user": f"{habits.reads:g} home reads and {habits.writes:g} writes a day; each write counts as a post",
        "accounts for each daily user": f"{shares.accounts:.1f}, of which {plan.law.awake:.0%} come in a month",
        "timelines for each daily user": f"{shares.timelines:.2f}: who read within {habits.ttl_hours:g} hours",
        "follows of an account": f"{plan.law.follows:g} on average, {shares.followees:.0f} of the average reader",
        "followers who have a timeline": f"{shares.reached:.0%}",
        "fan-out": f"threshold {habits.threshold:,} followers, chunks of {habits.chunk:,}",
        "a timeline": f"{plan.size} ids",
        "the peak": f"{shape.peak:g} times the mean",
        "a machine": f"{shape.cores} cores, {shape.memory / GIB:.0f} GiB, {shape.disk / TB:g} TB of disk,"
        f" {shape.network * 8 / 1e9:g} Gbit/s",
        "how full it may be at the peak": f"cores {shape.core_share:.0%}, network {shape.network_share:.0%},"
        f" disk {shape.disk_share:.0%}",
        "a Redis process": f"one core, {redis_memory(shape) / GIB:.0f} GiB, at most {shape.memory_share:.0%} of it"
        " timelines; one replica each",
        "posts on the primaries' disks": f"{shape.kept_days} days",
        "copies in Kafka": f"{shape.kafka_copies}",
    }
    return table(["what", "how much"], list(rows.items()))


def _rates(plan: Plan) -> str:
    units = {"us": "µs of a core", "ms": "ms", "bytes": "bytes"}
    rows = [
        (rate.what, f"{short(rate.value)} {units[rate.unit]}", f"`{rate.command}`, `{rate.fact}`")
        for rate in plan.kept.rates.values()
    ]
    return f"{plan.kept.taken}\n\n{table(['for each', 'measured', 'by'], rows)}"


def _number(value: float) -> str:
    return short(value) if value >= 1 else f"{value:.2g}"


def _bytes(value: float) -> str:
    for size, unit in ((1e15, "PB"), (TB, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.0f} B"
