"""That a replica never shows less than what has been committed, and that nobody waits for one that cannot."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest

from chirrup.platform.adapters.memory.cache import MemoryCache
from chirrup.platform.adapters.postgres import reading
from chirrup.platform.adapters.postgres.database import PostgresDatabase
from chirrup.platform.adapters.postgres.reading import ReplicatedReads
from chirrup.platform.errors import Unavailable
from tests.clock import HandClock
from tests.cluster import FreshDatabase, require, run_sql, with_database
from tests.contract.wire import Wire, wire_to

WREN = 1


@pytest.fixture
def urls() -> Iterator[tuple[str, str]]:
    """A database of the test's own, on the primary and on the replica."""
    with FreshDatabase(require("postgres")) as fresh:
        yield fresh.url, with_database(require("replica"), fresh.name)


@asynccontextmanager
async def opened(primary: str, replica: str, *, prepared: bool = True) -> AsyncIterator[PostgresDatabase]:
    """Open a database with a replica, in the state of a process that has just started."""
    database = PostgresDatabase(primary, replica, HandClock(), MemoryCache({}), prepared=prepared)
    async with database:
        yield database


def reads_of(database: PostgresDatabase) -> ReplicatedReads:
    assert database.replicated is not None
    return database.replicated


async def until(happened: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(15):
        while True:
            so = happened()
            if so is True or (so is not False and await so):
                return
            await asyncio.sleep(0.01)


async def in_use(database: PostgresDatabase) -> None:
    """Wait until the replica takes reads."""
    await until(lambda: reads_of(database).replica.usable)


async def mute(database: PostgresDatabase, muted: int) -> None:
    async with database.transaction() as tx:
        await tx.run("INSERT INTO mutes (muter_id, muted_id) VALUES ($1, $2)", WREN, muted)


async def mutes(database: PostgresDatabase) -> int:
    row = await database.read.first("SELECT count(*) FROM mutes")
    assert row is not None
    count: int = row[0]
    return count


@asynccontextmanager
async def paused(replica: str) -> AsyncIterator[None]:
    """Keep the replica from replaying what it receives."""
    await run_sql(replica, "SELECT pg_wal_replay_pause()")
    try:
        yield
    finally:
        await run_sql(replica, "SELECT pg_wal_replay_resume()")


@asynccontextmanager
async def wired(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """Lay a wire to a server; yields it and the URL of the database at its other end."""
    parts = urlsplit(url)
    async with wire_to(parts.hostname or "", parts.port or 0) as wire:
        yield wire, urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{wire.port}"))


async def test_a_replica_that_keeps_up_takes_the_reads(urls: tuple[str, str]) -> None:
    async with opened(*urls) as database:
        await in_use(database)
        await mute(database, 1)
        for _ in range(20):
            assert await mutes(database) == 1
        assert await database.scan.first("SELECT pg_is_in_recovery()") == (True,)
        assert reads_of(database).on_replica > 0


async def test_every_process_reads_what_any_has_written_at_once(urls: tuple[str, str]) -> None:
    async with opened(*urls) as one, opened(*urls) as other:
        await in_use(one)
        await in_use(other)
        for written in range(1, 101):
            writer, reader = (one, other) if written % 2 else (other, one)
            await mute(writer, written)
            assert await mutes(reader) == written
        assert reads_of(one).on_replica > 0


async def test_readers_who_come_together_all_see_what_was_written_before(urls: tuple[str, str]) -> None:
    async with opened(*urls) as database:
        await in_use(database)

        async def write_and_read(number: int) -> None:
            await mute(database, number)
            row = await database.read.first("SELECT 1 FROM mutes WHERE muted_id = $1", number)
            assert row is not None

        await asyncio.gather(*(write_and_read(number) for number in range(100)))


async def test_a_replica_that_has_stopped_replaying_shows_nothing_old_and_is_used_again_later(
    urls: tuple[str, str],
) -> None:
    async with opened(*urls) as database:
        await in_use(database)
        async with paused(urls[1]):
            for written in range(1, 21):
                await mute(database, written)
                assert await mutes(database) == written
            assert not reads_of(database).replica.usable
            asked_of_the_primary = reads_of(database).on_primary
            assert asked_of_the_primary >= 20
        await in_use(database)
        assert await mutes(database) == 20


async def test_a_replica_that_cannot_be_reached_is_done_without(urls: tuple[str, str]) -> None:
    async with wired(urls[1]) as (wire, replica):
        await wire.cut()
        async with opened(urls[0], replica) as database:
            await mute(database, 1)
            assert await mutes(database) == 1
            await wire.start()
            await in_use(database)
            assert await mutes(database) == 1


async def test_a_replica_that_breaks_off_under_reads_costs_none_of_them(urls: tuple[str, str]) -> None:
    async with wired(urls[1]) as (wire, replica), opened(urls[0], replica) as database:
        await in_use(database)
        await mute(database, 1)
        reading_on = [asyncio.create_task(mutes(database)) for _ in range(50)]
        await wire.cut()
        assert set(await asyncio.gather(*reading_on)) == {1}
        assert await mutes(database) == 1


async def test_a_replica_that_falls_silent_costs_no_read(urls: tuple[str, str]) -> None:
    async with wired(urls[1]) as (wire, replica), opened(urls[0], replica) as database:
        await in_use(database)
        await mute(database, 1)
        wire.flowing.clear()
        async with asyncio.timeout(10):
            assert set(await asyncio.gather(*(mutes(database) for _ in range(50)))) == {1}
            await mute(database, 2)
            assert await mutes(database) == 2
        wire.flowing.set()
        await in_use(database)
        assert await mutes(database) == 2


async def test_a_primary_that_falls_silent_leaves_the_replica_to_answer(urls: tuple[str, str]) -> None:
    async with wired(urls[0]) as (wire, primary), opened(primary, urls[1]) as database:
        await in_use(database)
        await mute(database, 1)
        wire.flowing.clear()
        async with asyncio.timeout(20):
            assert set(await asyncio.gather(*(mutes(database) for _ in range(20)))) == {1}
            with pytest.raises(Unavailable):
                await mute(database, 2)
        wire.flowing.set()
        await until(lambda: not reads_of(database).index.down)
        await mute(database, 3)
        assert await mutes(database) == 2


async def test_a_primary_that_is_only_late_is_read_itself_and_not_an_older_replica(
    urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def late(*_: object) -> list[object]:
        raise Unavailable("It took too long to say how far its log is.")

    async with opened(*urls) as database:
        await in_use(database)
        async with paused(urls[1]):
            monkeypatch.setattr(reads_of(database).index._pool, "fetch", late)
            for written in range(1, 6):
                await mute(database, written)
                assert set(await asyncio.gather(mutes(database), mutes(database))) == {written}
            assert not reads_of(database).index.down


async def test_a_server_that_is_no_replica_of_the_primary_gets_no_reads(urls: tuple[str, str]) -> None:
    async with opened(urls[0], urls[0]) as database:
        await until(lambda: reads_of(database).replica.alive)
        await mute(database, 1)
        assert await mutes(database) == 1
        assert reads_of(database).on_replica == 0


async def test_while_the_primary_is_away_the_replica_answers_and_nothing_is_written(urls: tuple[str, str]) -> None:
    async with wired(urls[0]) as (wire, primary), opened(primary, urls[1]) as database:
        await in_use(database)
        await mute(database, 1)
        assert await mutes(database) == 1
        await wire.cut()
        assert await mutes(database) == 1
        with pytest.raises(Unavailable):
            await mute(database, 2)
        await wire.start()

        async def written() -> bool:
            try:
                await mute(database, 3)
            except Unavailable:
                return False
            return True

        await until(written)
        await until(lambda: not reads_of(database).index.down)
        assert await mutes(database) == 2


async def test_a_primary_that_stays_away_ends_the_reading(
    urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STALE_SECONDS", 0.0)
    async with wired(urls[0]) as (wire, primary), opened(primary, urls[1]) as database:
        await in_use(database)
        await wire.cut()
        with pytest.raises(Unavailable):
            await mutes(database)


async def test_behind_a_pooler_the_replica_is_asked_in_one_session_how_far_it_is(urls: tuple[str, str]) -> None:
    pooled = with_database(require("pgbouncer"), urlsplit(urls[0]).path[1:])
    async with opened(pooled, urls[1], prepared=False) as database:
        await in_use(database)
        for written in range(1, 51):
            await mute(database, written)
            assert await mutes(database) == written
        assert reads_of(database).on_replica > 0
