"""The outbox: what was committed and is still to be delivered, and what could not be."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import msgspec

from chirrup.platform.events import Event, encode
from chirrup.platform.ports import Reader, Transaction

LONGEST_ERROR = 2000
TRIM_STEP = 10_000
"""How many events are deleted at a time."""
_ABOUT = 10_000
_NEAR = 1000


class Entry(msgspec.Struct, frozen=True):
    """One event in the log; `created_at` in milliseconds since the Unix epoch.

    What came from the outbox has a payload in JSON; what came by another way is decoded already.
    """

    event_id: int
    type: str
    payload: bytes
    request_id: str | None
    created_at: int
    event: Event | None = None


class ConsumerLag(msgspec.Struct, frozen=True):
    """How far a subscription is behind the newest event: by how many events, and the age of the oldest of these."""

    consumer: str
    topic: str | None
    """None where all events are in one log."""
    position: int
    """The last event that is handled; where a log has several parts, the sum over these."""
    lag: int
    oldest: int | None
    """When the oldest event that is not handled was published, in milliseconds since the Unix epoch."""


class Backlog(msgspec.Struct, frozen=True):
    """What has not reached the log that consumers read; nothing ever, where they read the outbox itself."""

    pending: int = 0
    oldest: int | None = None


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


class OutboxStore(ABC):
    """The SQL of the outbox: dead letters here, the log by kind of database.

    A position is what a consumer has handled so far; what it looks like is the database's affair.
    """

    @abstractmethod
    async def newest(self, reader: Reader) -> int:
        """Return the id of the newest event, 0 where there never was one."""

    @abstractmethod
    async def position(self, reader: Reader, consumer: str, topics: Sequence[str]) -> Hashable:
        """Return how far a consumer is in its topics."""

    @abstractmethod
    async def behind(self, reader: Reader, position: Any, limit: int) -> tuple[list[Entry], Hashable]:
        """Return the next events that have a place behind a position, in order, and the position after these."""

    @abstractmethod
    async def unplaced(self, reader: Reader, topics: Sequence[str]) -> list[Entry]:
        """Return the events that are committed and have no place in the log yet."""

    @abstractmethod
    async def lag(self, reader: Reader) -> list[ConsumerLag]:
        """Return how far each consumer is behind."""

    @abstractmethod
    async def backlog(self, reader: Reader) -> Backlog:
        """Return what waits to be published."""

    @abstractmethod
    async def trim(self, tx: Transaction, before: int, topics: Mapping[str, Sequence[str]]) -> int:
        """Delete events created before a moment that every consumer in `topics` has handled, `TRIM_STEP` at most.

        Return how many. `topics` has the topics of each consumer by its name; what is known of others is forgotten.
        """

    async def written_near(self, reader: Reader, kind: str, key: int, moment: int) -> list[Entry]:
        """Return the events of a type and a key that were written about a moment, those that are kept still.

        The moment is in milliseconds since the Unix epoch. Ids of events grow with the time of their writing, so what
        was written about then is found by halving.
        """
        first = await self._first_since(reader, moment - _ABOUT)
        end = await self._first_since(reader, moment + _ABOUT)
        rows = await reader.all(
            "SELECT id, type, payload, request_id, created_at FROM outbox"
            " WHERE id >= $1 AND id < $2 AND type = $3 AND key = $4 ORDER BY id LIMIT $5",
            first, end, kind, key, _NEAR,
        )  # fmt: skip
        return [Entry(*row) for row in rows]

    async def _first_since(self, reader: Reader, moment: int) -> int:
        """Return the id of the first event that was written at or after a moment, or one above all."""
        ends = await reader.first("SELECT coalesce(min(id), 0), coalesce(max(id), 0) + 1 FROM outbox")
        low, high = ends or (0, 0)
        while low < high:
            middle = (low + high) // 2
            row = await reader.first("SELECT id, created_at FROM outbox WHERE id >= $1 ORDER BY id LIMIT 1", middle)
            if row is None or row[1] >= moment:
                high = middle
            else:
                low = row[0] + 1
        return low

    async def insert_dead_letter(
        self, tx: Transaction, consumer: str, entry: Entry, error: str, attempts: int, now: int
    ) -> None:
        """Keep an event that a consumer could not handle."""
        payload = entry.payload if entry.event is None else encode(entry.event)
        await tx.run(
            "INSERT INTO dead_letters (consumer, event_id, type, payload, request_id, published_at, error, attempts,"
            " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            consumer, entry.event_id, entry.type, payload, entry.request_id, entry.created_at,
            error[:LONGEST_ERROR], attempts, now,
        )  # fmt: skip

    async def dead_letters(self, reader: Reader) -> list[DeadLetter]:
        """Return all dead letters, oldest first."""
        rows = await reader.all(
            "SELECT id, consumer, event_id, type, error, attempts, created_at, retrying FROM dead_letters ORDER BY id"
        )
        fields = DeadLetter.__struct_fields__
        return [msgspec.convert(dict(zip(fields, row, strict=True)), DeadLetter, strict=False) for row in rows]

    async def ask_retry(self, tx: Transaction, letter_ids: Sequence[int]) -> int:
        """Have a serving process handle dead letters once more; return how many there are of those."""
        return await tx.run("UPDATE dead_letters SET retrying = true WHERE id = ANY($1)", list(letter_ids))

    async def letters_to_retry(self, reader: Reader, consumer: str) -> list[tuple[int, Entry]]:
        """Return the dead letters that an operator wants handled."""
        rows = await reader.all(
            "SELECT id, event_id, type, payload, request_id, published_at FROM dead_letters"
            " WHERE consumer = $1 AND retrying ORDER BY id LIMIT 100",
            consumer,
        )
        return [(row[0], Entry(*row[1:])) for row in rows]

    async def keep_dead_letter(self, tx: Transaction, letter_id: int, error: str) -> None:
        """Record that one more attempt has failed."""
        await tx.run(
            "UPDATE dead_letters SET retrying = false, attempts = attempts + 1, error = $2 WHERE id = $1",
            letter_id, error[:LONGEST_ERROR],
        )  # fmt: skip

    async def delete_dead_letter(self, tx: Transaction, letter_id: int) -> bool:
        """Forget a dead letter that has been handled; return whether it was still there."""
        return await tx.run("DELETE FROM dead_letters WHERE id = $1", letter_id) == 1

    async def delete_dead_letters(self, tx: Transaction, consumer: str) -> int:
        """Forget all dead letters of a consumer, whose work has been done in another way; return how many."""
        return await tx.run("DELETE FROM dead_letters WHERE consumer = $1", consumer)
