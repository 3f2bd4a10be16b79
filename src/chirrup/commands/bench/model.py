"""`chirrup bench model`: random histories, whose every page of every home timeline has to be a naive oracle's."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from chirrup.commands.bench import harness
from chirrup.commands.bench.judge.acts import AnyAct, Fault, History, read_history, written
from chirrup.commands.bench.judge.chance import random_history
from chirrup.commands.bench.judge.community import Difference
from chirrup.commands.bench.judge.player import Tally, play
from chirrup.commands.bench.judge.shrink import shortened
from chirrup.commands.bench.judge.stage import Stage, embedded_stage
from chirrup.commands.options import JsonOption, ProfileOption
from chirrup.platform.telemetry import configure_logging

_STAGE_LASTS = 10
"""Histories after which the processes and their data are made anew, with the other limits."""

Stages = Callable[[bool], AbstractContextManager[Stage]]
"""Opens a stage, with wide limits or narrow ones."""


@dataclass
class Verdict:
    """What a run of histories has shown."""

    tally: Tally = field(default_factory=Tally)
    histories: int = 0
    difference: str = ""
    seed: str = ""
    """Of the history that showed the difference."""
    history: History = field(default_factory=lambda: History(acts=()))
    """It, as short as it could be made."""


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
    bus = "kafka" if kafka else "redis"
    stages: Stages = (
        (lambda wide: cluster.stage(bus, wide=wide, log=replay is not None))
        if cluster
        else (lambda wide: embedded_stage(wide=wide))
    )
    started = time.perf_counter()
    if replay is not None:
        verdict = judge(stages, [(str(replay), read_history(replay))], shrink)
    else:
        verdict = judge(stages, _made_up(seed, histories, steps, cluster=cluster is not None), shrink)
    facts = facts_of(verdict, time.perf_counter() - started)
    if verdict.difference:
        command = f"chirrup bench model --replay {keep}{' --profile cluster' if cluster else ''}"
        about = f"{verdict.difference} (seed {verdict.seed})"
        keep.write_text(written(msgspec.structs.replace(verdict.history, about=about)), "utf-8")
        shortest = len(verdict.history.acts)
        facts |= {"difference": verdict.difference, "seed": verdict.seed, "shortest": shortest, "again": command}
    harness.report(facts, as_json=as_json)
    if verdict.difference:
        raise typer.Exit(1)


def _made_up(seed: int, histories: int, steps: int, *, cluster: bool) -> Iterator[tuple[str, History]]:
    """Yield random histories, each with a seed of its own."""
    for number in range(histories):
        own = f"{seed}/{number}"
        wide = number // _STAGE_LASTS % 2 == 1
        yield own, History(wide=wide, acts=random_history(own, steps, cluster=cluster))


def judge(stages: Stages, histories: Iterable[tuple[str, History]], patience: float) -> Verdict:
    """Play histories, each with its seed, up to the first that shows a difference; make that one shorter."""
    verdict = Verdict()
    left = iter(histories)
    while not verdict.difference and (some := list(islice(left, _STAGE_LASTS))):
        with stages(some[0][1].wide) as stage:
            for seed, history in some:
                verdict.histories += 1
                verdict.difference = fault_of(stage, history.acts, verdict.tally)
                if verdict.difference:
                    verdict.seed, verdict.history = seed, history
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
    wide = verdict.history.wide
    with ExitStack() as stack:
        stage = stack.enter_context(stages(wide))

        def fails(history: Sequence[AnyAct]) -> bool:
            nonlocal stage
            if time.monotonic() > deadline:
                return False
            difference = fault_of(stage, history)
            if difference:
                verdict.difference = difference
                # the fault may have left this one in disorder
                stack.pop_all().close()
                stage = stack.enter_context(stages(wide))
            return bool(difference)

        verdict.history = History(wide=wide, acts=tuple(shortened(verdict.history.acts, fails)))


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
