"""The schema registry, which is needed once for each kind of event, and is away."""

import asyncio

import pytest

from tests.faults.cluster.harness import Cluster
from tests.faults.cluster.people import failures, load


@pytest.mark.slow
async def test_nothing_is_lost_when_the_registry_is_away_at_the_start(cluster: Cluster) -> None:
    await cluster.service("kill", "registry")
    await cluster.start(apis=2, workers=2)
    authors, readers = await cluster.people(["wren", "robin"], ["lark", "kite"])
    async with load(authors, readers):
        await asyncio.sleep(3)
        measures = await cluster.members[-1].measures()
        assert measures["chirrup_outbox_pending"] > 0
        await cluster.service("start", "registry")
        await asyncio.sleep(1)
    assert failures([*authors, *readers]) == []
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers)
    assert (await cluster.command("outbox"))["dead_letters"] == []


@pytest.mark.slow
async def test_events_go_on_when_the_registry_goes_later(cluster: Cluster) -> None:
    await cluster.start(apis=2, workers=1)
    authors, readers = await cluster.people(["wren", "robin"], ["lark", "kite"])
    await authors[0].post()
    await cluster.settle(cluster.apis[0])
    await cluster.service("kill", "registry")
    async with load(authors, readers):
        await asyncio.sleep(2)
    assert failures([*authors, *readers]) == []
    await cluster.settle(cluster.apis[0])
    # a worker that starts meanwhile waits for the schemas, and loses nothing by that
    [worker] = cluster.members[2:]
    await asyncio.to_thread(worker.kill)
    await asyncio.to_thread(worker.launch().wait)
    async with load(authors, readers):
        await asyncio.sleep(2)
    assert failures([*authors, *readers]) == []
    await cluster.service("start", "registry")
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers)
