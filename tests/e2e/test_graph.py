"""Who follows, blocks and mutes whom, and what of it shows."""

import pytest

from tests.support import Community

VERBS = ["follow", "unfollow", "block", "unblock", "mute", "unmute"]


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_may_be_repeated(community: Community, verb: str) -> None:
    wren, _ = await community.people("wren", "robin")
    first = await wren.post(f"/users/Robin/{verb}", 200)
    assert first["username"] == "robin"
    await community.settle()
    assert await wren.post(f"/users/robin/{verb}", 200) == first


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_needs_a_token_and_somebody(community: Community, verb: str) -> None:
    wren = await community.person("wren")
    await wren.post(f"/users/nobody/{verb}", 404)
    await (await community.visitor()).post(f"/users/wren/{verb}", 401)


@pytest.mark.parametrize("verb", ["follow", "block", "mute"])
async def test_nobody_does_it_to_themselves(community: Community, verb: str) -> None:
    wren = await community.person("wren")
    await wren.post(f"/users/wren/{verb}", 422)


async def test_a_follow_shows_to_both_at_once(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    answer = await wren.post("/users/robin/follow")
    assert answer["viewer"]["following"] is True
    assert answer["followers_count"] == 1
    assert (await robin.get("/users/wren"))["viewer"]["followed_by"] is True
    answer = await wren.post("/users/robin/unfollow")
    assert answer["viewer"]["following"] is False
    assert answer["followers_count"] == 0


async def test_follows_are_counted(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    await wren.follow(robin, jay)
    await jay.follow(robin)
    await wren.post("/users/jay/unfollow")
    await community.settle()
    assert (await wren.get("/users/robin"))["followers_count"] == 2
    assert (await wren.get("/users/jay"))["followers_count"] == 0
    assert (await wren.get("/users/me"))["following_count"] == 1


async def test_followers_are_listed_latest_first_in_pages(community: Community) -> None:
    wren, *others = await community.people("wren", "robin", "jay", "owl", "lark", "rook")
    for other in others:
        await other.follow(wren)
        await wren.follow(other)
    expected = [str(other.id) for other in reversed(others)]
    visitor = await community.visitor()
    assert await visitor.all_ids("/users/wren/followers", limit=2) == expected
    assert await visitor.all_ids("/users/wren/following", limit=2) == expected
    assert await visitor.ids("/users/wren/followers", limit=5) == expected
    page = await visitor.get("/users/wren/followers", limit=5)
    assert page["next_cursor"] is None


async def test_lists_of_people_show_how_the_viewer_stands_to_each(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    await robin.follow(wren)
    await jay.follow(wren, robin)
    listed = (await jay.get("/users/wren/followers"))["items"]
    assert [user["viewer"] and user["viewer"]["following"] for user in listed] == [None, True]


async def test_a_mute_is_not_told_and_leaves_the_profile_open(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    post = await robin.publish()
    assert (await wren.post("/users/robin/mute"))["viewer"]["muting"] is True
    relation = (await robin.get("/users/wren"))["viewer"]
    assert relation == dict.fromkeys(relation, False) | {"followed_by": True}
    assert await wren.ids("/feed") == []
    assert await wren.ids("/discover") == []
    assert await wren.ids("/users/robin/posts") == [post["id"]]
    await wren.post("/users/robin/unmute")
    assert await wren.ids("/feed") == [post["id"]]
    assert await wren.ids("/discover") == [post["id"]]
