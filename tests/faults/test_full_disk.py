"""A server whose disk is full refuses to write, goes on reading, and recovers."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.people import Singer, all_of, register
from tests.support import Server

SPACE = 12 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes, where this may be mounted."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SPACE}", "tmpfs", str(mounted)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True, timeout=10).returncode != 0:
        pytest.skip("a disk of its own can be mounted by root only")
    yield mounted
    subprocess.run(["umount", "--lazy", str(mounted)], check=True, timeout=10)


def fill(disk: Path) -> Path:
    """Take all the space that is left."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as out:
        for size in (1 << 16, 1 << 12, 1):
            while True:
                try:
                    out.write(bytes(size))
                except OSError:
                    break
    return ballast


async def until_refused(author: Singer, client: httpx.AsyncClient, disk: Path) -> httpx.Response:
    """Post until there is no room, and take what handlers give back meanwhile."""
    for number in range(100):
        answer = await client.post("/posts", json={"text": f"is there room? {number}"})
        if answer.status_code != 201:
            break
        author.acknowledged[answer.json()["text"]] = answer.json()["id"]
        await asyncio.to_thread(fill, disk)
    return answer


async def until_paused(server: Server) -> None:
    """Give the handlers of events time to meet the full disk as well, if any are left to handle."""
    for _ in range(200):
        if "bus.paused" in server.log.read_text():
            return
        await asyncio.sleep(0.01)


async def test_a_full_disk_is_a_refusal_and_nothing_acknowledged_is_lost(
    start_server: Callable[..., Server], prepared_data: Path, small_disk: Path
) -> None:
    data_dir = Path(shutil.copytree(prepared_data, small_disk / "data"))
    server = start_server(data_dir)
    wren, robin = await register(server, "wren"), await register(server, "robin")
    async with server.client(wren.token) as client, server.client(robin.token) as listener:
        await listener.post("/users/wren/follow")
        await listener.get("/feed")
        for _ in range(5):
            assert await wren.post(client)
        assert len(wren.acknowledged) == 5
        filling = asyncio.create_task(asyncio.to_thread(fill, small_disk))
        while not wren.refusals:
            assert await wren.post(client)
        ballast = await filling
        answer = await until_refused(wren, client, small_disk)
        assert answer.status_code in {503, 507}
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
        refused_login = {"username": "wren", "password": "a nest of seven twigs"}
        assert (await client.post("/auth/login", json=refused_login)).status_code in {503, 507}
        texts = {post["text"] for post in await all_of(client, "/users/wren/posts")}
        assert texts == wren.acknowledged.keys()
        await until_paused(server)
        ballast.unlink()
        before = len(wren.acknowledged)
        while len(wren.acknowledged) < before + 5:
            assert await wren.post(client)
        expected = sorted(wren.acknowledged.values(), key=int, reverse=True)
        async with asyncio.timeout(20):
            while True:
                feed = [post["id"] for post in await all_of(listener, "/feed")]
                profile = (await client.get("/users/wren")).json()
                if feed == expected and profile["posts_count"] == len(expected):
                    break
                await asyncio.sleep(0.1)
    await asyncio.to_thread(server.kill)
    server.start()
    async with server.client() as visitor:
        assert [post["id"] for post in await all_of(visitor, "/users/wren/posts")] == expected
    await asyncio.to_thread(server.kill)
