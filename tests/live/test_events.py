"""What a connected viewer is told, and what not."""

import pytest

from chirrup.live import hub
from tests.live.clients import eventually, listening, streaming
from tests.support import Community, Person


@pytest.fixture
async def birds(community: Community) -> tuple[Person, Person]:
    """Wren, who follows Robin."""
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    await community.settle()
    return wren, robin


Birds = tuple[Person, Person]


async def test_a_followees_post_is_told_as_the_home_timeline_shows_it(birds: Birds, base: str) -> None:
    wren, robin = birds
    async with listening(base, wren) as live:
        post = await robin.publish("a worm!")
        event = await live.kind("post")
    assert event["post"] == (await wren.get("/feed"))["items"][0]
    assert event["post"]["id"] == post["id"]


async def test_an_event_stream_tells_the_same(birds: Birds, base: str) -> None:
    wren, robin = birds
    async with streaming(base, wren) as live:
        assert (await live.next())[1]["type"] == "ready"
        post = await robin.publish("a worm!")
        event_id, event = await live.next()
        assert (event["type"], event["post"]["id"], event["event_id"]) == ("post", post["id"], event_id)
        await robin.call("DELETE", f"/posts/{post['id']}")
        _, event = await live.next()
        assert (event["type"], event["post_id"]) == ("delete", post["id"])


async def test_all_connections_of_an_account_are_told(birds: Birds, base: str) -> None:
    wren, robin = birds
    async with listening(base, wren) as one, listening(base, wren) as other:
        post = await robin.publish("a worm!")
        assert (await one.kind("post"))["post"]["id"] == (await other.kind("post"))["post"]["id"] == post["id"]


async def test_a_post_reaches_all_who_follow_some_at_a_time(
    community: Community, birds: Birds, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "_VIEWERS_AT_ONCE", 2)
    wren, robin = birds
    jay, owl = await community.people("jay", "owl")
    for person in (jay, owl):
        await person.follow(robin)
    await community.settle()
    async with listening(base, wren) as one, listening(base, jay) as two, listening(base, owl) as three:
        post = await robin.publish("a worm!")
        assert {(await live.kind("post"))["post"]["id"] for live in (one, two, three)} == {post["id"]}


async def test_ones_own_post_is_told_to_ones_other_devices(birds: Birds, base: str) -> None:
    wren, _ = birds
    async with listening(base, wren) as live:
        post = await wren.publish("tseep")
        assert (await live.kind("post"))["post"]["id"] == post["id"]


async def test_a_retweet_is_told_with_what_the_viewer_did_to_the_original(
    community: Community, birds: Birds, base: str
) -> None:
    wren, robin = birds
    original = await wren.publish("tseep")
    await wren.post(f"/posts/{original['id']}/like")
    await community.settle()
    async with listening(base, wren) as live:
        await robin.post(f"/posts/{original['id']}/retweet")
        event = await live.kind("post")
    assert event["post"]["retweet_of"]["viewer"] == {"liked": True, "retweeted": False}


async def test_what_home_does_not_show_is_not_told(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    owl, jay = await community.people("owl", "jay")
    await wren.follow(jay)
    await wren.post("/users/jay/mute")
    theirs = await owl.publish("a stranger's")
    await community.settle()
    async with listening(base, wren) as live:
        await owl.publish("by somebody whom Wren does not follow")
        await robin.publish("a reply to a stranger", reply_to=theirs["id"])
        await jay.publish("by somebody muted")
        last = await robin.publish("a worm!")
        await community.settle()
        assert (await live.kind("post"))["post"]["id"] == last["id"]


async def test_a_block_ends_what_is_told(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    async with listening(base, wren) as live:
        await robin.block(wren)
        await live.kind("reload")
        await robin.publish("not for Wren")
        await community.settle()
        own = await wren.publish("tseep")
        assert (await live.kind("post"))["post"]["id"] == own["id"]


async def test_a_new_follow_is_heard_from_then_on(community: Community, birds: Birds, base: str) -> None:
    wren, _ = birds
    jay = await community.person("jay")
    async with listening(base, wren) as live:
        await wren.follow(jay)
        await live.kind("reload")
        post = await jay.publish("hello Wren")
        assert (await live.kind("post"))["post"]["id"] == post["id"]


async def test_the_end_of_a_follow_is_the_end_of_its_posts(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    async with listening(base, wren) as live:
        await wren.post("/users/robin/unfollow")
        await live.kind("reload")
        await robin.publish("not for Wren")
        await community.settle()
        own = await wren.publish("tseep")
        assert (await live.kind("post"))["post"]["id"] == own["id"]


async def test_a_deletion_is_told(birds: Birds, base: str) -> None:
    wren, robin = birds
    post = await robin.publish("a worm!")
    async with listening(base, wren) as live:
        await robin.call("DELETE", f"/posts/{post['id']}")
        assert (await live.kind("delete"))["post_id"] == post["id"]


async def test_a_like_is_told_to_the_author_as_a_notification(birds: Birds, base: str) -> None:
    wren, robin = birds
    post = await robin.publish("a worm!")
    async with listening(base, robin) as live, streaming(base, robin) as stream:
        await stream.next()
        await wren.post(f"/posts/{post['id']}/like")
        event = await live.kind("notification")
        assert (await stream.next())[1] == event
    (item,) = (await robin.get("/notifications", unread=True))["items"][:1]
    assert (item["id"], item["type"]) == (event["notification_id"], "like")


async def test_a_ban_has_followers_load_their_page_anew(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    async with listening(base, wren) as live:
        await community.app.accounts.ban(robin.id)
        await live.kind("reload")


async def test_counts_of_posts_on_the_screen_are_told_at_once_and_when_they_change(birds: Birds, base: str) -> None:
    wren, robin = birds
    post = await robin.publish("a worm!")
    async with listening(base, wren) as live:
        await live.say(type="watch", posts=[post["id"]])
        first = await live.kind("counts")
        assert first == {
            "type": "counts", "post_id": post["id"], "likes_count": 0, "retweets_count": 0, "replies_count": 0,
        }  # fmt: skip
        await wren.post(f"/posts/{post['id']}/like")
        await live.until(lambda event: event["type"] == "counts" and event["likes_count"] == 1)
        await robin.publish("another", reply_to=post["id"])
        await wren.post(f"/posts/{post['id']}/retweet")
        await live.until(lambda event: event.get("replies_count") == 1 and event.get("retweets_count") == 1)


async def test_counts_of_other_posts_are_not_told(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    one, other = await robin.publish("a worm!"), await robin.publish("two!")
    async with listening(base, wren) as live:
        await live.say(type="watch", posts=[one["id"]])
        await live.say(type="watch", posts=[other["id"]])
        await live.until(lambda event: event.get("post_id") == other["id"])
        for post in (one, other):
            await wren.post(f"/posts/{post['id']}/like")
        await live.until(lambda event: event.get("post_id") == other["id"] and event["likes_count"] == 1)
        assert [event for event in live.events if event.get("post_id") == one["id"] and event["likes_count"]] == []


async def test_a_watched_post_that_is_not_there_is_told_as_deleted(
    community: Community, birds: Birds, base: str
) -> None:
    wren, _ = birds
    owl = await community.person("owl")
    hidden = await owl.publish("not for Wren")
    await owl.block(wren)
    async with listening(base, wren) as live:
        await live.say(type="watch", posts=[hidden["id"], "77"])
        gone = [(await live.kind("delete"))["post_id"] for _ in range(2)]
    assert gone == ["77", hidden["id"]]


async def test_the_watched_post_of_a_stranger_is_told_as_deleted_when_it_is(community: Community, base: str) -> None:
    wren, owl = await community.people("wren", "owl")
    post = await owl.publish("a vole!")
    async with listening(base, wren) as live:
        await live.say(type="watch", posts=[post["id"]])
        await live.kind("counts")
        await owl.call("DELETE", f"/posts/{post['id']}")
        assert (await live.kind("delete"))["post_id"] == post["id"]


async def test_a_process_listens_only_for_who_is_connected(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    channels = community.app.telemetry.live_channels

    def listened_to() -> float:
        return next(iter(channels.collect())).samples[0].value

    await eventually(lambda: listened_to() == 0)
    async with listening(base, wren) as live:
        # Wren's own two, and Robin's
        assert listened_to() == 3
        post = await robin.publish("a worm!")
        await live.say(type="watch", posts=[post["id"]])
        await live.kind("counts")
        assert listened_to() == 4
    await eventually(lambda: listened_to() == 0)
