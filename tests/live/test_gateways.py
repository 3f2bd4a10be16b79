"""Several processes that tell viewers, and what they tell them over."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chirrup.bootstrap import Application, open_application
from chirrup.entrypoints.api import create_api
from chirrup.entrypoints.server import Server, listen
from chirrup.settings import Settings
from tests.live.clients import code_of, listening, open_socket
from tests.support import PASSWORD, Community
from tests.support import Server as RealServer


@pytest.fixture
async def other(app: Application, settings: Settings) -> AsyncIterator[str]:
    """The address of a second process' server; it is this process, and shares nothing with the first but services."""
    async with open_application(settings) as second:
        with listen("127.0.0.1", 0) as listener:
            server = Server(create_api(second), second.settings, second.live.hub.end_all)
            serving = asyncio.create_task(server.serve([listener]))
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            server.stop()
            await serving


@pytest.mark.cluster
async def test_viewers_at_both_gateways_are_told(community: Community, base: str, other: str) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    await community.settle()
    async with listening(base, wren) as one, listening(other, wren) as two:
        post = await robin.publish("a worm!")
        assert (await one.kind("post"))["post"]["id"] == (await two.kind("post"))["post"]["id"] == post["id"]
        await robin.call("DELETE", f"/posts/{post['id']}")
        assert (await one.kind("delete"))["post_id"] == (await two.kind("delete"))["post_id"] == post["id"]


@pytest.mark.cluster
async def test_a_client_goes_on_at_the_other_gateway(community: Community, base: str, other: str) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    await community.settle()
    async with listening(base, wren) as live:
        await robin.publish("one")
        await live.kind("post")
    missed = await robin.publish("two")
    await community.settle()
    async with listening(other, wren, last_event_id=live.last_event_id) as live:
        await live.settled()
        posts = [event["post"]["id"] for event in live.events if event["type"] == "post"]
        assert (posts, [event for event in live.events if event["type"] == "reload"]) == ([missed["id"]], [])


@pytest.mark.cluster
async def test_a_follow_at_one_gateway_is_heard_at_the_other(community: Community, other: str) -> None:
    wren, robin = await community.people("wren", "robin")
    async with listening(other, wren) as live:
        await wren.follow(robin)
        await live.kind("reload")
        post = await robin.publish("hello Wren")
        assert (await live.kind("post"))["post"]["id"] == post["id"]


@pytest.mark.cluster
async def test_what_is_missed_while_redis_is_not_heard_is_told_once(community: Community, base: str) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    await community.settle()
    channel: Any = community.app.live.hub._interests._channel
    async with listening(base, wren) as live:
        published = []
        for number in range(5):
            for ear in list(channel._ears.values()):
                ear.close()
            published.append((await robin.publish(f"no. {number}"))["id"])
            await community.settle()
            told = [event["post"]["id"] for event in live.events if event["type"] == "post"]
            while published[-1] not in told:
                told.append((await live.kind("post"))["post"]["id"])
        await live.settled()
    assert [event["post"]["id"] for event in live.events if event["type"] == "post"] == published


@pytest.mark.embedded
async def test_a_server_that_is_asked_to_stop_says_so(server: RealServer) -> None:
    async with server.client() as client:
        body = {"username": "wren", "email": "wren@example.org", "password": PASSWORD}
        token = (await client.post("/auth/register", json=body)).json()["access_token"]
    async with open_socket(server.base) as socket:
        await socket.send(f'{{"type":"hello","token":"{token}"}}')
        await socket.recv()
        stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        assert await code_of(socket) == 1012
    assert await stopping == 0
