"""The simulation of fan-outs that share workers."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.commands.bench.simulate_lanes import Fabric, delays, percentile

ONE = Fabric(workers=1, lanes=1, chunk=1000, step=0.01, visit=0.0, hop=0.0)


def test_without_load_a_post_waits_for_nobody() -> None:
    fabric = Fabric(workers=4, lanes=1, chunk=10, step=0.01, visit=0.001, hop=0.5)
    # three steps of 10, 10 and 5 followers, each with its hop
    assert delays(fabric, [25], [1], 1e-6, 10, 1)[0][1] == pytest.approx(3 * 0.5 + 3 * 0.01 + 25 * 0.001)


def test_lanes_are_taken_at_the_same_time() -> None:
    fabric = Fabric(workers=4, lanes=4, chunk=10, step=0.01, visit=0.0, hop=0.5)
    # the first step, and then four lanes side by side, one step each
    assert delays(fabric, [50], [1], 1e-6, 10, 1)[0][1] == pytest.approx(2 * 0.5 + 2 * 0.01)


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_one_worker_with_equal_steps_is_the_queue_of_the_textbooks(load: float) -> None:
    # M/D/1 (Pollaczek and Khinchine): the mean is s + s * load / (2 * (1 - load))
    mean = statistics.fmean(delay for _, delay in delays(ONE, [1], [1], load, 40_000, 7))
    assert mean == pytest.approx(0.01 + 0.01 * load / (2 * (1 - load)), rel=0.08)


def test_a_small_account_does_not_wait_for_a_large_fan_out_to_end() -> None:
    fabric = Fabric(workers=1, lanes=1, chunk=1000, step=0.001, visit=0.0, hop=0.0)
    found = delays(fabric, [10, 1_000_000], [200, 1], 0.5, 5000, 3)
    small = percentile([delay for count, delay in found if count == 10], 0.99)
    large = percentile([delay for count, delay in found if count > 10], 0.5)
    assert small < large / 20


@given(load=st.floats(0.05, 0.9), seed=st.integers(0, 100))
def test_the_same_seed_gives_the_same_delays_and_all_are_finite(load: float, seed: int) -> None:
    fabric = Fabric(workers=3, lanes=2, chunk=10, step=0.01, visit=0.001, hop=0.1)
    found = delays(fabric, [5, 35], [3, 1], load, 60, seed)
    assert found == delays(fabric, [5, 35], [3, 1], load, 60, seed)
    assert all(math.isfinite(delay) and delay >= fabric.work(min(count, 10)) for count, delay in found)


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)
