"""What a connected viewer is told, and what not."""

from tests.live.clients import listening, streaming
from tests.support import Community


async def test_a_followees_post_is_told_as_the_home_timeline_shows_it(community: Community, base: str) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    await community.settle()
    async with listening(base, wren) as live:
        post = await robin.publish("a worm!")
        event = await live.kind("post")
    assert event["post"] == (await wren.get("/feed"))["items"][0]
    assert event["post"]["id"] == post["id"]


async def test_an_event_stream_tells_the_same(community: Community, base: str) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    await community.settle()
    async with streaming(base, wren) as live:
        assert (await live.next())[1]["type"] == "ready"
        post = await robin.publish("a worm!")
        event_id, event = await live.next()
    assert (event["type"], event["post"]["id"], event["event_id"]) == ("post", post["id"], event_id)
