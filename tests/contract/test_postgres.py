"""What only the PostgreSQL database has to promise: many processes, lost connections, transactions side by side."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from urllib.parse import urlsplit, urlunsplit

import pytest

from chirrup.platform.adapters.memory.cache import MemoryCache
from chirrup.platform.adapters.postgres.database import PostgresDatabase
from chirrup.platform.adapters.postgres.pools import is_closed
from chirrup.platform.adapters.postgres.transactions import PostgresTransaction
from chirrup.platform.errors import Interrupted, StorageFull, Unavailable
from chirrup.platform.ports import Transaction
from tests.clock import HandClock
from tests.cluster import FreshDatabase, require, run_sql
from tests.contract.adapters import Sang
from tests.contract.stores import SPACES
from tests.contract.wire import Wire, wire_to

WREN, ROBIN, JAY = 1, 2, 3


class LostCache(MemoryCache):
    """A cache that cannot be reached when something is to be forgotten."""

    async def delete(self, space: str, keys: Sequence[int]) -> None:
        """Refuse."""
        raise Unavailable("The cache is away.")


def database_at(url: str, cache: MemoryCache | None = None) -> PostgresDatabase:
    return PostgresDatabase(url, "", HandClock(), cache or MemoryCache(SPACES))


async def mute(tx: Transaction, muted: int) -> None:
    await tx.run("INSERT INTO mutes (muter_id, muted_id) VALUES ($1, $2)", WREN, muted)


async def mutes(database: PostgresDatabase) -> set[int]:
    return {row[0] for row in await database.read.all("SELECT muted_id FROM mutes")}


async def break_connections(url: str) -> None:
    """End all sessions of a database, as a restart of its server does."""
    await run_sql(
        url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )  # fmt: skip


async def closed(tx: PostgresTransaction) -> None:
    """Wait until the connection of a body is known to be broken."""
    async with asyncio.timeout(10):
        while True:
            if is_closed(tx._connection):
                return
            await asyncio.sleep(0.005)


@pytest.fixture
def url() -> Iterator[str]:
    """A database of the test's own on the primary."""
    with FreshDatabase(require("postgres")) as fresh:
        yield fresh.url


@pytest.fixture
async def database(url: str) -> AsyncIterator[PostgresDatabase]:
    """The same, open."""
    async with database_at(url) as database:
        yield database


@pytest.fixture
async def wire(url: str) -> AsyncIterator[Wire]:
    """A wire to the primary."""
    parts = urlsplit(url)
    async with wire_to(parts.hostname or "", parts.port or 0) as wire:
        yield wire


def through(wire: Wire, url: str) -> str:
    """Return the URL of a database at the other end of a wire."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{wire.port}"))


async def test_bodies_of_different_keys_run_side_by_side(database: PostgresDatabase) -> None:
    async with database.transaction(WREN) as slow:
        await mute(slow, WREN)
        async with database.transaction(ROBIN) as quick:
            await mute(quick, ROBIN)
        assert await mutes(database) == {ROBIN}
    assert await mutes(database) == {WREN, ROBIN}


async def test_a_body_waits_for_another_process_that_has_its_key(url: str, database: PostgresDatabase) -> None:
    async def write() -> None:
        async with database.transaction(ROBIN, WREN) as tx:
            seen.append(len(await tx.all("SELECT 1 FROM mutes")))

    seen: list[int] = []
    async with database_at(url) as other:
        async with other.transaction(WREN) as tx:
            writing = asyncio.create_task(write())
            await asyncio.wait([writing], timeout=0.1)
            await mute(tx, JAY)
        await asyncio.wait_for(writing, 5)
    assert seen == [1]


async def test_keys_in_another_order_lock_nobody_out(database: PostgresDatabase) -> None:
    async def write(*keys: int) -> None:
        async with database.transaction(*keys) as tx:
            await tx.first("SELECT 1")

    bodies = [write(WREN, ROBIN, JAY) if n % 2 else write(JAY, ROBIN, WREN, WREN) for n in range(40)]
    await asyncio.wait_for(asyncio.gather(*bodies), 20)


async def test_a_snapshot_stays_at_one_moment(database: PostgresDatabase) -> None:
    async with database.transaction(snapshot=True) as still:
        assert await still.all("SELECT muted_id FROM mutes") == []
        async with database.transaction() as tx:
            await mute(tx, JAY)
        assert await still.all("SELECT muted_id FROM mutes") == []
    assert await mutes(database) == {JAY}


async def test_who_changes_what_changed_since_the_snapshot_is_interrupted(database: PostgresDatabase) -> None:
    async with database.transaction() as tx:
        await mute(tx, JAY)

    async def late() -> None:
        async with database.transaction(snapshot=True) as still:
            await still.all("SELECT muted_id FROM mutes")
            async with database.transaction() as tx:
                await tx.run("UPDATE mutes SET muted_id = $1", ROBIN)
            await still.run("UPDATE mutes SET muted_id = $1", WREN)

    with pytest.raises(Interrupted):
        await late()
    assert await mutes(database) == {ROBIN}


async def test_one_of_two_bodies_that_wait_for_each_other_is_interrupted(database: PostgresDatabase) -> None:
    async with database.transaction() as tx:
        await tx.run_many("INSERT INTO post_counts (post_id) VALUES ($1)", [(WREN,), (ROBIN,)])
    meeting = asyncio.Barrier(2)

    async def like(*post_ids: int) -> None:
        async with database.transaction() as tx:
            for post_id in post_ids:
                await tx.run("UPDATE post_counts SET likes = likes + 1 WHERE post_id = $1", post_id)
                if post_id == post_ids[0]:
                    await meeting.wait()

    outcomes = await asyncio.gather(like(WREN, ROBIN), like(ROBIN, WREN), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Interrupted]
    rows = await database.read.all("SELECT likes FROM post_counts")
    assert [row[0] for row in rows] == [1, 1]


async def test_connections_that_broke_while_idle_are_not_noticed(url: str, database: PostgresDatabase) -> None:
    async def use(muted: int) -> None:
        async with database.transaction() as tx:
            await mute(tx, muted)
        assert muted in await mutes(database)

    await asyncio.gather(*(use(muted) for muted in range(8)))
    await break_connections(url)
    await asyncio.gather(*(use(muted) for muted in range(8, 16)))
    assert await mutes(database) == set(range(16))


async def test_a_body_whose_connection_breaks_is_interrupted(url: str, database: PostgresDatabase) -> None:
    async def write() -> None:
        async with database.transaction() as tx:
            await mute(tx, JAY)
            await break_connections(url)
            await mute(tx, ROBIN)

    with pytest.raises(Interrupted):
        await write()
    assert await mutes(database) == set()


async def test_a_connection_that_breaks_before_the_commit_interrupts(url: str, database: PostgresDatabase) -> None:
    async def write() -> None:
        async with database.transaction() as tx:
            await mute(tx, JAY)
            await break_connections(url)
            # else COMMIT may be on its way, and nobody knows what becomes of it
            await closed(tx)

    with pytest.raises(Interrupted):
        await write()
    assert await mutes(database) == set()


async def test_a_connection_that_breaks_during_the_commit_leaves_a_doubt_and_no_stale_cache(
    url: str, wire: Wire
) -> None:
    cache = MemoryCache(SPACES)

    async def load(keys: list[int]) -> dict[int, str]:
        return dict.fromkeys(keys, "loaded")

    async def write(database: PostgresDatabase) -> None:
        async with database.transaction() as tx:
            await mute(tx, JAY)
            tx.forget("nests", WREN)
            wire.cut_after = b"COMMIT"

    async with database_at(through(wire, url), cache) as database:
        await cache.fetch_one("nests", WREN, load)
        with pytest.raises(Unavailable, match="not known") as refused:
            await write(database)
        assert not isinstance(refused.value, Interrupted)
        async with database_at(url) as other:
            assert await mutes(other) == {JAY}
    loads: list[int] = []

    async def load_again(keys: list[int]) -> dict[int, str]:
        loads.extend(keys)
        return dict.fromkeys(keys, "loaded again")

    await cache.fetch_one("nests", WREN, load_again)
    assert loads == [WREN]


async def test_a_database_that_is_away_refuses_and_serves_once_it_is_back(url: str, wire: Wire) -> None:
    async def write(database: PostgresDatabase, muted: int) -> None:
        async with database.transaction() as tx:
            await mute(tx, muted)

    async with database_at(through(wire, url)) as database:
        await write(database, JAY)
        await wire.cut()
        with pytest.raises(Unavailable):
            await database.read.first("SELECT 1")
        with pytest.raises(Unavailable):
            await write(database, ROBIN)
        await wire.start()
        await write(database, ROBIN)
        assert await mutes(database) == {JAY, ROBIN}


async def test_of_several_hosts_the_one_that_takes_writes_is_found(url: str, wire: Wire) -> None:
    replica, primary = urlsplit(require("replica")), urlsplit(url)
    await wire.cut()
    hosts = f"127.0.0.1:{wire.port},127.0.0.1:{replica.port},127.0.0.1:{primary.port}"
    several = f"postgresql://{primary.username}@{hosts}{primary.path}?target_session_attrs=read-write"
    async with database_at(several) as database:
        async with database.transaction() as tx:
            await mute(tx, JAY)
        assert await mutes(database) == {JAY}


async def test_a_full_disk_is_told_as_such(database: PostgresDatabase) -> None:
    async def write() -> None:
        async with database.transaction() as tx:
            await mute(tx, JAY)
            await tx.run("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$")

    with pytest.raises(StorageFull):
        await write()
    assert await mutes(database) == set()


async def test_a_body_that_goes_on_after_a_refused_statement_is_not_taken_for_saved(database: PostgresDatabase) -> None:
    async def write() -> None:
        async with database.transaction() as tx:
            await mute(tx, JAY)
            with pytest.raises(Exception, match="duplicate key"):
                await mute(tx, JAY)

    with pytest.raises(Exception, match="nothing was saved"):
        await write()
    assert await mutes(database) == set()


async def test_what_a_cache_could_not_forget_is_an_event(url: str) -> None:
    async with database_at(url, LostCache(SPACES)) as database:
        async with database.transaction() as tx:
            tx.publish(Sang(bird=WREN, song=1))
            tx.forget("nests", JAY, WREN)
            tx.forget("eggs", ROBIN)
            tx.forget("eggs", ROBIN)
        rows = await database.read.all("SELECT topic, type, key, payload FROM outbox ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("birds", "Sang", WREN, b'{"bird":1,"song":1}'),
        ("cache", "CacheForgotten", WREN, b'{"spaces":["nests","nests","eggs"],"keys":[1,3,2]}'),
    ]


async def test_rows_of_each_key_come_one_key_after_another(database: PostgresDatabase) -> None:
    async with database.transaction() as tx:
        await tx.run_many("INSERT INTO mutes (muter_id, muted_id) VALUES ($1, $2)", [(n % 3, n) for n in range(12)])
    query = "SELECT muter_id, muted_id FROM mutes WHERE muter_id = $1 AND muted_id < $2 ORDER BY muted_id DESC LIMIT 2"
    rows = await database.read.each(query, [2, 0, 2, 9], 10)
    assert [tuple(row) for row in rows] == [(2, 8), (2, 5), (0, 9), (0, 6), (2, 8), (2, 5)]
    assert await database.read.each(query, [], 10) == []


async def test_pools_tell_how_many_connections_they_have(database: PostgresDatabase) -> None:
    async with database.transaction() as tx:
        await tx.first("SELECT 1")
        stats = {pool.name: pool for pool in database.pool_stats()}
        assert (stats["write"].open, stats["write"].in_use) == (1, 1)
        assert (stats["scan"].open, stats["scan"].in_use) == (0, 0)
    stats = {pool.name: pool for pool in database.pool_stats()}
    assert (stats["write"].open, stats["write"].in_use) == (1, 0)
