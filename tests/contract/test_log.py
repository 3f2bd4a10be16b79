"""What holds for a bus over a log, whatever dies or is lost on the way."""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.contextvars import bound_contextvars, get_contextvars

from chirrup.platform import delivery
from chirrup.platform.adapters.log import consumer
from chirrup.platform.adapters.log.events import DeadLettered
from chirrup.platform.adapters.log.log import Log, Reading
from chirrup.platform.adapters.log.relay import Relay
from chirrup.platform.adapters.postgres.outbox import Numbered
from chirrup.platform.adapters.redis_streams import sharing
from chirrup.platform.errors import Unavailable
from chirrup.platform.events import encode, shard_of
from chirrup.platform.outbox import Entry
from chirrup.platform.ports import Batch, Database, Subscription
from tests.contract.adapters import Sang, Slept
from tests.contract.birds import ROBIN, WREN, Listener, sing, tallied, tally, until, wanting
from tests.contract.buses import LOGS, LogBusStorage, running

Storage = LogBusStorage
PATIENCE = 60


@pytest.fixture(params=LOGS)
def storage(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Storage]:
    """Each kind of log, and its database."""
    with LOGS[request.param](data_dir) as storage:
        yield storage


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses as short as a test needs them."""
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(consumer, "IDLE", 0.05)
    monkeypatch.setattr(consumer, "LOOK", 0.1)
    monkeypatch.setattr(sharing, "LEASE", 1.0)


class Deadly:
    """A log whose relay dies as soon as it has published."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.read = log.read

    async def publish(self, events: Sequence[Numbered]) -> list[Numbered]:
        await self._log.publish(events)
        raise RuntimeError("killed")


class Alone:
    """A log on which each member is a group of its own, and so has all shards."""

    def __init__(self, log: Log, group: str) -> None:
        self._log = log
        self._group = group
        self.publish = log.publish

    def read(self, subscription: Subscription) -> AbstractAsyncContextManager[Reading]:
        return self._log.read(replace(subscription, name=f"{subscription.name}-{self._group}"))


async def caught_up(bus: Awaitable[None]) -> None:
    await asyncio.wait_for(bus, PATIENCE)


async def relayed(storage: Storage, database: Database) -> None:
    """Wait until everything is published."""

    async def nothing_waits() -> bool:
        return (await storage.outbox.backlog(database.read)).pending == 0

    await until(nothing_waits, PATIENCE)


def relay(storage: Storage, database: Database, log: Log) -> Relay:
    return Relay(database, log, storage.storage.telemetry)


async def test_what_a_dying_relay_has_published_unnoted_is_handled_once(storage: Storage, database: Database) -> None:
    await sing(database, 1, 2, 3)
    async with storage.log() as log:
        with pytest.raises(RuntimeError):
            await relay(storage, database, Deadly(log)).round()
    await sing(database, 4, 5)
    async with storage.delivering(database, [wanting(tally)]) as bus:
        await caught_up(bus.caught_up())
    assert await tallied(database) == dict.fromkeys(range(1, 6), 1)
    assert set(storage.contents()["birds", shard_of(WREN)]) == {1, 2, 3, 4, 5}


async def test_several_relays_publish_each_event_once_and_in_order(storage: Storage) -> None:
    async def singing(database: Database, bird: int) -> None:
        for song in range(20):
            await sing(database, *range(song * 5, song * 5 + 5), bird=bird)

    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(storage.open()) for _ in range(3)]
        logs = [await stack.enter_async_context(storage.log()) for _ in range(3)]
        relays = [relay(storage, *one).run() for one in zip(databases, logs, strict=True)]
        async with running(*relays):
            await asyncio.gather(*(singing(databases[bird % 3], bird) for bird in range(24)))
            await relayed(storage, databases[0])
    assert storage.contents() == {("birds", shard): list(range(1, 201)) for shard in range(12)}


async def test_workers_that_come_and_go_under_load_handle_each_event_once_and_in_order(
    storage: Storage, database: Database
) -> None:
    """Each song counts only after the one before; a song that is lost, doubled or early stops its bird's count."""
    birds, songs = range(100, 124), 60
    early: list[tuple[int, int]] = []

    async def note(batch: Batch) -> None:
        async with batch.transaction() as tx:
            wrong = []
            for one in batch.deliveries:
                assert isinstance(one.event, Sang)
                changed = await tx.run(
                    "INSERT INTO post_counts (post_id, likes) VALUES ($1, $2) ON CONFLICT (post_id)"
                    " DO UPDATE SET likes = excluded.likes WHERE post_counts.likes = excluded.likes - 1",
                    one.event.bird, one.event.song,
                )  # fmt: skip
                if not changed:
                    wrong.append((one.event.bird, one.event.song))
            await asyncio.sleep(0.01)
        early.extend(wrong)

    async def singing() -> None:
        for song in range(1, songs + 1):
            await asyncio.gather(*(sing(database, song, bird=bird) for bird in birds))
            await asyncio.sleep(0.05)

    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(storage.log())
        await stack.enter_async_context(running(relay(storage, database, log).run()))
        song = asyncio.create_task(singing())
        workers: list[asyncio.Task[None]] = []
        for step in range(6):
            bus = storage.bus(database, log, [wanting(note)])
            workers.append(asyncio.create_task(bus.run()))
            await asyncio.sleep(0.4)
            if step % 3:
                workers.pop(0).cancel()
                await asyncio.sleep(0.2)
        await song
        await caught_up(bus.caught_up())
        for worker in workers:
            worker.cancel()
        await asyncio.wait(workers)
    assert early == []
    assert await tallied(database) == dict.fromkeys(birds, songs)
    assert await storage.outbox.dead_letters(database.read) == []


async def test_a_log_that_is_lost_before_anybody_read_it_loses_nothing(storage: Storage, database: Database) -> None:
    async with storage.log() as log:
        await sing(database, 1, 2, 3)
        await relay(storage, database, log).round()
        await asyncio.to_thread(storage.lose)
        await sing(database, 1, 2, 3, bird=ROBIN)
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await caught_up(bus.caught_up())
        await sing(database, 4)
        await caught_up(bus.caught_up())
    assert listener.songs(WREN) == [1, 2, 3, 4]
    assert listener.songs(ROBIN) == [1, 2, 3]


async def test_a_log_that_is_lost_while_all_are_at_work_loses_nothing(storage: Storage, database: Database) -> None:
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await sing(database, *range(10))
        await caught_up(bus.caught_up())
        for start in range(10, 50, 10):
            lost = asyncio.create_task(asyncio.to_thread(storage.lose))
            for song in range(start, start + 10):
                await sing(database, song)
            await lost
        await caught_up(bus.caught_up())
    assert listener.songs() == list(range(50))


async def test_what_only_a_lost_primary_knew_is_not_handled(storage: Storage, database: Database) -> None:
    """Another primary takes over that has not heard of the last two songs, and gives two others their place."""

    def lost(seq: int, song: int) -> Numbered:
        entry = Entry(1000 + seq, "Sang", encode(Sang(bird=WREN, song=song)), None, 0)
        return Numbered("birds", shard_of(WREN), seq, WREN, entry)

    await sing(database, 1, 2)
    async with storage.delivering(database, [wanting(tally)]) as bus, storage.log() as log:
        await caught_up(bus.caught_up())
        await log.publish([lost(3, 66), lost(4, 67)])
        await asyncio.sleep(0.3)
        async with database.transaction() as tx:
            await tx.run("UPDATE outbox_shards SET timeline = timeline + 1")
        await sing(database, 3, 4)
        await caught_up(bus.caught_up())
    assert await tallied(database) == dict.fromkeys([1, 2, 3, 4], 1)
    async with storage.delivering(database, [wanting(tally, name="latecomer")]) as bus:
        await sing(database, 5)
        await caught_up(bus.caught_up())
    assert await tallied(database) == {1: 2, 2: 2, 3: 2, 4: 2, 5: 1}
    assert {lag.lag for lag in await storage.outbox.lag(database.read)} <= {0, 1}


async def test_what_was_handled_at_a_lost_primary_alone_is_handled_again(storage: Storage, database: Database) -> None:
    """Another primary takes over that has heard of the last song, and not that it was handled."""
    await sing(database, 1, 2)
    async with storage.delivering(database, [wanting(tally)]) as bus:
        await caught_up(bus.caught_up())
        async with database.transaction() as tx:
            await tx.run("UPDATE consumers SET position = position - 1 WHERE position > 0")
            await tx.run("DELETE FROM post_counts WHERE post_id = 2")
        await caught_up(bus.caught_up())
    assert await tallied(database) == {1: 1, 2: 1}


async def test_what_was_fetched_and_not_handled_is_fetched_by_the_next_member(
    storage: Storage, database: Database
) -> None:
    async def two(reading: Reading) -> list[int]:
        songs: list[int] = []
        while len(songs) < 2:
            records = await reading.fetch(10, 0.1)
            songs += [one.entry.event.song for one in records if isinstance(one.entry.event, Sang)]
        return songs

    await sing(database, 1, 2)
    async with storage.log() as log, running(relay(storage, database, log).run()):
        for _ in range(2):
            async with log.read(wanting(Listener())) as reading:
                assert await asyncio.wait_for(two(reading), PATIENCE) == [1, 2]


async def test_a_consumer_that_dies_amid_its_transaction_leaves_no_trace(storage: Storage, database: Database) -> None:
    amid = asyncio.Event()

    async def die(batch: Batch) -> None:
        async with batch.transaction() as tx:
            await tx.run("INSERT INTO post_counts (post_id, likes) VALUES (99, 1)")
            amid.set()
            await asyncio.Event().wait()

    await sing(database, 1, 2)
    async with storage.delivering(database, [wanting(die)]):
        await asyncio.wait_for(amid.wait(), PATIENCE)
    async with storage.delivering(database, [wanting(tally)]) as bus:
        await caught_up(bus.caught_up())
    assert await tallied(database) == {1: 1, 2: 1}


async def test_two_who_both_believe_a_shard_to_be_theirs_handle_each_event_once(
    storage: Storage, database: Database
) -> None:
    rolled_back = 0

    async def slowly(batch: Batch) -> None:
        nonlocal rolled_back
        try:
            await tally(batch)
        except Unavailable:
            rolled_back += 1
            raise

    async with storage.log() as log:
        buses = [storage.bus(database, Alone(log, group), [wanting(slowly)]) for group in ("one", "other")]
        async with running(relay(storage, database, log).run(), *(bus.run() for bus in buses)):
            for start in range(0, 200, 5):
                await asyncio.gather(*(sing(database, song, bird=song % 12) for song in range(start, start + 5)))
                await asyncio.sleep(0.02)
            await caught_up(buses[0].caught_up())
    assert await tallied(database) == dict.fromkeys(range(200), 1)
    assert rolled_back > 0


async def test_a_handler_that_takes_long_keeps_its_share(
    storage: Storage, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "STAY", 0.1)
    begun: list[int] = []

    async def dawdle(batch: Batch) -> None:
        begun.extend(one.event.song for one in batch.deliveries if isinstance(one.event, Sang))
        await asyncio.sleep(2.5)
        await tally(batch)

    async with storage.log() as log:
        buses = [storage.bus(database, log, [wanting(dawdle)]) for _ in range(2)]
        async with running(relay(storage, database, log).run(), *(bus.run() for bus in buses)):
            # both have their share before there is anything to do
            await asyncio.sleep(2)
            await sing(database, 1, 2, 3)
            await caught_up(buses[0].caught_up())
    assert begun == [1, 2, 3]


async def test_a_part_that_is_away_is_waited_for(storage: Storage, database: Database) -> None:
    attempts = 0

    async def handler(batch: Batch) -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 3 * delivery.ATTEMPTS:
            raise Unavailable("the nest is away")
        await tally(batch)

    await sing(database, 1, 2)
    async with storage.delivering(database, [wanting(handler)]) as bus:
        await caught_up(bus.caught_up())
    assert await tallied(database) == {1: 1, 2: 1}
    assert await storage.outbox.dead_letters(database.read) == []


async def test_a_dead_letter_is_told_to_those_who_listen(storage: Storage, database: Database) -> None:
    told: list[DeadLettered] = []

    async def note(batch: Batch) -> None:
        told.extend(one.event for one in batch.deliveries if isinstance(one.event, DeadLettered))

    async def heard() -> bool:
        return bool(told)

    subscriptions = [wanting(Listener(lambda songs: 2 in songs)), wanting(note, DeadLettered, name="undertaker")]
    async with storage.delivering(database, subscriptions):
        await sing(database, 1, 2, 3)
        await until(heard, PATIENCE)
    (letter,) = await storage.outbox.dead_letters(database.read)
    assert told == [
        DeadLettered(consumer="listener", event_id=letter.event_id, type="Sang", error="ValueError: out of tune")
    ]


async def test_the_id_of_a_request_goes_with_its_events_to_the_last_handler(
    storage: Storage, database: Database
) -> None:
    heard: list[tuple[str | None, object]] = []

    async def tire(batch: Batch) -> None:
        async with batch.transaction() as tx:
            tx.publish(Slept(bird=WREN))

    async def note(batch: Batch) -> None:
        heard.extend((one.request_id, get_contextvars().get("request_id")) for one in batch.deliveries)

    async with storage.delivering(database, [wanting(tire), wanting(note, Slept, name="night")]) as bus:
        with bound_contextvars(request_id="r-1"):
            await sing(database, 1)
        await caught_up(bus.caught_up())
        await caught_up(bus.caught_up())
    assert heard == [("r-1", "r-1")]


async def test_what_is_behind_shows(storage: Storage, database: Database) -> None:
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await sing(database, 1)
        await caught_up(bus.caught_up())
    await sing(database, 2, 3)
    assert (await storage.outbox.backlog(database.read)).pending == 2
    async with storage.log() as log:
        await relay(storage, database, log).round()
    backlog = await storage.outbox.backlog(database.read)
    assert (backlog.pending, backlog.oldest) == (0, None)
    (lag,) = await storage.outbox.lag(database.read)
    assert (lag.consumer, lag.topic, lag.position, lag.lag) == ("listener", "birds", 1, 2)
    assert lag.oldest == storage.storage.clock.now()
    assert await storage.outbox.newest(database.read) == 3


async def test_a_consumer_that_is_no_more_holds_nothing_back(storage: Storage, database: Database) -> None:
    async with storage.delivering(database, [wanting(Listener(), name="gone"), wanting(Listener())]) as bus:
        await sing(database, 1)
        await caught_up(bus.caught_up())
    async with storage.delivering(database, [wanting(Listener())]) as bus:
        await sing(database, 2)
        await caught_up(bus.caught_up())
    later = storage.storage.clock.now() + 1
    async with database.transaction() as tx:
        assert await storage.outbox.trim(tx, later, {"listener": ["birds"], "gone": ["birds"]}) == 1
        assert await storage.outbox.trim(tx, later, {"listener": ["birds"]}) == 1
    assert {lag.consumer for lag in await storage.outbox.lag(database.read)} == {"listener"}
