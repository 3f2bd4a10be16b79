"""The outbox where one process reads it: an event's id is its place, and a consumer's position is one number."""

from collections.abc import Mapping, Sequence

from chirrup.platform.outbox import TRIM_STEP, Backlog, ConsumerLag, Entry, OutboxStore
from chirrup.platform.ports import Reader, Transaction


class SqliteOutbox(OutboxStore):
    """All SQL of the outbox on SQLite."""

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

    async def position(self, reader: Reader, consumer: str, topics: Sequence[str] = ()) -> int:  # noqa: ARG002
        """Return the last event that a consumer has handled."""
        row = await reader.first("SELECT position FROM consumers WHERE name = $1", consumer)
        return row[0] if row else 0

    async def behind(self, reader: Reader, position: int, limit: int) -> tuple[list[Entry], int]:
        """Return the next events behind a position, in order, and the position after these."""
        entries = await self.after(reader, position, limit)
        return entries, entries[-1].event_id if entries else position

    async def unplaced(self, reader: Reader, topics: Sequence[str]) -> list[Entry]:  # noqa: ARG002
        """Return nothing: each event has its place at once."""
        return []

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
            "SELECT name, NULL, position, (SELECT count(*) FROM outbox WHERE id > position),"
            " (SELECT min(created_at) FROM outbox WHERE id > position) FROM consumers ORDER BY name"
        )
        return [ConsumerLag(*row) for row in rows]

    async def backlog(self, reader: Reader) -> Backlog:  # noqa: ARG002
        """Return that nothing waits: consumers read the outbox itself."""
        return Backlog()

    async def trim(self, tx: Transaction, before: int, topics: Mapping[str, Sequence[str]]) -> int:
        """Delete events created before a moment that every consumer in `topics` has handled; return how many."""
        await tx.run("DELETE FROM consumers WHERE NOT name = ANY($1)", list(topics))
        return await tx.run(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE id <= (SELECT min(position) FROM consumers)"
            " AND created_at < $1 ORDER BY id LIMIT $2)",
            before, TRIM_STEP,
        )  # fmt: skip
