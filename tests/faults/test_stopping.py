"""A server that is asked to stop."""

import asyncio
import signal
from collections.abc import Callable

import pytest

from tests.faults.people import all_of, register
from tests.support import Server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_requests_in_flight_are_answered_and_the_process_ends_well(
    start_server: Callable[..., Server], number: signal.Signals
) -> None:
    server = start_server()
    wren = await register(server, "wren")
    async with server.client(wren.token) as client:
        # hashing a password takes long enough for these to be under way when the signal comes
        body = {"username": "wren", "password": "another nest of seven twigs"}
        waiting = [asyncio.create_task(client.post("/auth/login", json=body)) for _ in range(6)]
        posts = [asyncio.create_task(client.post("/posts", json={"text": f"song {n}"})) for n in range(3)]
        await asyncio.gather(*posts)
        assert server.process is not None
        server.process.send_signal(number)
        answers = await asyncio.gather(*waiting)
    assert {answer.status_code for answer in answers} == {401}
    assert await asyncio.to_thread(server.process.wait, 20) == 0
    server.process = None
    server.start()
    async with server.client() as visitor:
        posts_left = await all_of(visitor, "/users/wren/posts")
    assert sorted(post["text"] for post in posts_left) == ["song 0", "song 1", "song 2"]


async def test_what_was_pending_at_the_end_is_handled_after_the_start(start_server: Callable[..., Server]) -> None:
    server = start_server(CHIRRUP_FANOUT_CHUNK="1")
    wren, robin = await register(server, "wren"), await register(server, "robin")
    async with server.client(robin.token) as client:
        await client.post("/users/wren/follow")
        assert (await client.get("/feed")).json()["items"] == []
    async with server.client(wren.token) as client:
        posts = await asyncio.gather(*(client.post("/posts", json={"text": f"song {n}"}) for n in range(30)))
    assert await asyncio.to_thread(server.stop) == 0
    server.start()
    expected = sorted((answer.json()["id"] for answer in posts), key=int, reverse=True)
    async with server.client(robin.token) as client:
        assert [post["id"] for post in await all_of(client, "/feed")] == expected
