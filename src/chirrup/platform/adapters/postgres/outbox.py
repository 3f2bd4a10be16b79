"""The outbox where many processes read it: events are numbered within shards, and positions are kept by shard.

An event gets its number, its place in the log, once it is committed: without gaps within its topic and shard, in the
order of ids. Two events of one key whose transactions waited for each other have ids in this order, since an event is
written at the end of its transaction.
"""

from collections.abc import Mapping, Sequence

import msgspec

from chirrup.platform.events import SHARDS
from chirrup.platform.outbox import TRIM_STEP, Backlog, ConsumerLag, Entry, OutboxStore
from chirrup.platform.ports import Reader, Row, Transaction

Shard = tuple[str, int]
"""A topic and the number of a part of it."""
Position = tuple[tuple[str, int, int], ...]
"""Topic, shard and the last number that is handled."""

FORK = 1 << 32
"""How many numbers are left out when another server takes over, far more than the lost one can have given away."""

COLUMNS = "o.seq, o.id, o.type, o.payload, o.request_id, o.created_at"
# a number between `forked` and `resumed` was given by a server that has been replaced, and stands for nothing
_REMAINING = """CASE WHEN position < forked THEN newest - position - (resumed - forked)
    ELSE newest - greatest(position, resumed) END"""


class Numbered(msgspec.Struct, frozen=True):
    """An event with its place in the log."""

    topic: str
    shard: int
    seq: int
    key: int
    entry: Entry


class ShardState(msgspec.Struct, frozen=True):
    """What is known of a shard.

    `timeline` changes when another server takes over; numbers above `forked` and up to `resumed` were given away by
    the server before it, and what they stood for is lost.
    """

    newest: int = 0
    published: int = 0
    timeline: int = 0
    forked: int = 0
    resumed: int = 0

    def void(self, seq: int) -> bool:
        """Tell whether a number stands for nothing."""
        return self.forked < seq <= self.resumed

    def following(self, seq: int) -> int:
        """Return the number after one."""
        return self.resumed + 1 if seq == self.forked else seq + 1


class Move(msgspec.Struct, frozen=True):
    """A consumer's step within a shard, from the number that it knows as its position."""

    shard: Shard
    timeline: int
    old: int
    new: int


class PostgresOutbox(OutboxStore):
    """All SQL of the outbox on PostgreSQL."""

    async def newest(self, reader: Reader) -> int:
        """Return the id of the newest event, 0 where there never was one."""
        row = await reader.first("SELECT coalesce(pg_sequence_last_value('outbox_id_seq'), 0)")
        return row[0] if row else 0

    # consumers

    async def states(self, reader: Reader, topics: Sequence[str]) -> dict[Shard, ShardState]:
        """Return what is known of the shards of topics that ever had an event."""
        rows = await reader.all(
            "SELECT topic, shard, newest, published, timeline, forked, resumed FROM outbox_shards"
            " WHERE topic = ANY($1)",
            list(topics),
        )
        return {(row[0], row[1]): ShardState(*row[2:]) for row in rows}

    async def join(self, tx: Transaction, consumer: str, shards: Sequence[Shard]) -> dict[Shard, int]:
        """Return a consumer's positions; one that is new starts before all events."""
        names, numbers = _columns(shards)
        await tx.run(
            "INSERT INTO consumers (name, topic, shard, position)"
            " SELECT $1, topic, shard, 0 FROM unnest($2::text[], $3::smallint[]) AS s(topic, shard)"
            " ON CONFLICT DO NOTHING",
            consumer, names, numbers,
        )  # fmt: skip
        rows = await tx.all(
            "SELECT topic, shard, position FROM consumers"
            " JOIN unnest($2::text[], $3::smallint[]) AS s(topic, shard) USING (topic, shard) WHERE name = $1",
            consumer, names, numbers,
        )  # fmt: skip
        return {(row[0], row[1]): row[2] for row in rows}

    async def move(self, tx: Transaction, consumer: str, moves: Sequence[Move]) -> bool:
        """Record what a consumer has handled; return False where another process has moved it, or numbers are void."""
        names, numbers = _columns([move.shard for move in moves])
        moved = await tx.run(
            "UPDATE consumers AS c SET position = m.new FROM outbox_shards AS s"
            " JOIN unnest($2::text[], $3::smallint[], $4::int[], $5::bigint[], $6::bigint[])"
            " AS m(topic, shard, timeline, old, new) USING (topic, shard)"
            " WHERE c.name = $1 AND c.topic = m.topic AND c.shard = m.shard AND c.position = m.old"
            " AND s.timeline = m.timeline AND s.newest >= m.new AND (m.new <= s.forked OR m.new > s.resumed)",
            consumer, names, numbers,
            [move.timeline for move in moves], [move.old for move in moves], [move.new for move in moves],
        )  # fmt: skip
        return moved == len(moves)

    async def between(self, reader: Reader, shard: Shard, after: int, upto: int, limit: int) -> list[Numbered]:
        """Return the next events of a shard that have a number above one and not above another."""
        rows = await reader.all(
            f"SELECT o.topic, o.shard, o.key, {COLUMNS} FROM outbox AS o"  # noqa: S608 - a constant
            " WHERE topic = $1 AND shard = $2 AND seq > $3 AND seq <= $4 ORDER BY seq LIMIT $5",
            *shard, after, upto, limit,
        )  # fmt: skip
        return [numbered(row) for row in rows]

    async def unhandled(self, reader: Reader, consumers: Mapping[str, Sequence[str]], upto: int) -> bool:
        """Tell whether a consumer has not handled an event of its types, by name, whose id is at most `upto`."""
        names = [name for name, types in consumers.items() for _ in types]
        types = [kind for kinds in consumers.values() for kind in kinds]
        row = await reader.first(
            "SELECT 1 FROM unnest($1::text[], $2::text[]) AS w(name, type)"
            " JOIN outbox AS o ON o.type = w.type AND o.id <= $3"
            " LEFT JOIN consumers AS c ON c.name = w.name AND c.topic = o.topic AND c.shard = o.shard"
            " WHERE o.seq IS NULL OR o.seq > coalesce(c.position, 0) LIMIT 1",
            names, types, upto,
        )  # fmt: skip
        return row is not None

    # what all kinds of databases can tell

    async def position(self, reader: Reader, consumer: str, topics: Sequence[str]) -> Position:
        """Return how far a consumer is in each shard of its topics."""
        rows = await reader.all(
            "SELECT t.topic, n.shard, coalesce(c.position, 0) FROM unnest($2::text[]) AS t(topic)"
            " CROSS JOIN generate_series(0, $3::int - 1) AS n(shard)"
            " LEFT JOIN consumers AS c ON c.name = $1 AND c.topic = t.topic AND c.shard = n.shard"
            " ORDER BY t.topic, n.shard",
            consumer, list(topics), SHARDS,
        )  # fmt: skip
        return tuple((row[0], row[1], row[2]) for row in rows)

    async def behind(self, reader: Reader, position: Position, limit: int) -> tuple[list[Entry], Position]:
        """Return the next numbered events behind a position, in order by shard, and the position after these."""
        names, numbers = _columns([(topic, shard) for topic, shard, _ in position])
        rows = await reader.all(
            f"SELECT o.topic, o.shard, o.key, {COLUMNS} FROM unnest($1::text[], $2::smallint[], $3::bigint[])"  # noqa: S608
            " AS p(topic, shard, seq) JOIN outbox AS o ON o.topic = p.topic AND o.shard = p.shard AND o.seq > p.seq"
            " ORDER BY o.topic, o.shard, o.seq LIMIT $4",
            names, numbers, [seq for _, _, seq in position], limit,
        )  # fmt: skip
        found = [numbered(row) for row in rows]
        reached = {(topic, shard): seq for topic, shard, seq in position}
        reached |= {(one.topic, one.shard): one.seq for one in found}
        return [one.entry for one in found], tuple((*shard, seq) for shard, seq in reached.items())

    async def unplaced(self, reader: Reader, topics: Sequence[str]) -> list[Entry]:
        """Return the events that are committed and have no number yet."""
        rows = await reader.all(
            "SELECT id, type, payload, request_id, created_at FROM outbox"
            " WHERE seq IS NULL AND topic = ANY($1) ORDER BY id",
            list(topics),
        )
        return [Entry(*row) for row in rows]

    async def lag(self, reader: Reader) -> list[ConsumerLag]:
        """Return by consumer and topic how many numbered events are not handled."""
        rows = await reader.all(
            f"SELECT c.name, c.topic, sum(position), sum({_REMAINING}), min(oldest.created_at)"  # noqa: S608
            " FROM consumers AS c JOIN outbox_shards AS s USING (topic, shard) LEFT JOIN LATERAL (SELECT o.created_at"
            " FROM outbox AS o WHERE o.topic = c.topic AND o.shard = c.shard AND o.seq > c.position"
            " ORDER BY o.seq LIMIT 1) AS oldest ON true GROUP BY c.name, c.topic ORDER BY c.name, c.topic"
        )
        return [ConsumerLag(row[0], row[1], int(row[2]), int(row[3]), row[4]) for row in rows]

    async def backlog(self, reader: Reader) -> Backlog:
        """Return what waits to be published."""
        row = await reader.first(
            f"SELECT sum(pending), min(oldest) FROM (SELECT count(*) AS pending, min(created_at) AS oldest FROM outbox"  # noqa: S608
            f" WHERE seq IS NULL UNION ALL SELECT {_REMAINING.replace('position', 'published')},"
            " (SELECT o.created_at FROM outbox AS o WHERE o.topic = s.topic AND o.shard = s.shard"
            " AND o.seq > s.published ORDER BY o.seq LIMIT 1) FROM outbox_shards AS s WHERE newest > published) AS p"
        )
        assert row is not None
        return Backlog(int(row[0]), row[1])

    async def trim(self, tx: Transaction, before: int, topics: Mapping[str, Sequence[str]]) -> int:
        """Delete events created before a moment that are published and that every consumer in `topics` has handled."""
        names: list[str] = []
        wanted: list[str] = []
        for name, its in topics.items():
            names += [name] * len(its)
            wanted += its
        await tx.run(
            "DELETE FROM consumers WHERE (name, topic) NOT IN (SELECT * FROM unnest($1::text[], $2::text[]))",
            names, wanted,
        )  # fmt: skip
        return await tx.run(
            "DELETE FROM outbox WHERE id IN (SELECT o.id FROM outbox AS o JOIN (SELECT s.topic, s.shard,"
            " least(s.published, min(CASE WHEN w.name IS NULL"
            " THEN s.published ELSE coalesce(c.position, 0) END)) AS seq FROM outbox_shards AS s"
            " LEFT JOIN unnest($2::text[], $3::text[]) AS w(name, topic) ON w.topic = s.topic"
            " LEFT JOIN consumers AS c ON c.name = w.name AND c.topic = s.topic AND c.shard = s.shard"
            " GROUP BY s.topic, s.shard, s.published) AS done ON o.topic = done.topic AND o.shard = done.shard"
            " AND o.seq <= done.seq WHERE o.created_at < $1 ORDER BY o.id LIMIT $4)",
            before, names, wanted, TRIM_STEP,
        )  # fmt: skip


def _columns(shards: Sequence[Shard]) -> tuple[list[str], list[int]]:
    return [topic for topic, _ in shards], [number for _, number in shards]


def numbered(row: Row) -> Numbered:
    """Return what a row of topic, shard, key and COLUMNS tells."""
    return Numbered(row[0], row[1], row[3], row[2], Entry(*row[4:]))
