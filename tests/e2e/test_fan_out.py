"""Fan-out in more than one chunk, and on the way between pushing and pulling."""

import pytest

from chirrup.platform.ids import MAX_ID
from chirrup.timelines.store import TimelineTables
from tests.support import Community, Person

FOLLOWERS = 10


async def listeners(community: Community, author: Person) -> list[Person]:
    """Return followers who have read their home timelines, so that posts are pushed into these."""
    people = await community.people(*(f"wren{number}" for number in range(FOLLOWERS)))
    for person in people:
        await person.follow(author)
    await community.settle()
    for person in people:
        assert await person.ids("/feed") == []
    return people


@pytest.mark.settings(fanout_chunk=3, fanout_threshold=100)
async def test_a_post_reaches_the_followers_of_every_chunk(community: Community) -> None:
    robin = await community.person("robin")
    people = await listeners(community, robin)
    rebuilds = community.app.telemetry.timeline_rebuilds

    before = rebuilds._value.get()
    post = await robin.publish()
    await community.settle()

    assert [await person.ids("/feed") for person in people] == [[post["id"]]] * FOLLOWERS
    # nobody's timeline was built anew: the post has been pushed into each
    assert rebuilds._value.get() == before


@pytest.mark.settings(fanout_chunk=3, fanout_threshold=5)
async def test_a_post_of_an_author_above_the_threshold_is_pushed_to_nobody_and_read_by_all(
    community: Community,
) -> None:
    robin = await community.person("robin")
    people = await listeners(community, robin)
    deliveries = community.app.telemetry.fanout_deliveries

    before = deliveries._value.get()
    post = await robin.publish()
    await community.settle()

    assert [await person.ids("/feed") for person in people] == [[post["id"]]] * FOLLOWERS
    assert deliveries._value.get() == before


async def pulled(community: Community) -> dict[int, bool]:
    """Return the authors who are merged at read, as the database has them."""
    return await TimelineTables().pulled_authors(community.app.db.read)


async def stored(community: Community, person: Person) -> set[str]:
    """Return the posts in a stored timeline."""
    timeline = await community.app.timelines.get(person.id)
    assert timeline is not None
    return {str(post_id) for post_id in timeline.ids}


@pytest.mark.settings(fanout_chunk=3, fanout_threshold=100)
async def test_each_follower_is_visited_by_one_step_that_is_written_down(community: Community) -> None:
    robin = await community.person("robin")
    await listeners(community, robin)
    post = await robin.publish()
    await community.settle()

    read = community.app.db.read
    steps = await read.all(
        "SELECT after, upto, visited, reached FROM fan_out_steps WHERE post_id = $1 ORDER BY after", int(post["id"])
    )
    follows = await read.all("SELECT id FROM follows WHERE followee_id = $1", robin.id)
    assert [sum(after < key <= upto for after, upto, _, _ in steps) for (key,) in follows] == [1] * FOLLOWERS
    assert sum(visited for _, _, visited, _ in steps) == FOLLOWERS
    assert sum(reached for _, _, _, reached in steps) == FOLLOWERS
    assert (steps[0][0], steps[-1][1]) == (0, MAX_ID)


@pytest.mark.settings(fanout_threshold=5)
async def test_a_post_that_is_left_to_be_merged_is_written_down_as_such(community: Community) -> None:
    robin = await community.person("robin")
    await listeners(community, robin)
    post = await robin.publish()
    await community.settle()
    rows = await community.app.db.read.all(
        "SELECT visited, reached FROM fan_out_steps WHERE post_id = $1", int(post["id"])
    )
    assert [tuple(row) for row in rows] == [(None, None)]


@pytest.mark.settings(fanout_log_hours=0)
async def test_nothing_is_written_down_where_nothing_is_to_be_kept(community: Community) -> None:
    robin = await community.person("robin")
    await robin.publish()
    await community.settle()
    assert await community.app.db.read.all("SELECT * FROM fan_out_steps") == []


@pytest.mark.settings(fanout_chunk=2, fanout_threshold=8, timeline_recent=4, fanout_late_seconds=600)
@pytest.mark.parametrize(("missed", "rebuilt"), [(2, 0), (6, 4)])
async def test_on_the_way_back_followers_get_the_few_posts_they_missed_or_a_new_timeline(
    community: Community, missed: int, rebuilt: int
) -> None:
    robin = await community.person("robin")
    people = await listeners(community, robin)
    posts = [(await robin.publish(f"song {number}"))["id"] for number in range(missed)]
    await community.settle()
    assert await pulled(community) == {robin.id: False}
    for person in people[4:]:
        await person.post(f"/users/{robin.username}/unfollow")
    await community.settle()

    rebuilds = community.app.telemetry.timeline_rebuilds
    before = rebuilds._value.get()
    posts.append((await robin.publish("the last song"))["id"])
    await community.settle()

    assert await pulled(community) == {}
    assert [await person.ids("/feed") for person in people[:4]] == [posts[::-1]] * 4
    assert rebuilds._value.get() - before == rebuilt
    assert [await stored(community, person) >= set(posts[-3:]) for person in people[:4]] == [True] * 4


@pytest.mark.settings(fanout_chunk=2, fanout_threshold=20, fanout_late_seconds=600)
async def test_while_deliveries_are_late_the_largest_accounts_are_pulled_and_then_pushed_again(
    community: Community,
) -> None:
    robin, jay = await community.people("robin", "jay")
    people = await listeners(community, robin)
    for person in people[:2]:
        await person.follow(jay)
    await community.settle()
    pressure, now = community.app.fan_out.pressure, community.app.clock.now()
    rebuilds = community.app.telemetry.timeline_rebuilds
    for person in people:
        await person.ids("/feed")
    before = rebuilds._value.get()

    pressure.measure("steps", [now - 7_200_000])
    large, small = await robin.publish(), await jay.publish()
    await community.settle()
    assert await pulled(community) == {robin.id: False}
    assert await people[0].ids("/feed") == [small["id"], large["id"]]

    pressure.measure("steps", [community.app.clock.now()])
    [review] = [job for job in community.app.jobs if job.name == "review_pulled_authors"]
    await review.run()
    await community.settle()
    assert await pulled(community) == {}
    assert [large["id"] in await stored(community, person) for person in people] == [True] * FOLLOWERS
    assert rebuilds._value.get() == before
