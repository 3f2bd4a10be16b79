"""How unusual something is, and how much who says so counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.trends.models import HOUR
from chirrup.trends.scoring import HISTORY, LEAST_SCORE, decayed, expected, score, usual, window
from chirrup.trends.trust import ESTABLISHED, MOST_SUBJECTS, Standing, together, weight

HALF_LIFE = 2 * HOUR
WEEK, DAY = 168, 24
NOW = 490_000 * HOUR + HOUR // 3
THIS_HOUR = NOW // HOUR

amounts = st.floats(0, 1e6)
histories = st.dictionaries(st.integers(THIS_HOUR - HISTORY, THIS_HOUR - DAY), st.integers(2, 1000), max_size=40)
standings = st.builds(
    Standing,
    age=st.floats(0, 4000),
    known_by=st.integers(0, 50),
    subjects=st.integers(1, 1000),
)


@given(amounts, amounts, amounts)
def test_more_observed_is_no_less_unusual(usually: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= score(low, usually) <= score(high, usually)


@given(amounts, amounts, amounts)
def test_more_expected_is_no_more_unusual(observed: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert score(observed, high) <= score(observed, low)


@given(amounts, amounts)
def test_what_is_no_more_than_expected_is_not_unusual(observed: float, more: float) -> None:
    assert score(observed, observed + more) == 0


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(1, 100))
def test_the_same_ratio_is_more_unusual_at_a_larger_scale(observed: float, usually: float, times: float) -> None:
    assert score(times * observed, times * usually) >= times * score(observed, usually) * (1 - 1e-9)


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_use_counts_less_with_time(one: float, other: float) -> None:
    newer, older = sorted((one, other))
    assert 1 >= decayed(newer, HALF_LIFE) >= decayed(older, HALF_LIFE) >= 0


def test_a_use_counts_half_after_each_half_life() -> None:
    assert [decayed(n * HALF_LIFE, HALF_LIFE) for n in range(4)] == [1, 0.5, 0.25, 0.125]
    assert decayed(-HOUR, HALF_LIFE) == 1


@given(st.lists(st.integers(0, window(HALF_LIFE)), min_size=1, max_size=50), st.integers(0, 10 * HOUR))
def test_without_new_uses_nothing_grows_more_unusual(ages: list[int], later: int) -> None:
    now = score(sum(decayed(age, HALF_LIFE) for age in ages), 1)
    assert score(sum(decayed(age + later, HALF_LIFE) for age in ages), 1) <= now


@given(histories, st.integers(2, 50))
def test_expectations_grow_with_the_history(history: dict[int, int], times: int) -> None:
    once = expected(history, THIS_HOUR - HISTORY, NOW, HALF_LIFE)
    more = expected({hour: times * count for hour, count in history.items()}, THIS_HOUR - HISTORY, NOW, HALF_LIFE)
    assert more == pytest.approx(times * once)
    assert once >= 0


@pytest.mark.parametrize("half_life", [HOUR // 12, HOUR, HALF_LIFE, 4 * HOUR])
@pytest.mark.parametrize("minute", [0, 29, 59])
@pytest.mark.parametrize("days", [1, 3, 28])
def test_steady_use_is_expected_as_it_is_observed(half_life: int, minute: int, days: int) -> None:
    now = THIS_HOUR * HOUR + minute * HOUR // 60
    began = THIS_HOUR - days * DAY - DAY
    history = dict.fromkeys(range(began, THIS_HOUR), 60)
    observed = sum(decayed(age, half_life) for age in range(0, window(half_life), HOUR // 60))
    usually = expected(history, began, now, half_life)
    # the hour that goes on is expected as a whole
    assert observed * 0.9 - 1 <= usually <= observed + 60
    assert score(observed, usually) < LEAST_SCORE


def test_what_comes_back_every_week_is_expected() -> None:
    began = THIS_HOUR - HISTORY
    history = {THIS_HOUR - n * WEEK: 40 for n in (1, 2, 3, 4)}
    assert usual(history, began, THIS_HOUR, THIS_HOUR - 12) == 40
    assert usual(history, began, THIS_HOUR + 1, THIS_HOUR - 12) == 0


def test_what_has_come_to_stay_is_expected_though_last_week_did_not_have_it() -> None:
    history = {THIS_HOUR - n * DAY: 70 for n in range(1, 8)}
    assert usual(history, THIS_HOUR - HISTORY, THIS_HOUR, THIS_HOUR - 12) == 70


def test_a_short_history_is_taken_as_a_whole() -> None:
    began = THIS_HOUR - 20
    history = dict.fromkeys(range(began, THIS_HOUR), 5)
    assert usual(history, began, THIS_HOUR, THIS_HOUR - 12) == 5
    assert usual({}, THIS_HOUR, THIS_HOUR, THIS_HOUR - 12) == 0


@given(standings, st.floats(0, 30))
def test_a_weight_is_between_nothing_and_one(standing: Standing, days: float) -> None:
    assert 0 <= weight(standing, days) <= 1


@given(standings, st.floats(0, 4000), st.integers(0, 50), st.integers(0, 50))
def test_age_and_followers_never_take_weight_and_more_subjects_never_give_it(
    standing: Standing, age: float, followers: int, subjects: int
) -> None:
    older = Standing(standing.age + age, standing.known_by, standing.subjects)
    known = Standing(standing.age, standing.known_by + followers, standing.subjects)
    busier = Standing(standing.age, standing.known_by, standing.subjects + subjects)
    assert weight(older, 7) >= weight(standing, 7)
    assert weight(known, 7) >= weight(standing, 7)
    assert weight(busier, 7) <= weight(standing, 7)


@given(st.floats(0, 7))
def test_who_is_known_by_nobody_weighs_nothing_while_it_is_young(age: float) -> None:
    assert weight(Standing(age, 0, 1), 7) == 0


def test_weights_grow_with_age_and_divide_among_subjects() -> None:
    assert weight(Standing(7, 1, 1), 7) == ESTABLISHED
    assert weight(Standing(56, 0, 1), 7) == 1
    assert weight(Standing(56, 0, 2 * MOST_SUBJECTS), 7) == 0.5
    assert weight(Standing(0, 0, 1), 0) == 1


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=50))
def test_who_is_not_established_weighs_no_more_than_who_is(weighed: list[tuple[float, float]]) -> None:
    total, established = together(weighed)
    trusted = sum(one * left for one, left in weighed if one >= ESTABLISHED)
    assert trusted <= total <= 2 * trusted
    assert established == len([one for one, _ in weighed if one >= ESTABLISHED])
