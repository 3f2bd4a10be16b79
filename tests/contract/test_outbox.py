"""Finding an event by the time of its writing."""

import pytest

from chirrup.platform.adapters.postgres.outbox import PostgresOutbox
from chirrup.platform.adapters.sqlite.outbox import SqliteOutbox
from chirrup.platform.outbox import OutboxStore
from chirrup.platform.ports import Database
from tests.clock import HandClock
from tests.contract.adapters import SqliteStorage, Storage
from tests.contract.birds import ROBIN, WREN, sing


@pytest.fixture
def outbox(storage: Storage) -> OutboxStore:
    """The SQL of the outbox on this database."""
    return SqliteOutbox() if isinstance(storage, SqliteStorage) else PostgresOutbox()


async def songs_near(outbox: OutboxStore, database: Database, bird: int, moment: int) -> list[tuple[int, int]]:
    """Return (when it was written, the event's id) of the songs of a bird about a moment."""
    entries = await outbox.written_near(database.read, "Sang", bird, moment)
    assert [entry.event_id for entry in entries] == sorted(entry.event_id for entry in entries)
    return [(entry.created_at, entry.event_id) for entry in entries]


async def test_what_was_written_about_a_moment_is_found_by_type_and_key(
    storage: Storage, database: Database, outbox: OutboxStore
) -> None:
    clock = storage.clock
    assert isinstance(clock, HandClock)
    assert await songs_near(outbox, database, WREN, clock.now()) == []
    times = []
    for song in range(40):
        times.append(clock.now())
        await sing(database, song, bird=ROBIN if song % 4 else WREN)
        clock.move(7)
    for place, moment in enumerate(times):
        near = [other for other in times[::4] if moment - 10_000 <= other < moment + 10_000]
        assert [written for written, _ in await songs_near(outbox, database, WREN, moment)] == near, place
    for moment in (times[0] - 10_001, times[-1] + 20_000):
        assert await songs_near(outbox, database, WREN, moment) == []


async def test_it_is_found_also_among_gaps_that_trimming_has_left(
    storage: Storage, database: Database, outbox: OutboxStore
) -> None:
    clock = storage.clock
    assert isinstance(clock, HandClock)
    for song in range(30):
        await sing(database, song)
        clock.move(60)
    kept = await database.read.all("SELECT id, created_at FROM outbox ORDER BY id")
    async with database.transaction() as tx:
        await tx.run("DELETE FROM outbox WHERE id < $1 OR (id > $2 AND id < $3)", kept[5][0], kept[9][0], kept[20][0])
    for place, (event_id, written) in enumerate(kept):
        left = 5 <= place <= 9 or place >= 20
        assert await songs_near(outbox, database, WREN, written) == ([(written, event_id)] if left else [])
