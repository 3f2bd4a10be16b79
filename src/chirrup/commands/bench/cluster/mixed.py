"""`chirrup bench mixed --profile cluster`: reads from one API process while a worker pushes to the readers."""

import asyncio
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import crowd, servers, usage
from chirrup.commands.bench.cluster.backlog import Backlog
from chirrup.commands.bench.cluster.home import READING_SCRIPT
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.settings import Settings

_AUTHORS = 20
_READERS = 100
_NEVER_LATE = 86_400


@dataclass
class _Kind:
    """What was measured in one kind of load, by round."""

    reading: bool
    pushing: bool
    reads: list[float] = field(default_factory=list)
    tails: list[float] = field(default_factory=list)
    deliveries: list[float] = field(default_factory=list)
    spent: usage.Usage = field(default_factory=usage.Usage)


def mixed(followers: int, rounds: int, seconds: int, *, as_json: bool) -> None:
    """Load in turn; API, worker and services are on whatever core, wrk on the second."""
    threshold = max(Settings().fanout_threshold, followers)
    kinds = {"reads_alone": _Kind(True, False), "pushes_alone": _Kind(False, True), "both": _Kind(True, True)}
    with (
        throwaway(fanout_threshold=threshold, fanout_late_seconds=_NEVER_LATE) as settings,
        tempfile.TemporaryDirectory() as folder,
    ):
        people = asyncio.run(crowd.seed(settings, _AUTHORS, followers, reading=min(_READERS, followers)))
        script = Path(folder) / "feed.lua"
        script.write_text(READING_SCRIPT % ", ".join(f'"{token}"' for token in people.reader_tokens))
        processes = asyncio.run(usage.servers(settings))
        with servers.workers(settings) as worker, servers.api(settings, core=None) as (url, api):
            processes |= {"api": usage.Group(api.pid), "worker": usage.Group(worker.pid)}
            for token in list(people.reader_tokens) * 2:
                harness.get(f"{url}/api/v1/feed", {"Authorization": f"Bearer {token}"})
            asyncio.run(_measure(settings, people, kinds, url, script, processes, rounds, seconds))
    harness.report({"followers": followers, **_facts(kinds), **usage.machine()}, as_json=as_json)


async def _measure(
    settings: Settings,
    people: crowd.Crowd,
    kinds: Mapping[str, _Kind],
    url: str,
    script: Path,
    processes: Mapping[str, usage.Group],
    rounds: int,
    seconds: int,
) -> None:
    async with open_application(settings) as app:
        backlog = Backlog(app, settings, people.authors, len(people.readers))
        # the consumers have joined their groups once this is through
        await backlog.publish(len(people.authors))
        await backlog.drain()
        for _ in range(rounds):
            for kind in kinds.values():
                async with backlog.kept(wanted=kind.pushing):
                    with usage.measured(kind.spent, processes):
                        await _load(kind, backlog, url, script, seconds)
                await backlog.drain()


async def _load(kind: _Kind, backlog: Backlog, url: str, script: Path, seconds: int) -> None:
    loop = asyncio.get_running_loop()
    started, before = loop.time(), await backlog.delivered()
    if kind.reading:
        with ThreadPoolExecutor(1) as thread:
            rate, _, tail = await loop.run_in_executor(
                thread, lambda: harness.wrk(f"{url}/api/v1/feed", {}, seconds, script=script)
            )
        kind.reads.append(rate)
        kind.tails.append(tail)
    else:
        await asyncio.sleep(seconds)
    if kind.pushing:
        kind.deliveries.append((await backlog.delivered() - before) / (loop.time() - started))


def _facts(kinds: Mapping[str, _Kind]) -> dict[str, object]:
    alone, pushes, both = kinds["reads_alone"], kinds["pushes_alone"], kinds["both"]
    facts: dict[str, object] = {
        "reads_alone_per_second": round(statistics.median(alone.reads)),
        "reads_both_per_second": round(statistics.median(both.reads)),
        "reads_ratio": _ratio(both.reads, alone.reads),
        "reads_alone_ms_p99": round(statistics.median(alone.tails) * 1000, 1),
        "reads_both_ms_p99": round(statistics.median(both.tails) * 1000, 1),
        "reads_p99_ratio": _ratio(both.tails, alone.tails),
        "deliveries_alone_per_second": round(statistics.median(pushes.deliveries)),
        "deliveries_both_per_second": round(statistics.median(both.deliveries)),
        "deliveries_ratio": _ratio(both.deliveries, pushes.deliveries),
    }
    for name, kind in kinds.items():
        # the others are wrk, Kafka, this process, and whatever else the machine is doing
        facts |= {f"{name}_{fact}": cores for fact, cores in kind.spent.cores().items()}
    return facts


def _ratio(these: Sequence[float], those: Sequence[float]) -> float:
    return round(statistics.median(one / other for one, other in zip(these, those, strict=True)), 2)
