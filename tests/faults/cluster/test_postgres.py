"""A replica that lags or dies, a primary that dies (as docs/how-to/fail-over.md has it), a pooler that starts again."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.faults.cluster.harness import Cluster
from tests.faults.cluster.people import Author, Posted, Reader, failures, load


@pytest.mark.slow
async def test_everybody_reads_their_own_writes_while_the_replica_lags_and_is_gone(cluster: Cluster) -> None:
    await cluster.start(apis=2, workers=1)
    authors, readers = await cluster.people(["wren", "robin"], ["lark", "kite"])
    async with load(authors, readers):
        for begin, end in (("pause", "resume"), ("kill", "start")):
            await asyncio.sleep(2)
            await cluster.service(begin, cluster.services.standby)
            await asyncio.sleep(4)
            await cluster.service(end, cluster.services.standby)
        await asyncio.sleep(2)
    # an author reads at another API than the one that has just taken the post
    assert failures([*authors, *readers]) == []
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers)


async def saved(cluster: Cluster, authors: list[Author]) -> set[int]:
    """Return the ids of the posts that the primary has."""
    rows = await cluster.rows("SELECT id FROM posts WHERE author_id = ANY($1)", [author.id for author in authors])
    return {int(row[0]) for row in rows}


def only_unavailable(authors: list[Author], readers: list[Reader]) -> None:
    """Check that what failed was refused in good order, and that reading went on."""
    assert {failure.split(" ")[4] for failure in failures(authors)} <= {"503"}, failures(authors)
    assert failures(readers) == []


@pytest.mark.slow
async def test_the_replica_takes_over_under_load_and_has_all_that_it_had_received(cluster: Cluster) -> None:
    await cluster.start(apis=2, workers=2)
    authors, readers = await cluster.people(["wren", "robin", "jay"], ["lark", "kite"])
    loop = asyncio.get_running_loop()
    async with load(authors, readers, post_pause=0.02):
        await asyncio.sleep(3)
        began = loop.time()
        await cluster.service("kill", cluster.services.primary)
        dead = loop.time()
        done = await cluster.service("promote")
        await cluster.flush()
        await asyncio.sleep(3)
    first = min(post.acknowledged for author in authors for post in author.posted if post.acknowledged > dead)
    only_unavailable(authors, readers)
    there = await saved(cluster, authors)
    forget_lost(authors, there, before=dead, after=began - 1)
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers)
    await cluster.service("rebase")
    # a process that starts now finds both
    cluster.environment["CHIRRUP_REPLICA_URL"] = cluster.services.database_url(
        cluster.services.standby, cluster.database
    )
    for member in cluster.members:
        assert await asyncio.to_thread(member.stop) == 0
    await cluster.restart()
    async with load(authors, readers):
        await asyncio.sleep(1)
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers)
    print(f"first successful write {first - dead:.2f} s after the death of the primary; {done.splitlines()[0]}")


def forget_lost(authors: list[Author], there: set[int], *, before: float, after: float) -> list[Posted]:
    """Take what is gone off the record; return it. Only what was acknowledged within a certain time may be."""
    lost = [post for author in authors for post in author.posted if post.id not in there]
    assert all(after < post.acknowledged < before for post in lost), "more is lost than the replica lacked"
    for author in authors:
        author.posted = [post for post in author.posted if post.id in there]
    return lost


def receiver(cluster: Cluster) -> int:
    """Return the process of the replica that receives the primary's log."""
    server = cluster.services.pids()[f"{cluster.services.standby}.pid"].split()[0]
    for child in Path(f"/proc/{server}/task/{server}/children").read_text().split():
        if b"walreceiver" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    raise AssertionError("the replica receives nothing")


@pytest.mark.slow
@pytest.mark.parametrize("synchronous", [True, False], ids=["synchronous", "asynchronous"])
async def test_what_a_replica_lacks_is_acknowledged_only_without_synchronous_replication(
    cluster: Cluster, synchronous: bool
) -> None:
    await cluster.start(apis=2, workers=1)
    authors, readers = await cluster.people(["wren", "robin"], ["lark"])
    waited_for = cluster.services.standby if synchronous else ""
    await cluster.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{waited_for}'", "SELECT pg_reload_conf()")
    loop = asyncio.get_running_loop()
    async with load(authors, readers, post_pause=0.02):
        await asyncio.sleep(2)
        stopped = receiver(cluster)
        os.kill(stopped, signal.SIGSTOP)
        cut = loop.time()
        await asyncio.sleep(1)
        await cluster.service("kill", cluster.services.primary)
        dead = loop.time()
        # what is under way in the network is lost as well: it ends before it reads on
        os.kill(stopped, signal.SIGTERM)
        os.kill(stopped, signal.SIGCONT)
        await cluster.service("promote")
        # Redis may know what was lost with the primary
        await cluster.flush()
        await asyncio.sleep(2)
    lost = forget_lost(authors, await saved(cluster, authors), before=dead, after=cut - 0.5)
    assert bool(lost) is not synchronous
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers)


@pytest.mark.slow
async def test_a_pooler_that_starts_again_under_load_costs_no_post(cluster: Cluster) -> None:
    await cluster.start(
        apis=2, workers=1, CHIRRUP_DATABASE_POOLER="transaction",
        CHIRRUP_DATABASE_URL=cluster.services.database_url("pgbouncer", cluster.database),
    )  # fmt: skip
    authors, readers = await cluster.people(["wren", "robin", "jay"], ["lark", "kite"])
    async with load(authors, readers, post_pause=0.02):
        for how in ("stop", "kill"):
            await asyncio.sleep(2)
            await cluster.service(how, "pgbouncer")
            await cluster.service("start", "pgbouncer")
        await asyncio.sleep(2)
    only_unavailable(authors, readers)
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers)
