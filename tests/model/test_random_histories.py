"""Histories from the judge's own source of chance, the same in every run; and those that once showed a difference."""

from pathlib import Path

import pytest

from chirrup.commands.bench.judge.acts import read_history
from chirrup.commands.bench.judge.chance import random_history
from chirrup.commands.bench.judge.player import play
from chirrup.commands.bench.judge.stage import Stage

KEPT = sorted((Path(__file__).parent / "histories").glob("*.json"))
EMBEDDED, CLUSTER = 10, 6
LENGTH = 60


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_a_history_that_once_showed_a_difference_shows_none(either_stage: Stage, file: Path) -> None:
    play(either_stage, read_history(file).acts)


@pytest.mark.embedded
@pytest.mark.parametrize("number", range(EMBEDDED))
def test_all_pages_of_a_random_history_are_right(either_stage: Stage, number: int) -> None:
    play(either_stage, random_history(f"1/{number}", LENGTH, cluster=False))


@pytest.mark.cluster
@pytest.mark.parametrize("number", range(CLUSTER))
def test_all_pages_of_a_random_history_of_a_cluster_are_right(either_stage: Stage, number: int) -> None:
    play(either_stage, random_history(f"1/{number}", LENGTH, cluster=True))
