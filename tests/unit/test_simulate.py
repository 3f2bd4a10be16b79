"""The capacity plan: arithmetic that can be counted by hand, and laws that hold for any number of users."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chirrup.commands.bench.population import Law, Strata
from chirrup.commands.bench.simulate_demand import Demand, Habits, People, demand, groups, of_law
from chirrup.commands.bench.simulate_page import fill
from chirrup.commands.bench.simulate_plan import (
    Shape,
    cores,
    embedded_suffices,
    machines,
    parts,
    volumes,
)
from chirrup.commands.bench.simulate_rates import Rates, in_seconds, load, refreshed
from chirrup.platform.errors import StartRefused

RATES = Path(__file__).resolve().parents[2] / "docs" / "reference" / "figures" / "rates.json"
LAW = Law()
SHARES = of_law(LAW, 72)
MILLION = groups(1e6, SHARES, LAW)
FREE = Rates(**dict.fromkeys(Rates.__struct_fields__, 0.0))
USERS = st.floats(1e4, 1e9)


def village() -> Demand:
    """86,400 daily users who post once and read twice: 9 of 10 posts come from accounts with 10 followers."""
    awake = Strata(LAW, np.array([90.0, 10.0]), np.array([10.0, 2500.0]), np.ones(2), np.ones(2))
    shares = People(accounts=2.0, timelines=1.0, rebuilds=0.5, reached=0.25, followees=30.0)
    return demand(86_400, shares, awake, 10.0, Habits(reads=2, writes=1, threshold=2500))


def asked(users: float) -> Demand:
    return demand(users, SHARES, groups(users, SHARES, LAW), LAW.follows, Habits())


def test_a_village_is_counted_as_by_hand() -> None:
    counted = village()
    assert counted.reads == pytest.approx(2)
    assert counted.posts == pytest.approx(1)
    # 0.9 posts to 10 followers and 0.1 to 2,500, in three chunks each
    assert counted.visits == pytest.approx(0.9 * 10 + 0.1 * 2500)
    assert counted.deliveries == pytest.approx((9 + 250) / 4)
    assert counted.steps == pytest.approx(0.1 * 2)
    assert counted.rebuilds == pytest.approx(0.5)
    assert (counted.accounts, counted.follows) == (172_800, 1_728_000)


def test_above_the_threshold_nobody_is_visited_and_readers_merge() -> None:
    awake = Strata(LAW, np.array([90.0, 10.0]), np.array([10.0, 2500.0]), np.ones(2), np.ones(2))
    shares = People(accounts=1.0, timelines=1.0, rebuilds=0.0, reached=1.0, followees=30.0)
    counted = demand(50_000, shares, awake, 1.0, Habits(threshold=1000))
    assert counted.giants == 10
    assert counted.visits == pytest.approx(counted.posts * 0.9 * 10)
    # half of all follows lead to giants
    assert counted.merged == pytest.approx(15)


def test_cores_are_rates_times_costs_at_the_peak() -> None:
    rates = msgspec.structs.replace(FREE, visit_worker=0.001, visit_redis=0.002, post_api=0.5, home_read_api=0.25)
    busy = cores(village(), rates, Shape(peak=2))
    assert busy.worker == pytest.approx(2 * 259 * 0.001)
    assert busy.redis == pytest.approx(2 * 259 * 0.002)
    assert busy.api == pytest.approx(2 * (1 * 0.5 + 2 * 0.25))


def test_memory_is_timelines_times_ids() -> None:
    rates = msgspec.structs.replace(FREE, timeline_id_bytes=10.0, post_bytes=100.0)
    taken = volumes(village(), rates, Shape(), 800)
    assert taken.timelines == 86_400 * 800 * 10
    assert taken.rows_a_day == pytest.approx(86_400 * 100)


def test_what_fits_into_one_process_stays_in_it() -> None:
    rates = in_seconds(load(RATES))
    assert embedded_suffices(parts(asked(10_000), rates, Shape(), 800))
    assert not embedded_suffices(parts(asked(100_000_000), rates, Shape(), 800))


@settings(max_examples=8, deadline=None)
@given(users=USERS)
def test_twice_the_users_ask_for_twice_as_much(users: float) -> None:
    one, two = asked(users), asked(2 * users)
    for name in ("reads", "posts", "timelines", "accounts", "follows", "rebuilds"):
        assert getattr(two, name) == pytest.approx(2 * getattr(one, name))
    # the most followed grow with the community, and with them what the threshold leaves out
    assert two.visits == pytest.approx(2 * one.visits, rel=0.15)


@settings(max_examples=8, deadline=None)
@given(users=USERS, factor=st.floats(1.05, 20))
def test_more_users_never_need_less(users: float, factor: float) -> None:
    rates, shape = in_seconds(load(RATES)), Shape()
    fewer = parts(asked(users), rates, shape, 800)
    more = parts(asked(users * factor), rates, shape, 800)
    for part, other in zip(fewer, more, strict=True):
        assert other.needed >= part.needed
        assert other.count >= part.count
    assert machines(more, shape).all >= machines(fewer, shape).all


@settings(max_examples=20, deadline=None)
@given(threshold=st.integers(1, 10_000_000), factor=st.integers(2, 100))
def test_a_higher_threshold_visits_more_and_merges_less(threshold: int, factor: int) -> None:
    low, high = (
        demand(1e6, SHARES, MILLION, LAW.follows, Habits(threshold=each)) for each in (threshold, threshold * factor)
    )
    assert high.visits >= low.visits
    assert high.merged <= low.merged


def test_rates_are_taken_anew_from_the_figures(tmp_path: Path) -> None:
    kept = load(RATES)
    for name in {rate.file for rate in kept.rates.values()}:
        facts = {rate.fact: 250 for rate in kept.rates.values() if rate.file == name}
        (tmp_path / f"{name}.json").write_bytes(msgspec.json.encode(facts))
    fresh = refreshed(kept, tmp_path, "a quiet machine")
    assert fresh.taken == "a quiet machine"
    assert fresh.rates["page_bytes"].value == 250
    # 250 a second are 4 ms each
    assert fresh.rates["embedded_home_read"].value == 4000


def test_a_figure_that_rates_need_is_named_with_its_command(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match=r"chirrup bench home --profile cluster --json"):
        refreshed(load(RATES), tmp_path, "")


def test_a_table_takes_its_place_in_the_page() -> None:
    page = "before\n<!-- simulate: a -->\nold\n<!-- end -->\nafter\n"
    assert fill(page, {"a": r"| new \1 |"}) == "before\n<!-- simulate: a -->\n| new \\1 |\n<!-- end -->\nafter\n"


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(StartRefused, match="0 places for the table b"):
        fill("nothing", {"b": ""})
