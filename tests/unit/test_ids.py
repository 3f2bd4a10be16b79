"""Ids: unique, growing, and telling when and for whom they were made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.platform.errors import Malformed
from chirrup.platform.ids import EPOCH, MAX_ID, SHARDS, IdGenerator, compose, parse_id, time_of
from tests.clock import HandClock

moments = st.integers(EPOCH, EPOCH + (1 << 41) - 1)
owners = st.integers(0, MAX_ID)


@given(moments, owners, st.integers(0, 4095))
def test_time_and_shard_are_recovered(moment: int, owner: int, sequence: int) -> None:
    made = compose(moment, owner, sequence)
    assert 0 <= made <= MAX_ID
    assert time_of(made) == moment
    assert made >> 12 & (SHARDS - 1) == owner % SHARDS
    assert made & 4095 == sequence


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=300), owners)
def test_ids_of_one_owner_grow_even_when_the_clock_steps_back(steps: list[int], owner: int) -> None:
    clock = HandClock()
    generator = IdGenerator(clock)
    made = []
    for step in steps:
        clock.time += step
        made.append(generator.new(owner))
    assert made == sorted(set(made))


@given(st.lists(owners, min_size=2, max_size=50), st.lists(st.integers(0, 2), min_size=2, max_size=200))
def test_ids_never_repeat_and_their_times_never_fall(people: list[int], steps: list[int]) -> None:
    clock = HandClock()
    generator = IdGenerator(clock)
    made = []
    for number, step in enumerate(steps):
        clock.time += step
        made.append(generator.new(people[number % len(people)]))
    assert len(made) == len(set(made))
    times = [time_of(identifier) for identifier in made]
    assert times == sorted(times)


@given(st.lists(owners, min_size=2, max_size=50), st.integers(1_000, 10_000))
def test_ids_of_all_owners_grow_after_the_clock_has_stepped_back(people: list[int], back: int) -> None:
    clock = HandClock()
    generator = IdGenerator(clock)
    made = [generator.new(people[0])]
    clock.time -= back
    made += [generator.new(owner) for owner in people]
    assert made == sorted(set(made))


def test_more_ids_than_a_millisecond_has_run_into_the_next() -> None:
    clock = HandClock()
    generator = IdGenerator(clock)
    made = [generator.new(7) for _ in range(10_000)]
    assert made == sorted(set(made))
    assert time_of(made[-1]) - clock.now() <= 3


@given(st.integers(1, MAX_ID))
def test_an_id_survives_its_decimal_form(identifier: int) -> None:
    assert parse_id(str(identifier)) == identifier


@given(st.one_of(st.text(), st.from_regex(r"[-+]?0*[0-9]{1,25}[ _.]?[0-9]*", fullmatch=True)))
def test_any_other_text_is_no_id(text: str) -> None:
    try:
        identifier = parse_id(text)
    except Malformed:
        return
    assert str(identifier) == text
    assert 0 < identifier <= MAX_ID


@pytest.mark.parametrize("text", ["", "0", "-1", "007", "١٢", "1e3", "9223372036854775808", "1" * 400])
def test_what_only_looks_like_an_id_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_id(text)
