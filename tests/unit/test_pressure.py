"""The threshold between pushing and pulling, while deliveries are late."""

import pytest

from chirrup.timelines.pressure import Pressure
from tests.clock import HandClock


@pytest.fixture
def clock() -> HandClock:
    """A clock that tests move."""
    return HandClock()


@pytest.fixture
def pressure(clock: HandClock) -> Pressure:
    """10,000 followers in quiet times, deliveries late after 5 s."""
    return Pressure(clock, threshold=10_000, chunk=1_000, late=5_000)


def test_where_nothing_was_delivered_nothing_is_late(pressure: Pressure) -> None:
    assert (pressure.lateness, pressure.threshold, pressure.relieved) == (0, 10_000, True)


@pytest.mark.parametrize(("late", "threshold"), [(5_000, 10_000), (10_000, 5_000), (20_000, 2_500), (900_000, 1_000)])
def test_the_threshold_sinks_with_the_delay_but_not_below_a_chunk(
    pressure: Pressure, clock: HandClock, late: int, threshold: int
) -> None:
    pressure.measure("posts", [clock.now(), clock.now() - late])
    assert pressure.threshold == threshold


def test_the_latest_of_several_streams_counts(pressure: Pressure, clock: HandClock) -> None:
    pressure.measure("steps", [clock.now() - 10_000])
    pressure.measure("posts", [clock.now()])
    assert pressure.threshold == 5_000


def test_a_stream_that_is_in_time_again_is_late_no_more(pressure: Pressure, clock: HandClock) -> None:
    pressure.measure("steps", [clock.now() - 10_000])
    pressure.measure("steps", [clock.now()])
    assert pressure.threshold == 10_000


def test_a_stream_that_falls_silent_is_late_no_longer_than_it_was(pressure: Pressure, clock: HandClock) -> None:
    pressure.measure("steps", [clock.now() - 10_000])
    clock.move(4)
    assert pressure.lateness == 6_000
    clock.move(60)
    assert pressure.lateness == 0


def test_authors_are_pushed_again_only_when_little_is_late(pressure: Pressure, clock: HandClock) -> None:
    pressure.measure("posts", [clock.now() - 1_251])
    assert not pressure.relieved
    clock.move(0.001)
    assert pressure.relieved


def test_a_clock_that_steps_back_makes_nothing_late(pressure: Pressure, clock: HandClock) -> None:
    pressure.measure("posts", [clock.now()])
    clock.move(-30)
    assert pressure.threshold == 10_000


def test_a_threshold_below_a_chunk_stays_what_it_is(clock: HandClock) -> None:
    pressure = Pressure(clock, threshold=4, chunk=1_000, late=5_000)
    pressure.measure("posts", [clock.now() - 60_000])
    assert pressure.threshold == 4
