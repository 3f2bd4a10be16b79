"""What only the SQLite database has to promise: a full file, other processes, many threads."""

import asyncio
import contextlib
import sqlite3
import time
from pathlib import Path

import pytest

from chirrup.platform.adapters.memory.cache import MemoryCache
from chirrup.platform.adapters.sqlite import database as sqlite_database
from chirrup.platform.adapters.sqlite.database import SqliteDatabase
from chirrup.platform.errors import StorageFull, Unavailable
from chirrup.platform.ports import Database
from tests.clock import HandClock
from tests.contract.adapters import SqliteStorage

WREN, ROBIN, JAY = 1, 2, 3


async def mute(database: Database, muted: int) -> None:
    async with database.transaction() as tx:
        await tx.run("INSERT INTO mutes (muter_id, muted_id) VALUES ($1, $2)", WREN, muted)


async def mutes(database: Database) -> set[tuple[int, int]]:
    return {(row[0], row[1]) for row in await database.read.all("SELECT muter_id, muted_id FROM mutes")}


@pytest.fixture
def storage(data_dir: Path) -> SqliteStorage:
    """A database that is not open."""
    return SqliteStorage(data_dir)


@pytest.fixture
def file(storage: SqliteStorage) -> Path:
    """Its file."""
    return storage.path


async def test_a_full_file_refuses_and_takes_writes_again_once_there_is_room(file: Path) -> None:
    async with SqliteDatabase(file, HandClock(), MemoryCache({})) as database:
        pages = database._writer.execute("PRAGMA page_count").fetchone()[0]
        database._writer.execute(f"PRAGMA max_page_count = {pages + 8}")

        async def write(number: int) -> None:
            async with database.transaction() as tx:
                values = (number, "warbler" * 1000)
                await tx.run(
                    "INSERT INTO markers (account_id, name, post_id, updated_at) VALUES ($1, $2, 0, 0)", *values
                )

        outcomes = await asyncio.gather(*(write(number) for number in range(30)), return_exceptions=True)
        refused = [outcome for outcome in outcomes if outcome is not None]
        assert refused
        assert all(isinstance(outcome, StorageFull) for outcome in refused)
        kept = {row[0] for row in await database.read.all("SELECT account_id FROM markers")}
        assert kept == {number for number, outcome in enumerate(outcomes) if outcome is None}
        database._writer.execute(f"PRAGMA max_page_count = {pages + 800}")
        await write(99)
        assert await database.read.first("SELECT 1 FROM markers WHERE account_id = 99") is not None


async def test_a_commit_of_another_process_is_noticed(file: Path) -> None:
    async with SqliteDatabase(file, HandClock(), MemoryCache({})) as database:
        noticed = asyncio.Event()
        database.on_foreign_commit(noticed.set)
        async with database.transaction() as tx:
            await tx.run("INSERT INTO mutes (muter_id, muted_id) VALUES (1, 2)")
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("INSERT INTO mutes (muter_id, muted_id) VALUES (1, 3)")
        await asyncio.wait_for(noticed.wait(), 10)
        assert await database.read.first("SELECT count(*) FROM mutes") == (2,)


async def test_long_queries_run_beside_each_other_and_leave_the_loop_free(file: Path) -> None:
    count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT count(*) FROM n"
    async with SqliteDatabase(file, HandClock(), MemoryCache({})) as database:
        long = [asyncio.create_task(database.scan.first(count, 400_000)) for _ in range(3)]
        await asyncio.sleep(0)
        async with database.transaction() as tx:
            await tx.run("INSERT INTO mutes (muter_id, muted_id) VALUES (1, 2)")
        assert not all(task.done() for task in long)
        assert [await task for task in long] == [(400_000,)] * 3


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> float:
    """A database that waits for a lock a fraction of a second, which this returns."""
    monkeypatch.setattr(sqlite_database, "LOCK_PATIENCE", 0.4)
    return 0.4


async def test_a_body_waits_for_another_process_lock(storage: SqliteStorage, database: Database) -> None:
    with storage.locked():
        writing = asyncio.create_task(mute(database, JAY))
        done, _ = await asyncio.wait([writing], timeout=0.2)
        assert not done
    await asyncio.wait_for(writing, 5)
    assert await mutes(database) == {(WREN, JAY)}


async def test_a_lock_that_stays_makes_the_database_unavailable_and_then_it_recovers(
    storage: SqliteStorage, database: Database, impatient: float
) -> None:
    with storage.locked(), pytest.raises(Unavailable):
        await mute(database, JAY)
    assert await mutes(database) == set()
    await mute(database, ROBIN)
    assert await mutes(database) == {(WREN, ROBIN)}


async def test_bodies_that_wait_for_one_lock_do_not_wait_one_after_another(
    storage: SqliteStorage, database: Database, impatient: float
) -> None:
    started = time.monotonic()
    with storage.locked():
        waiting = [mute(database, muted) for muted in range(12)]
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert time.monotonic() - started < 6 * impatient


async def test_readers_do_not_wait_for_a_writer(storage: SqliteStorage, database: Database) -> None:
    await mute(database, JAY)
    with storage.locked():
        assert await mutes(database) == {(WREN, JAY)}
        assert await database.scan.first("SELECT count(*) FROM mutes") == (1,)
