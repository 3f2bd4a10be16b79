"""Redis that forgets, stops, or cannot be reached from one of the processes."""

import asyncio
import statistics
from collections.abc import Sequence

import pytest

from tests.faults.cluster.harness import Cluster, eventually
from tests.faults.cluster.people import Author, Page, Reader, failures, load
from tests.faults.cluster.proxy import Proxy

LAG = 15.0
"""Seconds for which a post may be missing at most while events wait for Redis."""


def typical(pages: Sequence[Page]) -> float:
    """Return the median of how long pages took, in milliseconds."""
    return statistics.median(page.seconds for page in pages) * 1000


def wrong(readers: Sequence[Reader], lag: float) -> list[str]:
    """Return what was wrong with everybody's pages."""
    return [page for reader in readers for page in reader.wrong_pages(lag)]


async def test_a_flush_under_read_load_changes_no_page(cluster: Cluster) -> None:
    await cluster.start(apis=2, workers=1)
    authors, readers = await cluster.people(["wren", "robin"], ["lark", "kite", "rook"])
    for _ in range(15):
        for author in authors:
            await author.post()
    await cluster.settle(cluster.apis[0])
    for reader in readers:
        reader.pages.clear()
    async with load([], readers, read_pause=0.01):
        for _ in range(8):
            await asyncio.sleep(0.25)
            await cluster.flush()
    assert failures(readers) == []
    assert sum(len(reader.pages) for reader in readers) > 50
    assert wrong(readers, lag=0) == []
    await cluster.check(authors, readers)


@pytest.mark.slow
async def test_without_redis_pages_are_right_and_posts_are_saved(cluster: Cluster) -> None:
    await cluster.start(apis=2, workers=2)
    authors, readers = await cluster.people(["wren", "robin"], ["lark", "kite", "rook"])
    loop = asyncio.get_running_loop()
    async with load(authors, readers, read_pause=0.05):
        await asyncio.sleep(2)
        await cluster.service("kill", "redis")
        gone = loop.time()
        await asyncio.sleep(4)
        back = loop.time()
        await cluster.service("start", "redis")
        await asyncio.sleep(4)
    assert failures([*authors, *readers]) == []
    assert wrong(readers, LAG) == []
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers)
    pages = [page for reader in readers for page in reader.pages]
    before, during = [p for p in pages if p.answered < gone], [p for p in pages if gone < p.asked and p.answered < back]
    print(f"a page with Redis: {typical(before):.1f} ms, without: {typical(during):.1f} ms")


async def rename(author: Author, api: int, name: str) -> None:
    """Change how somebody is called, at one API."""
    answer = await author.clients[api].patch("/users/me", json={"display_name": name})
    assert answer.status_code == 200, answer.text


async def names(reader: Reader, api: int) -> set[str]:
    """Return the names of the authors of a page, as one API shows them."""
    answer = await reader.clients[api].get("/feed")
    assert answer.status_code == 200, answer.text
    return {item["author"]["display_name"] for item in answer.json()["items"]}


@pytest.mark.slow
async def test_an_api_that_cannot_reach_redis_shows_right_pages(cluster: Cluster) -> None:
    async with Proxy(cluster.services.ports["redis"]) as proxy:
        await cluster.start(apis=1, workers=1)
        through = f"redis://127.0.0.1:{proxy.port}/0"
        await asyncio.to_thread(cluster.launch("serve", CHIRRUP_REDIS_URL=through).wait)
        authors, readers = await cluster.people(["wren", "robin"], ["lark", "kite"])
        (wren, robin), whole, cut_off = authors, 0, 1
        wren.looks_at = wren.clients[cut_off]
        wren.clients = [wren.clients[whole]] * 2
        # what the other takes is seen elsewhere once its events have been handled
        robin.clients = [robin.clients[cut_off]] * 2
        proxy.fall_silent()
        async with load(authors, readers):
            await asyncio.sleep(1)
            # each is told to one side, and has to be seen on the other
            await rename(wren, 0, "Jenny Wren")
            for reader in readers:
                assert "Jenny Wren" in await names(reader, cut_off)
            await rename(robin, 0, "Cock Robin")
            assert "Cock Robin" in await names(readers[0], cut_off)

            async def seen() -> None:
                assert "Cock Robin" in await names(readers[0], whole)

            await eventually(seen, LAG)
            await asyncio.sleep(1)
            proxy.heal()
            await asyncio.sleep(1)
        assert failures([*authors, *readers]) == []
        assert wrong(readers, LAG) == []
        await cluster.check(authors, readers)
        await rename(wren, 0, "Wren")
        assert await names(readers[0], cut_off) == {"Wren", "Cock Robin"}
