"""How events get their numbers, and who publishes them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from chirrup.platform.adapters.postgres.numbering import NumberingStore
from chirrup.platform.adapters.postgres.outbox import FORK, Numbered
from chirrup.platform.ports import Database, Transaction
from tests.cluster import FreshDatabase, require
from tests.contract.adapters import PostgresStorage
from tests.contract.birds import ROBIN, WREN, sing

STORE = NumberingStore()
ALL = 1000


@pytest.fixture
def storage() -> Iterator[PostgresStorage]:
    """A database, not yet opened."""
    with FreshDatabase(require("postgres")) as fresh:
        yield PostgresStorage(fresh.url)


@pytest.fixture
async def database(storage: PostgresStorage) -> AsyncIterator[Database]:
    """The database, open."""
    async with storage.open() as database:
        yield database


async def number(database: Database, events: int = ALL) -> int:
    async with database.transaction() as tx:
        return await STORE.number(tx, await STORE.take_unnumbered(tx, events, ALL), events)


async def publish(database: Database, limit: int = ALL) -> list[Numbered]:
    async with database.transaction() as tx:
        events = await STORE.unpublished(tx, await STORE.take_unpublished(tx, ALL), limit)
        await STORE.published(tx, events)
        return events


async def places(database: Database) -> list[tuple[int, int | None]]:
    return [(row[0], row[1]) for row in await database.read.all("SELECT key, seq FROM outbox ORDER BY id")]


async def test_numbers_have_no_gaps_within_a_shard_and_follow_the_order_of_ids(database: Database) -> None:
    await sing(database, 1, 2)
    await sing(database, 1, bird=ROBIN)
    assert await number(database) == 3
    await sing(database, 3)
    assert await number(database) == 1
    assert await places(database) == [(WREN, 1), (WREN, 2), (ROBIN, 1), (WREN, 3)]


async def test_an_event_that_is_committed_late_gets_a_later_number(database: Database) -> None:
    async with database.transaction() as tx:
        await append(tx)
        await sing(database, 2)
        await number(database)
    await number(database)
    assert await places(database) == [(WREN, 2), (WREN, 1)]


async def append(tx: Transaction) -> None:
    """Write an event with the next id now, and not at the end of the transaction."""
    await tx.run(
        "INSERT INTO outbox (topic, shard, type, key, payload, created_at)"
        " VALUES ('birds', 1, 'Sang', 1, '{}'::bytea, 0)"
    )


async def test_what_one_numbers_another_leaves_alone(database: Database) -> None:
    await sing(database, 1)
    await sing(database, 1, bird=ROBIN)
    await number(database)
    await sing(database, 2)
    async with database.transaction() as one, database.transaction() as other:
        shards = await STORE.take_unnumbered(one, ALL, ALL)
        assert shards == [("birds", WREN)]
        await sing(database, 2, bird=ROBIN)
        assert await STORE.take_unnumbered(other, ALL, ALL) == [("birds", ROBIN)]
        assert await STORE.number(one, shards, ALL) == 1


async def test_what_one_publishes_another_neither_numbers_nor_publishes(database: Database) -> None:
    await sing(database, 1)
    await number(database)
    await sing(database, 2)
    async with database.transaction() as one, database.transaction() as other:
        assert len(await STORE.take_unpublished(one, ALL)) == 1
        assert await STORE.take_unnumbered(other, ALL, ALL) == []
        assert await STORE.take_unpublished(other, ALL) == []


async def test_what_was_published_and_not_noted_is_published_under_the_same_numbers(database: Database) -> None:
    await sing(database, 1, 2)
    await number(database)
    async with database.transaction() as tx:
        first = await STORE.unpublished(tx, await STORE.take_unpublished(tx, ALL), ALL)
    assert await publish(database) == first
    assert await publish(database) == []
    assert not await STORE.waiting(database.read)


async def test_a_long_shard_leaves_room_for_the_short_ones(database: Database) -> None:
    await sing(database, *range(100))
    await sing(database, 1, 2, 3, bird=ROBIN)
    await number(database)
    published = await publish(database, 20)
    assert [event.key for event in published].count(ROBIN) == 3
    assert [event.seq for event in published if event.key == WREN] == list(range(1, 18))


async def test_after_another_server_took_over_numbers_are_left_out_and_the_earlier_go_first(
    database: Database,
) -> None:
    await sing(database, 1, 2, 3)
    await sing(database, 1, bird=ROBIN)
    await number(database)
    await publish(database, 2)
    async with database.transaction() as tx:
        await tx.run("UPDATE outbox_shards SET timeline = timeline + 1")
    await sing(database, 4, 5)
    await sing(database, 2, bird=ROBIN)
    await number(database)
    published = [(event.key, event.seq) for _ in range(4) for event in await publish(database)]
    assert [seq for key, seq in published if key == WREN] == [2, 3, FORK + 4, FORK + 5]
    assert [seq for key, seq in published if key == ROBIN] == [FORK + 2]
    assert not await STORE.waiting(database.read)
