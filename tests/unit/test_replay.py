"""The replay of push and pull, held against counts by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.commands.bench import follow_graph
from chirrup.commands.bench.follow_graph import FollowGraph
from chirrup.commands.bench.population import Law, community
from chirrup.commands.bench.replay import counting, policies
from chirrup.commands.bench.replay.costs import Costs
from chirrup.commands.bench.replay.policies import Rule, Scene
from chirrup.commands.bench.replay.workload import Workload, reached, workload

WREN, TIT, OWL, JAY = range(4)
COSTS = Costs(
    visit=1.0, delivery=2.0, merge=1.0, look=0.0, reload=0.0, rebuild=100.0, read=10.0, post=50.0, bytes_per_id=8.0,
    cached=100,
)  # fmt: skip


def birds(wren: float = 1.0, tit: float = 1.0) -> Scene:
    """Tit, Owl and Jay follow Wren; Owl follows Tit. Jay never reads, Tit has a timeline from before, Owl none.

    Wren posts at 0.2, 0.4 and 0.8, Tit at 0.6; Tit reads at 0.5, Owl at 0.3, 0.7 and 0.9.
    """
    graph = FollowGraph(np.array([0, 3, 4, 4, 4]), np.array([TIT, OWL, JAY, OWL], np.int32))
    load = Workload(
        days=1.0,
        post_times=np.array([0.2, 0.4, 0.6, 0.8]),
        authors=np.array([WREN, WREN, TIT, WREN]),
        read_times=np.array([0.3, 0.5, 0.7, 0.9]),
        readers=np.array([OWL, TIT, OWL, OWL]),
        expiry=np.array([0.0, 1.0, 0.0, 0.0]),
        first=np.array([math.inf, 0.5, 0.3, math.inf]),
        known_posts=np.array([wren, tit, 0.0, 0.0]),
        known_reads=np.array([0.0, 1.0, 3.0, 0.0]),
    )
    return policies.scene(graph, load, reached(load, graph))


def of(scene: Scene, *accounts: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return a flag for each account: whether it is one of these."""
    return np.isin(np.arange(scene.graph.accounts), accounts)


def test_a_push_reaches_who_has_a_timeline_by_then() -> None:
    assert birds().reached.tolist() == [1, 2, 1, 2]


def test_push_only_visits_all_followers_and_merges_nobody() -> None:
    scene = birds()
    counted = counting.count(scene, policies.fixed(scene, of(scene)))
    assert (counted.visits, counted.deliveries, counted.longest) == (3 + 3 + 1 + 3, 6, 3)
    assert (counted.merged_mean, counted.merged_p99, counted.pulled_posts) == (0, 0, 0)
    assert counted.rebuilds == 1


def test_pull_only_visits_nobody_and_merges_all_followees() -> None:
    scene = birds()
    run = policies.fixed(scene, of(scene, WREN, TIT, OWL, JAY))
    counted = counting.count(scene, run)
    assert (counted.visits, counted.deliveries, counted.longest) == (0, 0, 0)
    # one read by Tit, who follows one; three by Owl, who follows two
    assert run.merged.tolist() == [0, 1, 3]
    assert counted.merged_mean == 7 / 4
    assert counted.rebuilds == 0


def test_a_pulled_author_is_merged_by_its_followers_alone() -> None:
    scene = birds()
    run = policies.fixed(scene, of(scene, TIT))
    counted = counting.count(scene, run)
    assert (counted.visits, counted.deliveries, counted.pulled_posts) == (9, 5, 1)
    assert run.merged.tolist() == [1, 3]
    assert run.merges.tolist() == [0, 3, 0, 0]


def test_work_is_weighed_by_the_costs() -> None:
    scene = birds()
    run = policies.fixed(scene, of(scene, TIT))
    priced = counting.price(scene, run, counting.count(scene, run), COSTS)
    # rounded to milliseconds, so everything a thousand times as dear
    dear = Costs(**{name: getattr(COSTS, name) * (1000 if name != "cached" else 1) for name in Costs.__struct_fields__})
    priced = counting.price(scene, run, counting.count(scene, run), dear)
    assert (priced.push_s, priced.pull_s) == (0.009 + 2 * 0.005, 0.003)
    assert priced.rebuild_s == 0.1
    assert priced.server_s == pytest.approx(0.022 + 0.1 + 4 * 0.01 + 4 * 0.05)
    assert priced.read_us_p99 == 11_000


def test_held_ids_are_those_of_builds_and_pushes() -> None:
    scene = birds()
    pushing = counting.count(scene, policies.fixed(scene, of(scene)))
    # Tit's timeline holds Wren's newest 30 and three of today; Owl's those of Tit too: 30 and one
    assert pushing.timeline_ids == 33 + 33 + 31
    pulling = counting.count(scene, policies.fixed(scene, of(scene, WREN)))
    assert pulling.timeline_ids == 31 + 33


def test_who_is_merged_beyond_what_the_cache_holds_is_loaded_again() -> None:
    scene = birds()
    run = policies.fixed(scene, of(scene, WREN, TIT))
    small = Costs(**{name: getattr(COSTS, name) for name in Costs.__struct_fields__} | {"cached": 1, "reload": 1000.0})
    priced = counting.price(scene, run, counting.count(scene, run), small)
    # Wren in four reads is held, Tit in three is not; and one load for each of the four posts
    assert priced.pull_s == pytest.approx((3 + 4) * 0.001, abs=0.0005)


def test_an_author_who_posts_more_than_is_read_is_pulled() -> None:
    rule = Rule(costs=COSTS)
    # a post: 9 visits for 3 readers, and 3 deliveries: 15; a day of pulling: 3 readers who read twice: 6
    assert rule.push_over_pull(1.0, 9, 1 / 3, 2.0) == pytest.approx(15 / 6)
    assert rule.push_over_pull(0.1, 9, 1 / 3, 2.0) == pytest.approx(1.5 / 6)
    # how many follow does not matter
    assert rule.push_over_pull(0.1, 9000, 1 / 3, 2.0) == pytest.approx(1.5 / 6)


def test_above_the_cap_an_author_is_pulled_at_any_cost() -> None:
    assert Rule(costs=COSTS, cap=8).push_over_pull(0.0, 9, 1 / 3, 2.0) == math.inf


def test_an_author_who_begins_to_post_much_is_pulled_from_then_on() -> None:
    scene = birds(wren=0.0, tit=0.0)
    run = policies.adaptive(scene, Rule(costs=COSTS, hysteresis=2.5, dwell=0.0, memory=1.0))
    # a post a day is pushed still; at the second, a fifth of a day later, pulling is clearly cheaper
    assert run.pushed.tolist() == [True, False, True, False]
    assert run.pulled.tolist() == [True, False, False, False]
    assert run.switches == 1
    # Owl's first read came before
    assert run.merged.tolist() == [1, 3]


def test_the_way_back_pushes_what_was_missed() -> None:
    scene = birds(wren=50.0)
    run = policies.adaptive(scene, Rule(costs=COSTS, hysteresis=1.0, dwell=0.0, memory=0.1, margin=25.0))
    # of fifty posts a day only three are left: at the second, that is noticed
    assert run.pushed.tolist() == [False, True, True, True]
    assert run.catch_ups == [(WREN, 1)]
    counted = counting.count(scene, run)
    assert counted.visits == 3 + 1 + 3 + 3
    # the belated ones by the average share of six in ten
    assert counted.deliveries == int(2 + 1 + 2 + 0.6 * 3)


def test_a_decision_holds_for_a_while() -> None:
    run = policies.adaptive(birds(wren=50.0), Rule(costs=COSTS, dwell=1.0, hysteresis=1.0, memory=0.1, margin=25.0))
    # only then it may change, and the day ends before
    assert run.switches == 1
    run = policies.adaptive(birds(wren=0.0, tit=0.0), Rule(costs=COSTS, dwell=1.0, hysteresis=1.0, memory=0.05))
    assert run.pulled.tolist() == [True, True, False, False]
    assert run.switches == 2


def test_in_hindsight_each_author_goes_the_cheaper_way() -> None:
    scene = birds()
    # Wren: 9 visits and 5 deliveries are 19, four merges 4; Tit: 1 visit and 1 delivery are 3, and three merges 3
    assert policies.best_in_hindsight(scene, COSTS).tolist() == [True, False, False, False]


def test_the_lower_bound_takes_the_cheaper_way_for_each_follow() -> None:
    # Wren's three posts are 9 for each follower: Tit's read is 1, Owl's three 3, Jay's none; Tit's one post 3, Owl's 3
    total, pushed = policies.best_by_edge(birds(), COSTS)
    assert (total, pushed) == (1 + 3 + 0 + 3, 0)


@given(seed=st.integers(0, 50), margin=st.floats(0.1, 10))
def test_no_policy_does_less_than_the_bounds(seed: int, margin: float) -> None:
    people = community(60, Law(follows=6, posts=3, reads=5), seed)
    graph = follow_graph.draw(people, seed)
    load = workload(people, 1.0, 3.0, seed)
    scene = policies.scene(graph, load, reached(load, graph))
    run = policies.adaptive(scene, Rule(costs=COSTS, margin=margin))

    def work(run: policies.Run) -> float:
        counted = counting.count(scene, run)
        merged = float(run.merged @ np.arange(len(run.merged)))
        return counted.visits * COSTS.visit + counted.deliveries * COSTS.delivery + merged * COSTS.merge

    best = work(policies.fixed(scene, policies.best_in_hindsight(scene, COSTS)))
    assert run.merged.sum() == len(load.readers)
    assert policies.best_by_edge(scene, COSTS)[0] <= best
    for flags in (of(scene), of(scene, *range(60)), scene.followers > 10):
        assert best <= work(policies.fixed(scene, flags))


@given(seed=st.integers(0, 50))
def test_an_adaptive_policy_that_never_changes_counts_as_a_fixed_one(seed: int) -> None:
    people = community(60, Law(follows=6, posts=3, reads=5), seed)
    graph = follow_graph.draw(people, seed)
    load = workload(people, 1.0, 3.0, seed)
    scene = policies.scene(graph, load, reached(load, graph))
    run = policies.adaptive(scene, Rule(costs=COSTS, dwell=2.0))
    still = policies.adaptive(scene, Rule(costs=COSTS, dwell=2.0, hysteresis=math.inf))
    assert still.switches == 0
    assert np.array_equal(still.merged, policies.fixed(scene, still.pulled).merged)
    assert np.array_equal(still.pushed, policies.fixed(scene, still.pulled).pushed)
    assert run.merged.sum() == still.merged.sum()


def test_timelines_are_dropped_when_nobody_reads() -> None:
    people = community(2000, Law(), seed=1)
    load = workload(people, 1.0, 3.0, seed=1)
    everybody = np.arange(2000)
    reads = np.bincount(load.readers, minlength=2000)
    assert load.has_timeline(everybody, 1.0)[reads > 0].all()
    assert not load.has_timeline(everybody, 1.0)[people.reads == 0].any()
    assert load.rebuilds() == int((~load.has_timeline(everybody, 0.0) & (reads > 0)).sum()) + int(
        (load.has_timeline(everybody, 0.0) & np.isfinite(load.first) & (load.first >= load.expiry)).sum()
    )
