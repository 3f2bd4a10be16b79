"""The promises of the `Bus` port."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from chirrup.platform import delivery
from chirrup.platform.adapters.log import consumer
from chirrup.platform.adapters.redis_streams import sharing
from chirrup.platform.adapters.sqlite import bus as sqlite_bus
from chirrup.platform.adapters.sqlite import database as sqlite_database
from chirrup.platform.errors import StorageFull
from chirrup.platform.events import Event
from chirrup.platform.ports import Batch, Database, Subscription
from tests.contract.adapters import Sang, Slept
from tests.contract.birds import ROBIN, WREN, Listener, sing, tallied, tally, until, wanting
from tests.contract.buses import BUSES
from tests.contract.buses import BusStorage as Storage


@pytest.fixture(params=BUSES)
def storage(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Storage]:
    """Each kind of bus, and its database."""
    with BUSES[request.param](data_dir) as storage:
        yield storage


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses as short as a test needs them."""
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(sqlite_bus, "IDLE", 0.05)
    monkeypatch.setattr(consumer, "IDLE", 0.05)
    monkeypatch.setattr(consumer, "LOOK", 0.1)
    monkeypatch.setattr(sharing, "LEASE", 1.0)


async def test_events_arrive_in_the_order_of_their_commits(storage: Storage, database: Database) -> None:
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]) as bus:
        for song in range(0, 60, 3):
            await asyncio.gather(sing(database, song, song + 1, song + 2), sing(database, song, bird=ROBIN))
        await asyncio.wait_for(bus.caught_up(), 10)
    assert listener.songs(WREN) == list(range(60))
    assert listener.songs(ROBIN) == list(range(0, 60, 3))


async def test_each_subscription_gets_what_it_wants_and_nothing_else(storage: Storage, database: Database) -> None:
    heard: dict[str, list[str]] = {"songs": [], "nights": [], "both": []}

    def noting(name: str, *events: type[Event]) -> Subscription:
        async def note(batch: Batch) -> None:
            heard[name] += [type(delivery.event).__name__ for delivery in batch.deliveries]

        return wanting(note, *events, name=name)

    subscriptions = [noting("songs", Sang), noting("nights", Slept), noting("both", Sang, Slept)]
    async with storage.delivering(database, subscriptions) as bus:
        async with database.transaction() as tx:
            tx.publish(Sang(bird=WREN, song=1))
            tx.publish(Slept(bird=WREN))
            tx.publish(Sang(bird=WREN, song=2))
        await asyncio.wait_for(bus.caught_up(), 10)
    assert heard == {"songs": ["Sang", "Sang"], "nights": ["Slept"], "both": ["Sang", "Slept", "Sang"]}


async def test_a_bus_that_is_to_serve_some_subscriptions_leaves_the_others_to_others(
    storage: Storage, database: Database
) -> None:
    chosen, other = Listener(), Listener()

    async def heard(listener: Listener) -> bool:
        return listener.songs(WREN) == [1, 2, 3]

    subscriptions = [wanting(chosen, name="chosen"), wanting(other, name="other")]
    async with storage.delivering(database, subscriptions, {"chosen"}):
        await sing(database, 1, 2, 3)
        await until(lambda: heard(chosen))
    assert other.songs(WREN) == []
    async with storage.delivering(database, subscriptions, {"other"}):
        await until(lambda: heard(other))
    assert await heard(chosen)


async def test_events_from_before_the_start_are_delivered(storage: Storage, database: Database) -> None:
    await sing(database, 1, 2, 3)
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
    assert listener.songs() == [1, 2, 3]


async def test_what_was_handled_is_not_delivered_again_after_a_restart(storage: Storage) -> None:
    listener = Listener()
    for song in range(3):
        async with storage.open() as database, storage.delivering(database, [wanting(listener)]) as bus:
            await sing(database, song)
            await asyncio.wait_for(bus.caught_up(), 10)
    assert listener.songs() == [0, 1, 2]


async def test_a_bus_that_starts_with_nothing_to_do_is_caught_up(storage: Storage, database: Database) -> None:
    await sing(database, 1)
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
    assert listener.songs() == [1]


async def test_an_event_whose_handling_was_cut_short_is_delivered_again(storage: Storage, database: Database) -> None:
    started = asyncio.Event()

    async def hang(_batch: Batch) -> None:
        started.set()
        await asyncio.Event().wait()

    await sing(database, 1, 2)
    async with storage.delivering(database, [wanting(hang)]):
        await asyncio.wait_for(started.wait(), 10)
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
    assert listener.songs() == [1, 2]


async def test_what_a_handler_writes_in_the_batch_s_transaction_is_written_once_whatever_crashes(
    storage: Storage, database: Database
) -> None:
    chance = random.Random(7)
    total = 0
    for _ in range(25):
        async with storage.delivering(database, [wanting(tally)]):
            for _ in range(chance.randrange(1, 8)):
                await sing(database, *range(total, total + 5))
                total += 5
            for _ in range(chance.randrange(12)):
                await asyncio.sleep(0)
    async with storage.delivering(database, [wanting(tally)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
    assert await tallied(database) == dict.fromkeys(range(total), 1)


async def test_an_event_that_keeps_failing_becomes_a_dead_letter_and_the_others_go_on(
    storage: Storage, database: Database
) -> None:
    listener = Listener(lambda songs: 3 in songs)
    await sing(database, 1, 2, 3, 4, 5)
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
        await sing(database, 6)
        await asyncio.wait_for(bus.caught_up(), 10)
    assert listener.songs() == [1, 2, 4, 5, 6]
    (letter,) = await storage.outbox.dead_letters(database.read)
    assert (letter.consumer, letter.event_id, letter.type) == ("listener", 3, "Sang")
    assert letter.error == "ValueError: out of tune"
    assert letter.attempts == delivery.ATTEMPTS
    assert letter.created_at == storage.storage.clock.now()


async def test_an_event_that_fails_now_and_then_is_handled_in_the_end(storage: Storage, database: Database) -> None:
    attempts: Counter[int] = Counter()

    def third_time_lucky(songs: Sequence[int]) -> bool:
        attempts.update(songs)
        return 2 in songs and attempts[2] < 3

    listener = Listener(third_time_lucky)
    await sing(database, 1, 2, 3)
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
    assert listener.songs() == [1, 2, 3]
    assert await storage.outbox.dead_letters(database.read) == []


async def test_an_event_of_an_unknown_shape_becomes_a_dead_letter(storage: Storage, database: Database) -> None:
    await sing(database, 1)
    async with database.transaction() as tx:
        await storage.append(tx, "Sang", 1, b'{"bird": "wren"}')
    await sing(database, 2)
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
    assert listener.songs() == [1, 2]
    assert [letter.event_id for letter in await storage.outbox.dead_letters(database.read)] == [2]


async def test_a_full_disk_amid_single_deliveries_doubles_none_of_them(storage: Storage, database: Database) -> None:
    attempts: Counter[int] = Counter()

    async def handler(batch: Batch) -> None:
        songs = [delivery.event.song for delivery in batch.deliveries if isinstance(delivery.event, Sang)]
        attempts.update(songs)
        if len(songs) > 1:
            raise ValueError("one at a time")
        if songs == [3] and attempts[3] < 4:
            raise StorageFull("no room for the third song")
        await tally(batch)

    await sing(database, 1, 2, 3, 4)
    async with storage.delivering(database, [wanting(handler)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
    assert await tallied(database) == {1: 1, 2: 1, 3: 1, 4: 1}
    assert await storage.outbox.dead_letters(database.read) == []


async def test_a_handler_that_fails_after_its_transaction_is_not_run_again(
    storage: Storage, database: Database
) -> None:
    async def handler(batch: Batch) -> None:
        await tally(batch)
        raise ValueError("too late")

    await sing(database, 1, 2)
    async with storage.delivering(database, [wanting(handler)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
    assert await tallied(database) == {1: 1, 2: 1}


async def test_the_bus_outlives_a_database_that_cannot_be_written(
    storage: Storage, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_database, "LOCK_PATIENCE", 0.05)
    listener = Listener()
    sleeper = Listener()
    async with database.transaction() as tx:
        tx.publish(Sang(bird=WREN, song=1))
    async with storage.locked(), storage.delivering(database, [wanting(listener)]):
        await asyncio.sleep(0.3)
    async with storage.delivering(database, [wanting(listener), wanting(sleeper, Slept, name="sleeper")]) as bus:
        # the sleeper has only to record that it has passed by a song, in a quiet moment
        await sing(database, 2)
        await asyncio.wait_for(bus.caught_up(), 10)
        async with storage.locked():
            await asyncio.sleep(0.4)
        await sing(database, 3)
        await asyncio.wait_for(bus.caught_up(), 10)
    assert listener.songs() == [1, 2, 3]


async def test_a_dead_letter_that_is_retried_is_handled_once_and_gone(storage: Storage, database: Database) -> None:
    await sing(database, 1, 2)
    async with storage.delivering(database, [wanting(Listener(lambda songs: 1 in songs))]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
    (letter,) = await storage.outbox.dead_letters(database.read)
    async with storage.delivering(database, [wanting(tally)]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
        assert await tallied(database) == {}
        async with database.transaction() as tx:
            assert await storage.outbox.ask_retry(tx, [letter.id]) == 1
        await until(lambda: _no_letters(storage, database))
    assert await tallied(database) == {1: 1}


async def test_a_dead_letter_that_fails_again_stays_with_its_new_error(storage: Storage, database: Database) -> None:
    await sing(database, 1)
    async with storage.delivering(database, [wanting(Listener(lambda _songs: True))]) as bus:
        await asyncio.wait_for(bus.caught_up(), 10)
        (letter,) = await storage.outbox.dead_letters(database.read)
        async with database.transaction() as tx:
            await storage.outbox.ask_retry(tx, [letter.id])
        await until(lambda: _tried(storage, database, letter.attempts + 1))
    (letter,) = await storage.outbox.dead_letters(database.read)
    assert not letter.retrying


async def test_the_log_keeps_what_a_consumer_has_not_handled(storage: Storage, database: Database) -> None:
    release = asyncio.Event()

    async def slow(_batch: Batch) -> None:
        await release.wait()

    async with storage.delivering(database, [wanting(Listener(), name="quick"), wanting(slow, name="slow")]) as bus:
        await sing(database, 1, 2)
        later = storage.storage.clock.now() + 1
        await until(lambda: _position_is(storage, database, "quick", 2))
        async with database.transaction() as tx:
            assert await storage.outbox.trim(tx, later, {"quick": ["birds"], "slow": ["birds"]}) == 0
        release.set()
        await asyncio.wait_for(bus.caught_up(), 10)
        async with database.transaction() as tx:
            assert await storage.outbox.trim(tx, later, {"quick": ["birds"], "slow": ["birds"]}) == 2
        await asyncio.wait_for(bus.caught_up(), 10)


@pytest.fixture
async def subscribed(storage: Storage, database: Database) -> AsyncIterator[Listener]:
    """A listener on a running bus."""
    listener = Listener()
    async with storage.delivering(database, [wanting(listener)]):
        yield listener


async def test_an_event_is_delivered_soon_after_its_commit_without_asking(
    database: Database, subscribed: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_bus, "IDLE", 3600)
    await sing(database, 1)
    await until(lambda: _has_heard(subscribed, [1]))


async def _has_heard(listener: Listener, songs: list[int]) -> bool:
    return listener.songs() == songs


async def _no_letters(storage: Storage, database: Database) -> bool:
    return not await storage.outbox.dead_letters(database.read)


async def _tried(storage: Storage, database: Database, attempts: int) -> bool:
    return [letter.attempts for letter in await storage.outbox.dead_letters(database.read)] == [attempts]


async def _position_is(storage: Storage, database: Database, consumer: str, position: int) -> bool:
    return await storage.handled(database.read, consumer) == position
