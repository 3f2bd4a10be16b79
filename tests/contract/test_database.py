"""The promises of the `Database` port."""

import asyncio
import contextlib
from array import array

import pytest
from structlog.contextvars import bound_contextvars

from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import Database, Transaction
from tests.contract.adapters import Sang, Slept, Storage

WREN, ROBIN, JAY = 1, 2, 3


async def mute(tx: Transaction, muter: int, muted: int) -> None:
    await tx.run("INSERT INTO mutes (muter_id, muted_id) VALUES ($1, $2)", muter, muted)


async def mutes(database: Database) -> set[tuple[int, int]]:
    return {(row[0], row[1]) for row in await database.read.all("SELECT muter_id, muted_id FROM mutes")}


async def songs(database: Database) -> list[str]:
    return [row[0] for row in await database.read.all("SELECT type FROM outbox ORDER BY id")]


async def all_old(keys: list[int]) -> dict[int, str]:
    return dict.fromkeys(keys, "old")


async def none(keys: list[int]) -> dict[int, str]:
    return {}


async def test_a_body_that_raises_leaves_nothing_and_publishes_nothing(database: Database) -> None:
    async def body() -> None:
        async with database.transaction() as tx:
            await mute(tx, WREN, JAY)
            tx.publish(Sang(bird=WREN, song=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await body()
    assert await mutes(database) == set()
    assert await songs(database) == []


async def test_a_body_sees_its_own_writes_and_nobody_else_does_before_the_commit(database: Database) -> None:
    async with database.transaction() as tx:
        await mute(tx, WREN, JAY)
        assert await tx.first("SELECT 1 FROM mutes WHERE muter_id = $1", WREN) is not None
        assert await mutes(database) == set()
    assert await mutes(database) == {(WREN, JAY)}


async def test_short_and_long_queries_see_what_was_just_written(database: Database) -> None:
    for muted in range(10, 30):
        async with database.transaction() as tx:
            await mute(tx, WREN, muted)
        assert (WREN, muted) in await mutes(database)
        assert await database.scan.first("SELECT 1 FROM mutes WHERE muted_id = $1", muted) is not None


async def test_a_body_that_fails_in_a_group_rolls_back_alone(database: Database) -> None:
    async def body(number: int) -> None:
        async with database.transaction() as tx:
            await mute(tx, WREN, number)
            tx.publish(Sang(bird=WREN, song=number))
            if number % 5 == 2:
                raise ZeroDivisionError

    outcomes = await asyncio.gather(*(body(number) for number in range(40)), return_exceptions=True)
    kept = {number for number, outcome in enumerate(outcomes) if outcome is None}
    assert kept == {number for number in range(40) if number % 5 != 2}
    assert await mutes(database) == {(WREN, number) for number in kept}
    assert len(await songs(database)) == len(kept)


async def test_a_statement_that_is_refused_fails_its_body_alone(database: Database) -> None:
    async def body(muted: int) -> None:
        async with database.transaction() as tx:
            await mute(tx, WREN, muted)

    first, second, other = await asyncio.gather(body(JAY), body(JAY), body(ROBIN), return_exceptions=True)
    assert (first is None) != (second is None)
    assert other is None
    assert await mutes(database) == {(WREN, JAY), (WREN, ROBIN)}


async def test_what_was_written_is_there_after_reopening(storage: Storage) -> None:
    async with storage.open() as database, database.transaction() as tx:
        await mute(tx, WREN, JAY)
        tx.publish(Sang(bird=WREN, song=1))
    async with storage.open() as database:
        assert await mutes(database) == {(WREN, JAY)}
        assert await songs(database) == ["Sang"]


async def test_bodies_that_name_the_same_key_lose_no_update(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run("INSERT INTO post_counts (post_id, likes) VALUES ($1, 0)", WREN)

    async def like() -> None:
        async with database.transaction(WREN) as tx:
            row = await tx.first("SELECT likes FROM post_counts WHERE post_id = $1", WREN)
            assert row is not None
            await tx.run("UPDATE post_counts SET likes = $2 WHERE post_id = $1", WREN, row[0] + 1)

    await asyncio.gather(*(like() for _ in range(200)))
    row = await database.read.first("SELECT likes FROM post_counts WHERE post_id = $1", WREN)
    assert row is not None
    assert row[0] == 200


async def test_cache_entries_are_dropped_after_the_commit_and_before_the_block_is_left(
    storage: Storage, database: Database
) -> None:
    await storage.cache.fetch("nests", [WREN, JAY], all_old)
    async with database.transaction() as tx:
        tx.forget("nests", WREN)
        assert await storage.cache.fetch("nests", [WREN], none) == ["old"]
    assert await storage.cache.fetch("nests", [WREN, JAY], none) == [None, "old"]


async def test_a_body_that_raises_drops_no_cache_entry(storage: Storage, database: Database) -> None:
    await storage.cache.fetch("nests", [WREN], all_old)

    async def body() -> None:
        async with database.transaction() as tx:
            tx.forget("nests", WREN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await body()
    assert await storage.cache.fetch("nests", [WREN], none) == ["old"]


async def test_lists_are_parameters(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run_many("INSERT INTO mutes (muter_id, muted_id) VALUES ($1, $2)", [(WREN, n) for n in range(5)])
    query = "SELECT muted_id FROM mutes WHERE muted_id = ANY($1) ORDER BY muted_id"
    big = (1 << 63) - 1
    for ids in ([3, 1, big], (3, 1), array("Q", [1, 3])):
        assert [row[0] for row in await database.read.all(query, ids)] == [1, 3]
    assert await database.read.all(query, []) == []
    rows = await database.read.all("SELECT a.id FROM unnest($1::bigint[]) AS a(id) ORDER BY a.id", [big, 7])
    assert [row[0] for row in rows] == [7, big]
    awkward = ["wren", 'o\'wl "x" \\ ✓', ""]
    rows = await database.read.all("SELECT a.name FROM unnest($1::text[]) AS a(name)", awkward)
    assert sorted(row[0] for row in rows) == sorted(awkward)


async def test_events_are_kept_in_the_order_of_publishing_with_their_request(
    storage: Storage, database: Database
) -> None:
    with bound_contextvars(request_id="nest-7"):
        async with database.transaction() as tx:
            tx.publish(Sang(bird=WREN, song=1))
            tx.publish(Slept(bird=WREN))
            tx.publish(Sang(bird=WREN, song=2))
    rows = await database.read.all("SELECT type, request_id, created_at FROM outbox ORDER BY id")
    assert [row[0] for row in rows] == ["Sang", "Slept", "Sang"]
    assert {row[1] for row in rows} == {"nest-7"}
    assert {row[2] for row in rows} == {storage.clock.now()}


async def test_run_tells_how_many_rows_changed(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run_many("INSERT INTO mutes (muter_id, muted_id) VALUES ($1, $2)", [(WREN, n) for n in range(5)])
        assert await tx.run("DELETE FROM mutes WHERE muted_id < $1", 3) == 3
        conflict = "INSERT INTO mutes (muter_id, muted_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        assert await tx.run(conflict, WREN, 4) == 0


async def test_a_caller_that_leaves_while_the_commit_is_under_way_has_written(database: Database) -> None:
    left = asyncio.Event()

    async def body() -> None:
        async with database.transaction() as tx:
            await mute(tx, WREN, JAY)
            left.set()

    task = asyncio.create_task(body())
    await left.wait()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await _mute_one(database, ROBIN)
    assert await mutes(database) == {(WREN, JAY), (WREN, ROBIN)}


async def test_a_caller_that_is_cancelled_inside_the_body_has_written_nothing(database: Database) -> None:
    inside = asyncio.Event()

    async def body() -> None:
        async with database.transaction() as tx:
            await mute(tx, WREN, JAY)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(body())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await _mute_one(database, ROBIN)
    assert await mutes(database) == {(WREN, ROBIN)}


async def test_a_closed_database_refuses_instead_of_hanging(storage: Storage) -> None:
    async with storage.open() as database:
        pass
    with pytest.raises(Unavailable):
        await asyncio.wait_for(_mute_one(database, JAY), 5)


async def _mute_one(database: Database, muted: int) -> None:
    async with database.transaction() as tx:
        await mute(tx, WREN, muted)
