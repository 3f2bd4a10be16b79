from tests.support import Community, Server


async def test_a_follower_sees_a_post(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await robin.follow(wren)
    post = await wren.publish("tseep")
    await community.settle()
    assert await robin.ids("/feed") == [post["id"]]


async def test_a_served_process_answers(server: Server) -> None:
    async with server.client() as visitor:
        assert (await visitor.get("/discover")).json() == {"items": [], "next_cursor": None}
    assert server.stop() == 0
