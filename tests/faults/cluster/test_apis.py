"""API processes that die, or whose clock steps back."""

import asyncio

import pytest

from deploy.services.install import faketime
from tests.faults.cluster.harness import Cluster
from tests.faults.cluster.people import failures, load


@pytest.mark.slow
async def test_an_api_that_is_killed_under_load_loses_and_doubles_nothing(cluster: Cluster) -> None:
    await cluster.start(apis=2, workers=1)
    authors, readers = await cluster.people(["wren", "robin", "jay", "owl"], ["lark", "kite"])
    doomed = cluster.apis[1]
    async with load(authors, readers, post_pause=0.01):
        for _ in range(2):
            await asyncio.sleep(1.5)
            await asyncio.to_thread(doomed.kill)
            await asyncio.sleep(1)
            await asyncio.to_thread(doomed.launch().wait)
    met = failures([*authors, *readers])
    assert met
    # only those who were sent to the dead process met anything; what it did not answer was sent again
    assert all(doomed.base.rpartition(":")[2] in failure and "Error" in failure for failure in met), met
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers)


async def test_ids_stay_unique_and_grow_when_the_clock_of_an_api_steps_back(cluster: Cluster) -> None:
    await cluster.start(apis=1, workers=1)
    shift = cluster.folder / "shift"
    shift.write_text("+0\n")
    faked = {
        "LD_PRELOAD": str(faketime()[0]), "FAKETIME_TIMESTAMP_FILE": str(shift), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    await asyncio.to_thread(cluster.launch("serve", **faked).wait)
    authors, readers = await cluster.people(["wren", "robin", "jay", "owl"], ["lark", "kite"])
    # each process has authors of its own, so that an author's ids come from one clock
    steady, stepping = authors[:2], authors[2:]
    for author in authors:
        author.clients = [author.clients[author in stepping]] * 2
    async with load(authors, readers, post_pause=0.005):
        await asyncio.sleep(1)
        shift.write_text("-5s\n")
        before = {author.name: len(author.posted) for author in authors}
        await asyncio.sleep(2)
    assert failures([*authors, *readers]) == []
    ids = [post.id for author in authors for post in author.posted]
    assert len(ids) == len(set(ids))
    for author in authors:
        assert len(author.posted) > before[author.name] + 5
    for group in (steady, stepping):
        made = sorted((post for author in group for post in author.posted), key=lambda post: post.acknowledged)
        apart = [(one, other) for one in made for other in made if one.acknowledged < other.began]
        assert all(one.id < other.id for one, other in apart)
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers)
