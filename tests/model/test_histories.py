"""Histories that once went wrong, or nearly did."""

import asyncio
from array import array

import pytest

from chirrup.accounts import Viewer
from chirrup.commands.bench.judge.community import Community
from chirrup.commands.bench.judge.oracle import Post
from chirrup.commands.bench.judge.stage import Stage
from chirrup.graph import FollowCreated
from chirrup.graph.store import GraphStore
from chirrup.platform.ids import MAX_ID
from chirrup.platform.ports import Timeline
from chirrup.posts import Draft
from chirrup.timelines.models import Pulled
from chirrup.timelines.store import TimelineTables


@pytest.fixture
def community(stage: Stage) -> Community:
    """The people of one history."""
    return Community(stage)


def birds(community: Community, number: int) -> list[int]:
    return sorted(community.oracle.active)[:number]


async def follow_with_id(community: Community, follow_id: int, follower: int, followee: int) -> None:
    """Follow under a chosen id: the ids of follows in one millisecond are consecutive."""
    async with community.app.db.transaction() as tx:
        await GraphStore().insert_follow(tx, follow_id, follower, followee)
        tx.publish(FollowCreated(follower_id=follower, followee_id=followee))
        tx.forget("relations", follower)


def test_following_two_others_in_the_place_of_two_is_noticed(community: Community) -> None:
    viewer, *others = birds(community, 5)
    for author in others:
        community.publish(author)
    first = 1 << 40
    for number, author in enumerate(others[:2]):
        community.do(follow_with_id(community, first + number, viewer, author))
        community.oracle.follows.add((viewer, author))
    community.check_all([3])
    for number, author in enumerate(others[:2]):
        community.unfollow(viewer, author)
        other = others[2 + number]
        community.do(follow_with_id(community, first + 2 + number, viewer, other))
        community.oracle.follows.add((viewer, other))
    community.check_all([3])


def test_the_end_of_an_early_way_back_does_not_end_a_later_one(community: Community) -> None:
    async def cross_three_times() -> dict[int, bool]:
        tables = TimelineTables()
        async with community.app.db.transaction() as tx:
            await tables.set_pulled(tx, 7, Pulled(0, 100))
            await tables.set_pulled(tx, 7, Pulled(0, 0))
            await tables.delete_drained(tx, 7, 100)
            assert (await tables.pulled_authors(tx))[7] is False
            await tables.set_pulled(tx, 7, Pulled(0, 200))
            await tables.delete_drained(tx, 7, 100)
            assert (await tables.pulled_authors(tx))[7] is True
            await tables.delete_drained(tx, 7, 200)
            return await tables.pulled_authors(tx)

    assert 7 not in community.do(cross_three_times())


def test_an_author_on_the_way_back_is_merged_until_the_way_ends(community: Community) -> None:
    star, viewer, *others = birds(community, 8)
    for follower in (viewer, *others):
        community.follow(follower, star)
    community.settle()
    community.publish(star)
    community.check_all([5])
    # not pushed, and so in no timeline that there is
    community.publish(star)
    community.settle()
    assert community.do(community.app.home.pulled.all())[star] is False

    async def turn_back() -> None:
        async with community.app.db.transaction() as tx:
            await TimelineTables().set_pulled(tx, star, Pulled(0, 1))
            tx.forget("pulled", 0)

    community.do(turn_back())
    for follower in (viewer, *others):
        assert community.down(follower, [5]) == community.oracle.home(follower)


def test_more_posts_than_fit_arrive_while_a_timeline_is_built(community: Community) -> None:
    viewer, author = birds(community, 2)
    community.follow(viewer, author)
    community.settle()

    async def build_slowly() -> None:
        timelines = community.app.timelines
        relations = await community.app.graph.relations(Viewer(viewer, 0))
        ticket = await timelines.open(viewer)
        for _ in range(30):
            post = await community.app.posts.publish(Viewer(author, 0), Draft(text="tseep"))
            community.oracle.posts[post] = Post(post, author)
        await community.app.bus.caught_up()
        await timelines.fill(viewer, ticket, Timeline(relations.digest, 0, array("Q")))

    community.do(build_slowly())
    community.check_all([4])


@pytest.mark.parametrize("readers", [1, 8])
def test_many_reads_of_one_missing_timeline_build_it_once(community: Community, readers: int) -> None:
    viewer, author = birds(community, 2)
    community.follow(viewer, author)
    community.publish(author)
    community.settle()
    rebuilds = community.app.telemetry.timeline_rebuilds

    async def read_all() -> list[bytes]:
        pages = [community.app.home.page(Viewer(viewer, 0), MAX_ID, 5) for _ in range(readers)]
        return [page.json() for page in await asyncio.gather(*pages)]

    before = rebuilds._value.get()
    assert len(set(community.do(read_all()))) == 1
    assert rebuilds._value.get() - before == 1
