"""Several processes on one port: replaced, killed and stopped while people use them."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.faults.people import Singer, all_of, register
from tests.processes import ClusterProcess, Herd, alive, cluster_environment, herd, prepare, started, until
from tests.support import Client, free_port

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to find the processes")


@pytest.fixture
def environment(data_dir: Path) -> Iterator[dict[str, str]]:
    """What processes of a cluster are told, which is prepared for them."""
    with cluster_environment(data_dir) as described:
        prepare(described)
        yield described


@dataclass
class Crowd:
    """People who read and post over connections that they keep."""

    answers: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    closings: int = 0
    """How many answers said that their connection ends."""
    posted: set[str] = field(default_factory=set)

    async def read(self, client: Client) -> None:
        """Read the home timeline again and again."""
        while True:
            await self._send(client.get("/feed"))

    async def post(self, client: Client) -> None:
        """Post again and again."""
        while True:
            answer = await self._send(client.post("/posts", json={"text": f"song {len(self.posted)}"}))
            if answer is not None and answer.status_code == 201:
                self.posted.add(answer.json()["id"])

    async def _send(self, request: Awaitable[httpx.Response]) -> httpx.Response | None:
        try:
            answer = await request
        except httpx.TransportError as error:
            self.faults.append(repr(error))
            return None
        self.answers[answer.status_code] += 1
        if not answer.is_success:
            self.faults.append(f"{answer.request.method} {answer.request.url}: {answer.text}")
        self.closings += answer.headers.get("connection") == "close"
        await asyncio.sleep(0.003)
        return answer


@asynccontextmanager
async def crowd(server: Herd, singer: Singer, size: int = 6) -> AsyncIterator[Crowd]:
    """Have people use a server, each over one connection."""
    people = Crowd()
    clients = [server.client(singer.token) for _ in range(size)]
    tasks = [
        asyncio.create_task(people.post(client) if number % 3 == 0 else people.read(client))
        for number, client in enumerate(clients)
    ]
    yield people
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for client in clients:
        await client.aclose()


@pytest.mark.parametrize("processes", [1, 2])
async def test_nobody_notices_that_all_processes_are_replaced(data_dir: Path, processes: int) -> None:
    with herd(data_dir, processes) as server:
        await replace_under_load(server, processes)


async def test_nobody_notices_that_all_processes_of_a_cluster_are_replaced(environment: dict[str, str]) -> None:
    server = ClusterProcess(environment, "serve", "--processes", "2")
    with started(server):
        await asyncio.to_thread(until, lambda: server.logged("serving") == 1, server)
        await replace_under_load(server, 2)


async def replace_under_load(server: Herd, processes: int) -> None:
    """Have all processes replaced while people use them, and see that they notice nothing."""
    wren = await register(server, "wren")
    before = server.children()
    async with crowd(server, wren) as people:
        server.signal(signal.SIGHUP)
        await asyncio.to_thread(until, lambda: server.logged("processes.replaced") == 1, server, 120)
        after = server.children()
    assert people.faults == []
    assert set(people.answers) == {200, 201}
    assert people.closings >= 1
    assert len(before) == len(after) == processes
    assert before.isdisjoint(after)
    async with server.client() as visitor:
        assert {post["id"] for post in await all_of(visitor, "/users/wren/posts")} >= people.posted
    assert await asyncio.to_thread(server.stop) == 0


def test_a_process_that_dies_is_followed_by_another(data_dir: Path) -> None:
    with herd(data_dir, 2) as server:
        victim, survivor = sorted(server.children())
        os.kill(victim, signal.SIGKILL)
        until(lambda: server.logged("process.ready") == 3, server)
        until(lambda: len(server.children() - {victim}) == 2, server)
        assert survivor in server.children()
        assert httpx.get(f"{server.base}/health").status_code == 200


def test_processes_whose_parent_is_killed_end(data_dir: Path) -> None:
    with herd(data_dir, 2) as server:
        children = server.children()
        assert len(children) == 2
        server.kill()
        until(lambda: not any(map(alive, children)), server)


async def test_a_server_that_stops_says_so_before_and_answers_meanwhile(data_dir: Path) -> None:
    # of several processes one would say so a moment before the next
    with herd(data_dir, 1) as server:
        wren = await register(server, "wren")
        async with server.client(wren.token) as client:
            server.signal(signal.SIGTERM)
            await asyncio.to_thread(until, lambda: not ready(server), server, 10)
            # a balancer has yet to notice
            posted = await client.post("/posts", json={"text": "swan song"})
            assert posted.status_code == 201
            assert posted.headers["connection"] == "close"
            answer = await client.get(f"{server.base}/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (503, "stopping")
        assert server.process is not None
        assert await asyncio.to_thread(server.process.wait, 20) == 0
        server.process = None


def ready(server: Herd) -> bool:
    """Return whether a balancer would send requests."""
    return httpx.get(f"{server.base}/health/ready").status_code == 200


async def test_requests_under_way_are_answered_when_the_server_stops(data_dir: Path) -> None:
    with herd(data_dir, 2, CHIRRUP_DRAIN_SECONDS="0") as server:
        await register(server, "wren")
        body = {"username": "wren", "password": "another nest of seven twigs"}
        async with server.client() as client:
            # hashing a password takes long enough for these to be under way when the signal comes
            waiting = [asyncio.create_task(client.post("/auth/login", json=body)) for _ in range(6)]
            await client.get("/discover")
            server.signal(signal.SIGTERM)
            answers = await asyncio.gather(*waiting)
        assert {answer.status_code for answer in answers} == {401}


def test_each_process_has_an_address_for_those_who_watch_it(data_dir: Path) -> None:
    first = free_port()
    with herd(data_dir, 2, CHIRRUP_METRICS_PORT=str(first)):
        starts = set()
        for port in (first, first + 1):
            metrics = httpx.get(f"http://127.0.0.1:{port}/metrics").text
            starts.add(next(line for line in metrics.splitlines() if line.startswith("process_start_time_seconds ")))
            assert httpx.get(f"http://127.0.0.1:{port}/health/ready").json()["status"] == "ready"
        assert len(starts) == 2


def test_processes_that_cannot_be_replaced_stay(data_dir: Path) -> None:
    with herd(data_dir, 2) as server:
        before = server.children()
        (data_dir / "chirrup.toml").write_text("no_such_setting = 1\n")
        server.signal(signal.SIGHUP)
        until(lambda: server.logged("processes.replaced") == 1, server)
        assert server.children() == before
        assert "no_such_setting" in server.log.read_text()
        assert ready(server)
