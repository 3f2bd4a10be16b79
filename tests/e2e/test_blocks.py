"""A block hides two accounts from each other, both ways, wherever one of them could show."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import Community, Person


@dataclass
class Quarrel:
    """Two who blocked, whichever of them did it, and a third who sees both."""

    near: Person
    far: Person
    jay: Person
    post: dict[str, Any]
    """Something that `far` wrote."""


@pytest.fixture(params=["the blocker looks", "the blocked looks"])
async def quarrel(request: pytest.FixtureRequest, community: Community) -> Quarrel:
    near, far, jay = await community.people("wren", "robin", "jay")
    await near.follow(far, jay)
    await far.follow(near, jay)
    await jay.follow(near, far)
    post = await far.publish("before")
    await community.settle()
    assert await near.ids("/feed") == [post["id"]]
    blocker, blocked = (near, far) if request.param == "the blocker looks" else (far, near)
    await blocker.block(blocked)
    return Quarrel(near, far, jay, post)


async def test_a_block_ends_the_follows_both_ways(quarrel: Quarrel, community: Community) -> None:
    await community.settle()
    for name in ("wren", "robin"):
        assert (await quarrel.jay.get(f"/users/{name}"))["followers_count"] == 1
        assert await quarrel.jay.ids(f"/users/{name}/followers") == [str(quarrel.jay.id)]
        assert await quarrel.jay.ids(f"/users/{name}/following") == [str(quarrel.jay.id)]


async def test_the_profile_still_tells_that_there_is_a_block(quarrel: Quarrel) -> None:
    viewer = (await quarrel.near.get("/users/robin"))["viewer"]
    assert [viewer["blocking"], viewer["blocked_by"]].count(True) == 1
    assert not viewer["following"]
    assert not viewer["followed_by"]


@pytest.mark.parametrize("part", ["posts", "likes", "followers", "following"])
async def test_the_lists_of_a_profile_are_closed(quarrel: Quarrel, part: str) -> None:
    await quarrel.near.get(f"/users/robin/{part}", 403)


@pytest.mark.parametrize("part", ["", "/thread", "/likes", "/retweets"])
async def test_a_post_is_closed(quarrel: Quarrel, part: str) -> None:
    await quarrel.near.get(f"/posts/{quarrel.post['id']}{part}", 403)


@pytest.mark.parametrize("verb", ["like", "retweet"])
async def test_nothing_can_be_done_to_a_post(quarrel: Quarrel, verb: str) -> None:
    await quarrel.near.post(f"/posts/{quarrel.post['id']}/{verb}", 403)


async def test_nothing_answers_or_quotes_a_post(quarrel: Quarrel) -> None:
    await quarrel.near.post("/posts", 403, text="hey", reply_to=quarrel.post["id"])
    await quarrel.near.post("/posts", 403, text="hey", quote_of=quarrel.post["id"])


async def test_neither_can_follow(quarrel: Quarrel) -> None:
    await quarrel.near.post("/users/robin/follow", 403)


async def test_home_and_discover_lack_the_other(quarrel: Quarrel, community: Community) -> None:
    fresh = await quarrel.far.publish("after")
    await community.settle()
    for path in ("/feed", "/discover"):
        assert await quarrel.near.ids(path) == []
    assert await quarrel.jay.ids("/feed") == [fresh["id"], quarrel.post["id"]]


async def test_a_retweet_by_a_friend_does_not_bring_the_other_back(quarrel: Quarrel, community: Community) -> None:
    await quarrel.jay.post(f"/posts/{quarrel.post['id']}/retweet")
    await community.settle()
    assert await quarrel.near.ids("/feed") == []
    assert await quarrel.near.ids("/users/jay/posts") == []


async def test_a_quote_by_a_friend_shows_without_what_it_quotes(quarrel: Quarrel) -> None:
    quote = await quarrel.jay.publish("see", quote_of=quarrel.post["id"])
    shown = (await quarrel.near.get("/feed"))["items"]
    assert [(post["id"], post["retweet_of"], post["retweet_of_id"]) for post in shown] == [
        (quote["id"], None, quarrel.post["id"])
    ]
    assert (await quarrel.near.get(f"/posts/{quote['id']}"))["retweet_of"] is None


async def test_likers_and_retweeters_lack_the_other(quarrel: Quarrel) -> None:
    post = await quarrel.jay.publish("song")
    for person in (quarrel.near, quarrel.far):
        await person.post(f"/posts/{post['id']}/like")
        await person.post(f"/posts/{post['id']}/retweet")
    for part in ("likes", "retweets"):
        assert await quarrel.near.ids(f"/posts/{post['id']}/{part}") == [str(quarrel.near.id)]
        assert len(await quarrel.jay.ids(f"/posts/{post['id']}/{part}")) == 2


async def test_liked_posts_of_a_friend_lack_the_other(quarrel: Quarrel) -> None:
    await quarrel.jay.post(f"/posts/{quarrel.post['id']}/like")
    assert await quarrel.near.ids("/users/jay/likes") == []
    assert await quarrel.jay.ids("/users/jay/likes") == [quarrel.post["id"]]


async def test_lists_of_people_lack_the_other(quarrel: Quarrel) -> None:
    for part in ("followers", "following"):
        await quarrel.jay.post("/users/wren/follow")
        assert str(quarrel.far.id) not in await quarrel.near.ids(f"/users/jay/{part}")


async def test_a_thread_has_a_gap_where_the_other_is_answered_and_nothing_else(quarrel: Quarrel) -> None:
    root = await quarrel.jay.publish("root")
    silent = await quarrel.far.publish("answered by nobody", reply_to=root["id"])
    heard = await quarrel.far.publish("answered", reply_to=root["id"])
    answer = await quarrel.jay.publish("answer", reply_to=heard["id"])
    thread = await quarrel.near.get(f"/posts/{root['id']}/thread")
    assert thread["replies"]["items"][0] == {"id": heard["id"], "deleted": True, "reply_to": root["id"]}
    assert [item["id"] for item in thread["replies"]["items"]] == [heard["id"], answer["id"]]
    above = await quarrel.near.get(f"/posts/{answer['id']}/thread")
    assert [item["deleted"] for item in above["ancestors"]] == [False, True]
    assert silent["id"] in [
        item["id"] for item in (await quarrel.jay.get(f"/posts/{root['id']}/thread"))["replies"]["items"]
    ]


async def test_when_the_block_ends_posts_show_and_follows_stay_cut(quarrel: Quarrel, community: Community) -> None:
    for one, other in ((quarrel.near, "robin"), (quarrel.far, "wren")):
        await one.post(f"/users/{other}/unblock")
    await quarrel.near.get(f"/posts/{quarrel.post['id']}", 200)
    assert await quarrel.near.ids("/discover") == [quarrel.post["id"]]
    assert await quarrel.near.ids("/feed") == []
    await quarrel.near.follow(quarrel.far)
    assert await quarrel.near.ids("/feed") == [quarrel.post["id"]]
