"""The synthetic community, held against the figures that its laws are fitted to."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.commands.bench import follow_graph
from chirrup.commands.bench.follow_graph import FollowGraph
from chirrup.commands.bench.population import Community, Law, community, reading_within, strata

ACCOUNTS = 40_000


@pytest.fixture(scope="module")
def birds() -> Community:
    """A community by the default laws."""
    return community(ACCOUNTS, Law(), seed=1)


@pytest.fixture(scope="module")
def follows(birds: Community) -> FollowGraph:
    """Its follows."""
    return follow_graph.draw(birds, seed=1)


def test_the_same_seed_makes_the_same_community(birds: Community) -> None:
    again, other = community(ACCOUNTS, Law(), seed=1), community(ACCOUNTS, Law(), seed=2)
    assert np.array_equal(birds.followers, again.followers)
    assert np.array_equal(birds.reads, again.reads)
    assert not np.array_equal(birds.posts, other.posts)


def test_means_are_those_of_the_law(birds: Community) -> None:
    awake = birds.posts > 0
    assert awake.mean() == pytest.approx(0.30)
    assert birds.followers.mean() == pytest.approx(50, rel=0.01)
    assert birds.posts[awake].mean() == pytest.approx(2.29, rel=0.01)
    assert birds.reads[awake].mean() == pytest.approx(7.6, rel=0.01)


def test_followers_have_the_published_quantiles_but_for_a_factor(birds: Community) -> None:
    followers = birds.followers[birds.posts > 0]
    median, cent_4, cent_1 = np.quantile(followers, [0.5, 0.96, 0.99])
    assert cent_1 / cent_4 == pytest.approx(3, rel=0.1)
    assert cent_4 / median == pytest.approx(1000 / 61, rel=0.1)


def test_the_tail_has_the_published_exponent_up_to_the_most_followed(birds: Community) -> None:
    followers = np.sort(birds.followers[birds.posts > 0])
    assert followers[-1] == 0.2 * ACCOUNTS
    # Hill's estimator between two ranks of the tail, which the cut at its end does not reach
    tail = followers[followers >= np.quantile(followers, 0.99)]
    shares = np.arange(len(tail), 0, -1) / len(tail)
    inner = shares > 0.2
    slope = np.polyfit(np.log(tail[inner]), np.log(shares[inner]), 1)[0]
    assert -slope == pytest.approx(1.276, rel=0.1)


def test_a_tenth_of_the_accounts_posts_four_fifths_and_mostly_reads_daily(birds: Community) -> None:
    awake = birds.posts > 0
    posts, daily = birds.posts[awake], reading_within(birds.reads[awake], 24)
    top = posts > np.quantile(posts, 0.9)
    assert posts[top].sum() / posts.sum() == pytest.approx(0.8, abs=0.05)
    assert daily.mean() == pytest.approx(100 / 218.3, abs=0.02)
    assert daily[top].mean() == pytest.approx(0.81, abs=0.03)


def test_nobody_posts_more_than_the_limits_allow() -> None:
    assert community(5000, Law(posts=30.0), seed=1).posts.max() <= 150


def test_each_account_has_as_many_followers_as_drawn(birds: Community, follows: FollowGraph) -> None:
    assert np.array_equal(np.diff(follows.offsets), birds.followers)


def test_nobody_follows_somebody_twice_or_themselves(follows: FollowGraph) -> None:
    for followers, followees in follows.blocks():
        assert (followers != followees).all()
        assert len(np.unique(followees.astype(np.int64) * ACCOUNTS + followers)) == len(followers)


def test_the_curious_follow_more(birds: Community, follows: FollowGraph) -> None:
    following = follows.sums(np.ones(ACCOUNTS))
    assert following.sum() == birds.followers.sum()
    assert np.corrcoef(following, birds.following)[0, 1] > 0.9


@given(accounts=st.integers(2, 300), follows=st.floats(1, 20), seed=st.integers(0, 1000))
def test_a_small_community_is_whole_too(accounts: int, follows: float, seed: int) -> None:
    drawn = community(accounts, Law(follows=follows), seed)
    graph = follow_graph.draw(drawn, seed)
    assert np.array_equal(np.diff(graph.offsets), drawn.followers)
    for account in range(accounts):
        followers = graph.of(account)
        assert account not in followers
        assert len(set(followers.tolist())) == len(followers)
        assert all(0 <= follower < accounts for follower in followers)


def test_the_laws_alone_agree_with_drawn_communities() -> None:
    law = Law()
    groups = strata(200_000, law)
    assert groups.accounts.sum() == pytest.approx(60_000)
    assert groups.accounts @ groups.followers == pytest.approx(49.3 * 200_000, rel=0.001)
    assert groups.accounts @ groups.posts == pytest.approx(60_000 * 2.29, rel=0.001)
    drawn = [community(200_000, law, seed) for seed in range(8)]
    assert groups.above(1000) == pytest.approx(np.mean([(one.followers > 1000).sum() for one in drawn]), rel=0.02)
    below = [(one.posts * one.followers)[one.followers <= 2000].sum() for one in drawn]
    assert groups.visits(2000) == pytest.approx(np.mean(below), rel=0.1)


def test_hundreds_of_millions_need_no_drawing() -> None:
    groups = strata(1_450_000_000, Law())
    assert groups.followers.max() == pytest.approx(0.2 * 1_450_000_000, rel=0.01)
    assert groups.visits(10_000) < groups.visits()


def test_a_graph_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "birds.txt.gz"
    file.write_bytes(gzip.compress(b"# who follows whom\n7 9\n3 9\n9 7\n3 9\n"))
    read, graph = follow_graph.load(str(file), Law(awake=0.5), seed=1)
    assert read.followers.tolist() == [0, 1, 2]
    assert graph.of(2).tolist() == [0, 1]
    assert graph.of(1).tolist() == [2]
    assert (read.posts > 0).tolist() == [False, True, True]
