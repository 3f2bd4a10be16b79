"""Fan-out in more than one chunk."""

import pytest

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
