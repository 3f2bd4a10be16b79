"""Workers that die, and events that cannot be handled."""

import asyncio

import pytest

from chirrup.platform.adapters.log.events import DeadLettered
from tests.faults.cluster.harness import Cluster, eventually
from tests.faults.cluster.log import produce_garbage, published
from tests.faults.cluster.people import load

FOLLOWERS = 100


async def visited(cluster: Cluster) -> int:
    """Return how many followers have been visited by steps that were finished."""
    [(count,)] = await cluster.rows("SELECT coalesce(sum(visited), 0) FROM fan_out_steps")
    return int(count)


@pytest.mark.slow
async def test_a_fan_out_whose_worker_is_killed_goes_on_at_its_chunk(cluster: Cluster) -> None:
    await cluster.start(apis=1, workers=1, CHIRRUP_FANOUT_CHUNK="1")
    authors, readers = await cluster.people(["wren"], [f"lark_{number}" for number in range(FOLLOWERS)])
    await cluster.settle(cluster.apis[0])
    doomed = cluster.members[-1]
    await authors[0].post()

    async def under_way() -> None:
        assert await visited(cluster) >= 3

    await eventually(under_way, pause=0.002)
    await asyncio.to_thread(doomed.kill)
    done = await visited(cluster)
    assert done < FOLLOWERS, "the fan-out was over before the worker died"
    heir = await asyncio.to_thread(cluster.launch("worker").wait)
    await cluster.check(authors, readers, apis=[0])
    await cluster.settle(heir)
    assert await visited(cluster) == FOLLOWERS, "a chunk was done twice or not at all"
    visits = (await heir.measures())["chirrup_fanout_visits_total"]
    assert visits == FOLLOWERS - done, "the heir did not go on where the other had ended"


@pytest.mark.slow
async def test_workers_that_die_and_come_back_under_load_lose_and_double_nothing(cluster: Cluster) -> None:
    await cluster.start(apis=2, workers=2, CHIRRUP_FANOUT_CHUNK="2")
    authors, readers = await cluster.people(["wren", "robin", "jay"], ["lark", "kite", "rook"])
    workers = cluster.members[-2:]
    async with load(authors, readers):
        for worker in workers:
            await asyncio.sleep(2)
            await asyncio.to_thread(worker.kill)
            await asyncio.sleep(1)
            await asyncio.to_thread(worker.launch().wait)
    await cluster.settle(workers[0])
    await cluster.check(authors, readers)


POISON = """
CREATE FUNCTION choke() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.username = 'cuckoo' AND NEW.posts_count <> OLD.posts_count THEN
        RAISE EXCEPTION 'this egg is not ours';
    END IF;
    RETURN NEW;
END $$
"""


async def test_an_event_that_cannot_be_handled_is_put_aside_and_handled_once_asked_for(cluster: Cluster) -> None:
    await cluster.start(apis=1, workers=1)
    authors, readers = await cluster.people(["wren", "robin", "cuckoo"], ["lark"])
    await cluster.settle(cluster.apis[0])
    cuckoo = authors.pop()
    await cluster.sql(POISON, "CREATE TRIGGER choke BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION choke()")
    await cuckoo.post()
    for author in authors:
        for _ in range(10):
            await author.post()
    # what is behind it goes on
    await cluster.settle(cluster.apis[0])
    for author in authors:
        profile = await author.insist("GET", f"/users/{author.name}")
        assert profile["posts_count"] == len(author.posted)
    [letter] = (await cluster.command("outbox"))["dead_letters"]
    assert (letter["type"], letter["retrying"]) == ("PostPublished", False)
    assert "this egg is not ours" in letter["error"]
    told = [
        record.event for record in await asyncio.to_thread(lambda: list(published(cluster.settings, "dead-letters")))
    ]
    assert [event.event_id for event in told if isinstance(event, DeadLettered)] == [letter["event_id"]]
    await cluster.sql("DROP TRIGGER choke ON accounts")
    assert (await cluster.command("outbox", "retry", "--all"))["asked"] == 1

    async def gone() -> None:
        assert (await cluster.command("outbox"))["dead_letters"] == []

    await eventually(gone)
    await cluster.check([*authors, cuckoo], readers, apis=[0])


async def test_what_is_no_event_at_all_is_put_aside(cluster: Cluster) -> None:
    await cluster.start(apis=1, workers=1)
    authors, readers = await cluster.people(["wren"], ["lark"])
    await cluster.settle(cluster.apis[0])
    await asyncio.to_thread(produce_garbage, cluster.settings, "posts")
    for _ in range(5):
        await authors[0].post()
    await cluster.settle(cluster.apis[0])
    await cluster.check(authors, readers, apis=[0])
    letters = (await cluster.command("outbox"))["dead_letters"]
    assert letters
    assert all("is none of ours" in letter["error"] for letter in letters)
