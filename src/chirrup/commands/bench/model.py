"""`chirrup bench model`: random histories, whose every page of every home timeline has to be a naive oracle's."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.bench.judge.acts import AnyAct, Fault, read_history, written
from chirrup.commands.bench.judge.chance import random_history
from chirrup.commands.bench.judge.community import Difference
from chirrup.commands.bench.judge.player import Tally, play
from chirrup.commands.bench.judge.shrink import shortened
from chirrup.commands.bench.judge.stage import Stage, embedded_stage
from chirrup.commands.options import JsonOption, ProfileOption
from chirrup.platform.telemetry import configure_logging

_STAGE_LASTS = 200
"""Histories after which the processes and their data are made anew."""

Stages = Callable[[], AbstractContextManager[Stage]]


@dataclass
class Verdict:
    """What a run of histories has shown."""

    tally: Tally = field(default_factory=Tally)
    histories: int = 0
    difference: str = ""
    seed: str = ""
    """Of the history that showed the difference."""
    acts: Sequence[AnyAct] = ()
    """Such a history, as short as it could be made."""


def model(
    histories: Annotated[int, typer.Option(help="How many histories to play.", min=1)] = 100,
    seed: Annotated[int, typer.Option(help="What the histories are made from; each also has a number of its own.")] = 1,
    steps: Annotated[int, typer.Option(help="How many acts a history has at least.", min=1)] = 60,
    replay: Annotated[Path | None, typer.Option(help="Play the history of this file instead.")] = None,
    keep: Annotated[Path, typer.Option(help="Where to write a history that shows a difference.")] = Path(
        "history.json"
    ),
    shrink: Annotated[int, typer.Option(help="How many seconds to spend on making it shorter.", min=0)] = 120,
    kafka: Annotated[bool, typer.Option(help="Have Kafka carry the events of the cluster; else Redis does.")] = False,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Play random histories of people and of faults, and compare all pages with a naive oracle's.

    A history that shows a difference is made shorter and written to a file, and the exit code is 1.
    """
    # a fault under test is no news; one that is looked at is
    configure_logging("warning" if replay else "critical")
    cluster = harness.for_profile(profile, "model")
    stages: Stages = (
        (lambda: cluster.stage("kafka" if kafka else "redis", log=replay is not None)) if cluster else embedded_stage
    )
    started = time.perf_counter()
    if replay is not None:
        verdict = judge(stages, [(str(replay), read_history(replay).acts)], shrink)
    else:
        seeds = [f"{seed}/{number}" for number in range(histories)]
        made = ((one, random_history(one, steps, cluster=cluster is not None)) for one in seeds)
        verdict = judge(stages, made, shrink)
    facts = facts_of(verdict, time.perf_counter() - started)
    if verdict.difference:
        command = f"chirrup bench model --replay {keep}{' --profile cluster' if cluster else ''}"
        keep.write_text(written(f"{verdict.difference} (seed {verdict.seed})", verdict.acts), "utf-8")
        facts |= {
            "difference": verdict.difference,
            "seed": verdict.seed,
            "shortest": len(verdict.acts),
            "again": command,
        }
    harness.report(facts, as_json=as_json)
    if verdict.difference:
        raise typer.Exit(1)


def judge(stages: Stages, histories: Iterable[tuple[str, Sequence[AnyAct]]], patience: float) -> Verdict:
    """Play histories, each with its seed, up to the first that shows a difference; make that one shorter."""
    verdict = Verdict()
    left = iter(histories)
    while not verdict.difference and (some := list(islice(left, _STAGE_LASTS))):
        with stages() as stage:
            for seed, history in some:
                verdict.histories += 1
                verdict.difference = fault_of(stage, history, verdict.tally)
                if verdict.difference:
                    verdict.seed, verdict.acts = seed, history
                    break
    if verdict.difference:
        _make_short(stages, verdict, patience)
    return verdict


def fault_of(stage: Stage, history: Sequence[AnyAct], tally: Tally | None = None) -> str:
    """Play a history; return what was wrong, or nothing."""
    try:
        play(stage, history, tally)
    except Difference as difference:
        return str(difference)
    except Exception as error:  # noqa: BLE001 - whatever the application raises is what is looked for
        return f"{type(error).__name__}: {error}"
    return ""


def _make_short(stages: Stages, verdict: Verdict, patience: float) -> None:
    deadline = time.monotonic() + patience

    def fails(history: Sequence[AnyAct]) -> bool:
        if time.monotonic() > deadline:
            return False
        # a stage of its own each time, since a fault may leave one in disorder
        with stages() as stage:
            difference = fault_of(stage, history)
        verdict.difference = difference or verdict.difference
        return bool(difference)

    verdict.acts = shortened(verdict.acts, fails)


def facts_of(verdict: Verdict, seconds: float) -> dict[str, object]:
    """Return what there is to tell of a run."""
    done = verdict.tally.acts
    faults = {kind.__struct_config__.tag for kind in Fault.__subclasses__()}
    kinds: Counter[str] = Counter(dict(sorted(done.items())))
    return {
        "histories": verdict.histories,
        "acts": done.total(),
        "pages": verdict.tally.counted["pages"],
        "seconds": round(seconds, 1),
        **{f"act_{name}": times for name, times in kinds.items() if name not in faults},
        **{f"fault_{name}": times for name, times in kinds.items() if name in faults},
    }
