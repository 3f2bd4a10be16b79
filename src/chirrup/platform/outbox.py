"""The outbox: what was committed and is still to be delivered, and what could not be."""

from collections.abc import Sequence

import msgspec

from chirrup.platform.ports import Reader, Transaction


class Entry(msgspec.Struct, frozen=True):
    """One event in the log; `created_at` in milliseconds since the Unix epoch."""

    event_id: int
    type: str
    payload: bytes
    request_id: str | None
    created_at: int


class ConsumerLag(msgspec.Struct, frozen=True):
    """How far a subscription is behind the newest event."""

    consumer: str
    position: int
    lag: int


class DeadLetter(msgspec.Struct, frozen=True):
    """An event that a subscription could not handle."""

    id: int
    consumer: str
    event_id: int
    type: str
    error: str
    attempts: int
    created_at: int
    retrying: bool


class OutboxStore:
    """All SQL of the outbox."""

    async def newest(self, reader: Reader) -> int:
        """Return the id of the newest event, 0 where there never was one."""
        row = await reader.first("SELECT coalesce(max(id), 0) FROM outbox")
        latest = await reader.first("SELECT coalesce(max(position), 0) FROM consumers")
        return max(row[0] if row else 0, latest[0] if latest else 0)

    async def after(self, reader: Reader, position: int, limit: int) -> list[Entry]:
        """Return the events behind a position, in order."""
        rows = await reader.all(
            "SELECT id, type, payload, request_id, created_at FROM outbox WHERE id > $1 ORDER BY id LIMIT $2",
            position, limit,
        )  # fmt: skip
        return [Entry(*row) for row in rows]

    async def position(self, reader: Reader, consumer: str) -> int:
        """Return the last event that a consumer has handled."""
        row = await reader.first("SELECT position FROM consumers WHERE name = $1", consumer)
        return row[0] if row else 0

    async def move(self, tx: Transaction, consumer: str, position: int) -> None:
        """Record the last event that a consumer has handled."""
        await tx.run(
            "INSERT INTO consumers (name, position) VALUES ($1, $2)"
            " ON CONFLICT (name) DO UPDATE SET position = max(consumers.position, excluded.position)",
            consumer, position,
        )  # fmt: skip

    async def lag(self, reader: Reader) -> list[ConsumerLag]:
        """Return how many events each consumer has not reached yet."""
        rows = await reader.all(
            "SELECT name, position, (SELECT count(*) FROM outbox WHERE id > position) FROM consumers ORDER BY name"
        )
        return [ConsumerLag(*row) for row in rows]

    async def trim(self, tx: Transaction, before: int) -> int:
        """Delete events created before a moment that every consumer has handled; return how many."""
        return await tx.run(
            "DELETE FROM outbox WHERE id <= (SELECT min(position) FROM consumers) AND created_at < $1", before
        )

    async def insert_dead_letter(
        self, tx: Transaction, consumer: str, entry: Entry, error: str, attempts: int, now: int
    ) -> None:
        """Keep an event that a consumer could not handle."""
        await tx.run(
            "INSERT INTO dead_letters (consumer, event_id, type, payload, request_id, published_at, error, attempts,"
            " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            consumer, entry.event_id, entry.type, entry.payload, entry.request_id, entry.created_at, error, attempts,
            now,
        )  # fmt: skip

    async def dead_letters(self, reader: Reader) -> list[DeadLetter]:
        """Return all dead letters, oldest first."""
        rows = await reader.all(
            "SELECT id, consumer, event_id, type, error, attempts, created_at, retrying FROM dead_letters ORDER BY id"
        )
        fields = DeadLetter.__struct_fields__
        return [msgspec.convert(dict(zip(fields, row, strict=True)), DeadLetter, strict=False) for row in rows]

    async def ask_retry(self, tx: Transaction, letter_ids: Sequence[int]) -> int:
        """Have the serving process handle dead letters once more; return how many there are of those."""
        return await tx.run("UPDATE dead_letters SET retrying = 1 WHERE id = ANY($1)", list(letter_ids))

    async def letters_to_retry(self, reader: Reader, consumer: str) -> list[tuple[int, Entry]]:
        """Return the dead letters that an operator wants handled."""
        rows = await reader.all(
            "SELECT id, event_id, type, payload, request_id, published_at FROM dead_letters"
            " WHERE consumer = $1 AND retrying = 1 ORDER BY id LIMIT 100",
            consumer,
        )
        return [(row[0], Entry(*row[1:])) for row in rows]

    async def keep_dead_letter(self, tx: Transaction, letter_id: int, error: str) -> None:
        """Record that one more attempt has failed."""
        await tx.run(
            "UPDATE dead_letters SET retrying = 0, attempts = attempts + 1, error = $2 WHERE id = $1", letter_id, error
        )

    async def delete_dead_letter(self, tx: Transaction, letter_id: int) -> bool:
        """Forget a dead letter that has been handled; return whether it was still there."""
        return await tx.run("DELETE FROM dead_letters WHERE id = $1", letter_id) == 1

    async def delete_dead_letters(self, tx: Transaction, consumer: str) -> int:
        """Forget all dead letters of a consumer, whose work has been done in another way; return how many."""
        return await tx.run("DELETE FROM dead_letters WHERE consumer = $1", consumer)
