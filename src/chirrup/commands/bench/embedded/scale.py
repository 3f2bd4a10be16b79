"""Home reads of instances of different sizes, loaded in turn, so that what else the machine does hits all alike."""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import regex

from chirrup.commands.bench import harness
from chirrup.commands.bench.embedded import community
from chirrup.commands.bench.embedded.peopling import people

_REBUILDS = regex.compile(rb"^chirrup_timeline_rebuilds_total (\S+)", regex.MULTILINE)
_ANONYMOUS = regex.compile(r"RssAnon:\s+(\d+) kB")
_SCRIPT = """
local warm, cold, every = {%s}, {%s}, %d
local made, reads, next_cold = {}, 0, 0
local function get(token)
  made[token] = made[token] or wrk.format("GET", "/api/v1/feed", {["Authorization"] = "Bearer " .. token})
  return made[token]
end
request = function()
  reads = reads + 1
  if every > 0 and reads %% every == 0 and next_cold < #cold then
    next_cold = next_cold + 1
    return get(cold[next_cold])
  end
  return get(warm[math.random(#warm)])
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What each instance is like, and how it is loaded."""

    mean_follows: float
    days: float
    readers: int
    cold: float
    """The share of the reads by somebody without a timeline."""
    rounds: int
    seconds: int


@dataclass
class _Instance:
    """One size, and what was measured."""

    url: str
    process: subprocess.Popen[bytes]
    warm: Sequence[str]
    cold: Sequence[Sequence[str]]
    """The tokens for each round."""
    started: float
    first: list[float] = field(default_factory=list)
    loads: list[tuple[float, float, float]] = field(default_factory=list)
    rebuilds: float = 0.0


def scale(sizes: Sequence[int], plan: Plan, keep: Path | None) -> Mapping[str, object]:
    """Write the instances, or take those that are there; run a server of each, and load these in turn."""
    with ExitStack() as servers:
        folder = keep or Path(servers.enter_context(tempfile.TemporaryDirectory(dir=Path.cwd())))
        folder.mkdir(parents=True, exist_ok=True)
        instances = {size: servers.enter_context(_running(folder / _name(size, plan), size, plan)) for size in sizes}
        for instance in instances.values():
            _warm(instance)
        for number in range(plan.rounds):
            for instance in instances.values():
                _load(instance, number, plan, folder / "reads.lua")
        facts: dict[str, object] = {"readers": plan.readers}
        for size, instance in instances.items():
            facts |= {f"{name}_at_{size}": value for name, value in _facts(instance, plan).items()}
        tails = {size: statistics.median(tail for _, _, tail in instances[size].loads) for size in sizes}
        facts["p99_ratio"] = round(max(tails.values()) / min(tails.values()), 2)
        facts["p99_largest_over_smallest"] = round(tails[max(sizes)] / tails[min(sizes)], 2)
        return facts


def _name(size: int, plan: Plan) -> str:
    return f"accounts{size}-follows{plan.mean_follows:g}-days{plan.days:g}"


@contextmanager
def _running(data_dir: Path, size: int, plan: Plan) -> Iterator[_Instance]:
    found = people(data_dir, size, plan.mean_follows, plan.days)
    # in a small instance not so many people read
    warm = min(plan.readers, len(found) // 2)
    tokens = community.sign_in(data_dir, found[: 2 * warm])
    rest = tokens[warm:]
    share = max(1, len(rest) // plan.rounds)
    cold = [rest[number * share : (number + 1) * share] for number in range(plan.rounds)]
    began = time.perf_counter()
    with community.serving(data_dir) as (url, process):
        yield _Instance(url, process, tokens[:warm], cold, time.perf_counter() - began)


def _warm(instance: _Instance) -> None:
    """Have each of the warm readers read, one after another, over connections of their own."""
    for token in instance.warm:
        began = time.perf_counter()
        harness.get(f"{instance.url}/api/v1/feed", {"Authorization": f"Bearer {token}"})
        instance.first.append(time.perf_counter() - began)


def _load(instance: _Instance, number: int, plan: Plan, script: Path) -> None:
    every = round(1 / plan.cold) if plan.cold else 0
    lists = [", ".join(f'"{token}"' for token in tokens) for tokens in (instance.warm, instance.cold[number])]
    script.write_text(_SCRIPT % (*lists, every))
    before = _rebuilds(instance)
    instance.loads.append(harness.wrk(f"{instance.url}/api/v1/feed", {}, plan.seconds, script=script))
    instance.rebuilds += _rebuilds(instance) - before


def _rebuilds(instance: _Instance) -> float:
    found = _REBUILDS.search(harness.get(f"{instance.url}/metrics", {}))
    return float(found[1]) if found else 0.0


def _facts(instance: _Instance, plan: Plan) -> dict[str, object]:
    rates, middles, tails = zip(*instance.loads, strict=True)
    first = statistics.quantiles(instance.first, n=100)
    memory = _ANONYMOUS.search(Path(f"/proc/{instance.process.pid}/status").read_text())
    return {
        "start_s": round(instance.started, 2),
        "warm_readers": len(instance.warm),
        "first_read_ms_p50": round(first[49] * 1000, 2),
        "first_read_ms_p99": round(first[98] * 1000, 2),
        "reads_per_second": round(statistics.median(rates)),
        "ms_p50": round(statistics.median(middles) * 1000, 2),
        "ms_p99": round(statistics.median(tails) * 1000, 2),
        "cold_share": round(instance.rebuilds / (sum(rates) * plan.seconds), 4),
        "memory_mib": round(int(memory[1]) / 1024) if memory else None,
    }
