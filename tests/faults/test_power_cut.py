"""A server that is killed under load loses no acknowledged post, doubles none, and counts right afterwards."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

import pytest

from tests.faults.people import Singer, all_of, get, register
from tests.support import Client, Server

ROUNDS = 8
SINGERS = ("wren", "robin", "jay", "owl")
PATIENCE = 20


async def sing_until_killed(server: Server, singers: Sequence[Singer], seconds: float) -> None:
    """Kill the server at some moment while everybody posts and a follower reads."""
    singing = [asyncio.create_task(singer.sing(server)) for singer in singers]
    await asyncio.sleep(seconds)
    await asyncio.to_thread(server.kill)
    await asyncio.gather(*singing)


async def check_nothing_lost_or_doubled(client: Client, singers: Sequence[Singer]) -> None:
    for singer in singers:
        posts = await all_of(client, f"/users/{singer.name}/posts")
        texts = [post["text"] for post in posts]
        assert len(texts) == len(set(texts)), f"{singer.name} has doubled posts"
        by_text = {post["text"]: post["id"] for post in posts}
        assert singer.acknowledged.items() <= by_text.items(), f"{singer.name} has lost posts"
        assert set(texts) - singer.acknowledged.keys() <= {singer.unsure}


async def counts_are_right(client: Client, singers: Sequence[Singer], followers: int) -> bool:
    profiles = [await get(client, f"/users/{singer.name}") for singer in singers]
    counts = [(profile["posts_count"], profile["followers_count"]) for profile in profiles]
    return counts == [(len(singer.acknowledged), followers) for singer in singers]


async def become_right(check: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        if await check():
            return
        assert time.monotonic() < deadline, "it does not become right"
        await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_power_cuts_under_load_lose_and_double_nothing(start_server: Callable[..., Server]) -> None:
    chance = random.Random(20_261_121)
    # chunks and timelines so small that fan-outs are cut in the middle and pages reach below the timeline
    server = start_server(CHIRRUP_FANOUT_CHUNK="1", CHIRRUP_TIMELINE_SIZE="100", CHIRRUP_TIMELINE_RECENT="20")
    singers = [await register(server, name) for name in SINGERS]
    listeners = [await register(server, name) for name in ("lark", "kite", "rook")]
    async with AsyncExitStack() as stack:
        visitor = await stack.enter_async_context(server.client())
        clients = [await stack.enter_async_context(server.client(bird.token)) for bird in [*singers, *listeners]]
        hearing = clients[len(singers) :]
        for client in hearing:
            for singer in singers:
                assert (await client.post(f"/users/{singer.name}/follow")).status_code == 200
        for _ in range(ROUNDS):
            for client in hearing:
                await get(client, "/feed")
            await sing_until_killed(server, singers, chance.uniform(0.2, 1.5))
            await asyncio.to_thread(server.start)
            await check_nothing_lost_or_doubled(visitor, singers)
            for singer, client in zip(singers, clients, strict=False):
                while singer.unsure is not None:
                    assert await singer.post(client)
        await check_nothing_lost_or_doubled(visitor, singers)
        await become_right(lambda: counts_are_right(visitor, singers, len(listeners)))
        expected = sorted((key for singer in singers for key in singer.acknowledged.values()), key=int, reverse=True)
        assert len(expected) > 10 * ROUNDS
        for client in hearing:
            assert [post["id"] for post in await all_of(client, "/feed")] == expected
    assert await asyncio.to_thread(server.stop) == 0
