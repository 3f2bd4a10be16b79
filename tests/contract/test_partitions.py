"""The schema of a PostgreSQL database: made once, made ahead, and never in the way."""

import asyncio
from collections.abc import Iterator, Sequence

import asyncpg
import pytest

from chirrup.migrations import HEAD
from chirrup.platform.adapters.memory.cache import MemoryCache
from chirrup.platform.adapters.postgres.database import PostgresDatabase
from chirrup.platform.adapters.postgres.partitions import AHEAD, EARLIER, LATER, Quarter, make_partitions
from chirrup.platform.adapters.postgres.schema import prepare, revision
from chirrup.platform.errors import StartRefused, Unavailable
from chirrup.platform.ids import compose
from chirrup.posts.models import PostRow
from chirrup.posts.store import PostStore
from tests.clock import HandClock
from tests.cluster import FreshDatabase, require, run_sql, with_database
from tests.support import free_port

WREN = 7
DAY = 86_400


@pytest.fixture
def url() -> Iterator[str]:
    """A database of the test's own."""
    with FreshDatabase(require("postgres")) as fresh:
        yield fresh.url


@pytest.fixture
def empty() -> Iterator[str]:
    """A database without a table."""
    with FreshDatabase(require("postgres"), empty=True) as fresh:
        yield fresh.url


async def column(url: str, sql: str, *args: object) -> list[object]:
    """Return the first column of a query."""
    connection = await asyncpg.connect(url, timeout=10, command_timeout=30)
    try:
        return [row[0] for row in await connection.fetch(sql, *args)]
    finally:
        await connection.close()


def post(post_id: int) -> PostRow:
    return PostRow(id=post_id, author_id=WREN, text="tseep", entities=[], conversation_id=post_id)


async def publish(url: str, *post_ids: int) -> None:
    async with PostgresDatabase(url, "", HandClock(), MemoryCache({})) as database, database.transaction() as tx:
        for post_id in post_ids:
            assert await PostStore().insert(tx, post(post_id))


async def tables_of(url: str) -> dict[object, str]:
    """Return the partition that each post is in."""
    connection = await asyncpg.connect(url, timeout=10, command_timeout=30)
    try:
        return {row[0]: row[1] for row in await connection.fetch("SELECT id, tableoid::regclass::text FROM posts")}
    finally:
        await connection.close()


def quarters(start: Quarter, count: int) -> Sequence[Quarter]:
    found = [start]
    while len(found) < count:
        found.append(found[-1].next())
    return found


def test_a_quarter_is_three_months_of_ids() -> None:
    last = Quarter(2026, 4)
    assert last.next() == Quarter(2027, 1)
    new_year = 1_798_761_600_000
    assert Quarter.of(new_year - 1) == last
    assert Quarter.of(new_year) == last.next()
    assert compose(new_year - 1, 1023, 4095) < last.next().first_id == compose(new_year, 0, 0)


async def test_partitions_are_made_ahead_once(url: str) -> None:
    clock = HandClock()
    expected = [quarter.partition for quarter in quarters(Quarter.of(clock.now()), AHEAD + 1)]
    assert await make_partitions(url, clock) == expected
    assert await make_partitions(url, clock) == []
    clock.move(92 * DAY)
    assert len(await make_partitions(url, clock)) == 1


async def test_a_post_of_a_missing_partition_lands_and_is_moved_to_its_own(url: str) -> None:
    clock = HandClock()
    long_ago = compose(clock.now() - 400 * DAY * 1000, WREN, 0)
    far_ahead = compose(clock.now() + 3000 * DAY * 1000, WREN, 0)
    now = compose(clock.now(), WREN, 1)
    await publish(url, long_ago, far_ahead, now)
    assert set((await tables_of(url)).values()) == {LATER}
    made = await make_partitions(url, clock)
    assert Quarter.of(clock.now() - 400 * DAY * 1000).partition in made
    assert await tables_of(url) == {
        long_ago: Quarter.of(clock.now() - 400 * DAY * 1000).partition,
        now: Quarter.of(clock.now()).partition,
        far_ahead: LATER,
    }
    with pytest.raises(AssertionError):
        await publish(url, now)


async def test_a_post_that_is_older_than_all_partitions_lands_and_is_moved_later(url: str) -> None:
    clock = HandClock()
    await make_partitions(url, clock)
    long_ago = compose(clock.now() - 300 * DAY * 1000, WREN, 0)
    await publish(url, long_ago)
    assert await tables_of(url) == {long_ago: EARLIER}
    assert len(await make_partitions(url, clock)) == 3
    assert await tables_of(url) == {long_ago: Quarter.of(clock.now() - 300 * DAY * 1000).partition}


async def test_many_posts_are_moved_only_by_a_migration(url: str) -> None:
    clock = HandClock()
    await publish(url, *(compose(clock.now(), WREN, sequence) for sequence in range(5)))
    with pytest.raises(Unavailable, match="chirrup migrate"):
        await make_partitions(url, clock, most=4)
    assert set((await tables_of(url)).values()) == {LATER}
    await prepare(url, clock, migrate=True)
    assert set((await tables_of(url)).values()) == {Quarter.of(clock.now()).partition}


async def test_a_partition_has_the_indexes_of_all(url: str) -> None:
    clock = HandClock()
    made = await make_partitions(url, clock)
    count = "SELECT count(*) FROM pg_index WHERE indrelid = $1::text::regclass"
    assert await column(url, count, made[0]) == await column(url, count, "posts")


async def test_two_that_make_partitions_at_once_make_each_once(url: str) -> None:
    clock = HandClock()
    await publish(url, *(compose(clock.now() - n * 30 * DAY * 1000, WREN, n) for n in range(20)))
    made = await asyncio.gather(*(make_partitions(url, clock) for _ in range(3)))
    names = [name for names in made for name in names]
    assert len(names) == len(set(names)) > AHEAD + 1
    assert not {EARLIER, LATER} & set((await tables_of(url)).values())


async def test_posting_goes_on_while_partitions_are_made(url: str) -> None:
    clock = HandClock()
    done = asyncio.Event()
    kept: list[int] = []

    async def keep_posting(lane: int) -> None:
        async with PostgresDatabase(url, "", clock, MemoryCache({})) as database:
            sequence = 0
            while not done.is_set():
                post_id = compose(clock.now() - (sequence % 5) * 91 * DAY * 1000, lane, sequence)
                sequence += 1
                async with database.transaction() as tx:
                    assert await PostStore().insert(tx, post(post_id))
                kept.append(post_id)

    async def make() -> None:
        for _ in range(3):
            await make_partitions(url, clock)
            clock.move(92 * DAY)
        done.set()

    await asyncio.wait_for(asyncio.gather(make(), *(keep_posting(lane) for lane in range(4))), 60)
    assert set(await tables_of(url)) == set(kept)
    await make_partitions(url, clock)
    assert not {EARLIER, LATER} & set((await tables_of(url)).values())


async def test_partitions_that_cannot_be_made_say_so() -> None:
    with pytest.raises(Unavailable):
        await make_partitions(f"postgresql://nobody@127.0.0.1:{free_port()}/none", HandClock())


async def test_an_empty_database_is_made_ready_by_several_at_once(empty: str) -> None:
    clock = HandClock()
    assert await revision(empty) is None
    await asyncio.gather(*(prepare(empty, clock) for _ in range(3)))
    assert await revision(empty) == HEAD
    assert Quarter.of(clock.now()).partition in await column(empty, "SELECT relname::text FROM pg_class")
    assert await column(empty, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'accounts'::regclass") == [8]


async def test_a_newer_database_is_refused(url: str) -> None:
    await run_sql(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StartRefused, match="newer"):
        await prepare(url, HandClock(), migrate=True)


async def test_an_older_database_is_changed_only_on_request(empty: str) -> None:
    await run_sql(
        empty, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
        "INSERT INTO alembic_version VALUES ('0001')",
    )  # fmt: skip
    with pytest.raises(StartRefused, match="chirrup migrate"):
        await prepare(empty, HandClock())
    await prepare(empty, HandClock(), migrate=True)
    assert await revision(empty) == HEAD


async def test_a_database_that_is_not_there_is_named_in_one_sentence() -> None:
    with pytest.raises(StartRefused, match="does not exist"):
        await prepare(with_database(require("postgres"), "no_nest_here"), HandClock())


async def test_the_schema_is_made_through_a_pooler(empty: str) -> None:
    name = empty.rsplit("/", 1)[1]
    await prepare(with_database(require("pgbouncer"), name), HandClock())
    assert await revision(empty) == HEAD
