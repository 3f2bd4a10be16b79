"""The judge of notifications: whatever people do and undo, they are told what a naive oracle over the rows says."""

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chirrup.commands.bench.judge.stage import Stage
from tests.model.notified import BUSY, NAMES, PEOPLE, Act, Flock

EXAMPLES = int(os.environ.get("CHIRRUP_MODEL_EXAMPLES", "30"))
RANDOM = 8
LENGTH = 60

bird = st.integers(0, PEOPLE - 1)
histories = st.lists(st.tuples(st.sampled_from(NAMES), bird, bird, st.integers(0, 7)), max_size=LENGTH)


@pytest.mark.embedded
def test_every_list_of_every_history_is_what_the_rows_say(stage: Stage) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
    @given(histories)
    def judge(history: list[Act]) -> None:
        Flock(stage).play(history)

    judge()


@pytest.mark.parametrize("number", range(RANDOM))
def test_every_list_of_a_random_history_is_what_the_rows_say(stage: Stage, number: int) -> None:
    chance = random.Random(number)
    names = BUSY if number % 2 else NAMES
    history = [
        (chance.choice(names), chance.randrange(PEOPLE), chance.randrange(PEOPLE), chance.randrange(8))
        for _ in range(2 * LENGTH)
    ]
    Flock(stage).play(history)
