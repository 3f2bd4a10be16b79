"""What a relay asks of the outbox: to give events their numbers, and to hand out what is numbered and not published.

A relay has a shard to itself while a transaction holds its row in `outbox_shards`: from the choice of what to publish
until its confirmation is written down. Numbers are given in a transaction before that one, so that they are committed
before anybody can see them, and whoever publishes an event after a crash publishes it under the same number.
"""

from collections.abc import Sequence

import msgspec

from chirrup.platform.adapters.postgres.outbox import COLUMNS, FORK, Numbered, Shard, ShardState, numbered
from chirrup.platform.ports import Reader, Transaction

# the first eight hexadecimal digits of a log file's name are the timeline, which a promotion changes
_TIMELINE = "('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int"


class Turn(msgspec.Struct, frozen=True):
    """A shard that a relay has to itself."""

    shard: Shard
    state: ShardState

    @property
    def waiting(self) -> int:
        """How many numbers are not published."""
        newest, published = self.state.newest, self.state.published
        return newest - published - (self.state.resumed - self.state.forked if published < self.state.forked else 0)

    def upto(self, quota: int) -> int:
        """Return the last of the next numbers to publish; those before a fork go first."""
        last = self.state.published + quota
        return min(last, self.state.forked) if self.state.published < self.state.forked else last


class NumberingStore:
    """The SQL of a relay."""

    async def waiting(self, reader: Reader) -> bool:
        """Tell whether there is anything to do."""
        row = await reader.first(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE seq IS NULL)"
            " OR EXISTS (SELECT 1 FROM outbox_shards WHERE newest > published)"
        )
        return bool(row and row[0])

    async def take_unnumbered(self, tx: Transaction, events: int, shards: int) -> list[Shard]:
        """Take, of the shards of the oldest events without a number, those that nobody else has."""
        await tx.run(
            "INSERT INTO outbox_shards (topic, shard) SELECT DISTINCT o.topic, o.shard FROM (SELECT topic, shard"
            " FROM outbox WHERE seq IS NULL ORDER BY id LIMIT $1) AS o LEFT JOIN outbox_shards AS s"
            " USING (topic, shard) WHERE s.topic IS NULL ON CONFLICT DO NOTHING",
            events,
        )
        rows = await tx.all(
            f"SELECT topic, shard, timeline, {_TIMELINE} FROM outbox_shards WHERE (topic, shard) IN (SELECT topic,"  # noqa: S608
            " shard FROM (SELECT topic, shard FROM outbox WHERE seq IS NULL ORDER BY id LIMIT $1) AS oldest)"
            " LIMIT $2 FOR UPDATE SKIP LOCKED",
            events, shards,
        )  # fmt: skip
        taken = [(row[0], row[1]) for row in rows]
        replaced = [(row[0], row[1]) for row in rows if row[2] != row[3]]
        if replaced:
            await self._fork(tx, replaced)
        return taken

    async def number(self, tx: Transaction, shards: Sequence[Shard], events: int) -> int:
        """Number the oldest events of shards that the transaction has; return how many.

        This has to be a query after the one that took them, or it would not see what others have numbered before.
        """
        names, numbers = [topic for topic, _ in shards], [shard for _, shard in shards]
        row = await tx.first(
            "WITH oldest AS (SELECT id, topic, shard FROM outbox WHERE seq IS NULL AND (topic, shard) IN"
            " (SELECT * FROM unnest($1::text[], $2::smallint[])) ORDER BY id LIMIT $3),"
            " placed AS (SELECT id, topic, shard, s.newest + row_number() OVER (PARTITION BY topic, shard ORDER BY id)"
            " AS seq FROM oldest JOIN outbox_shards AS s USING (topic, shard)),"
            " done AS (UPDATE outbox AS o SET seq = p.seq FROM placed AS p WHERE o.id = p.id),"
            " raised AS (UPDATE outbox_shards AS s SET newest = p.newest FROM (SELECT topic, shard, max(seq) AS newest"
            " FROM placed GROUP BY topic, shard) AS p WHERE s.topic = p.topic AND s.shard = p.shard)"
            " SELECT count(*) FROM placed",
            names, numbers, events,
        )  # fmt: skip
        return int(row[0]) if row else 0

    async def take_unpublished(self, tx: Transaction, shards: int) -> list[Turn]:
        """Take some of the shards that have something to publish and that nobody else has."""
        rows = await tx.all(
            "SELECT topic, shard, newest, published, timeline, forked, resumed FROM outbox_shards"
            " WHERE newest > published LIMIT $1 FOR UPDATE SKIP LOCKED",
            shards,
        )
        return [Turn((row[0], row[1]), ShardState(*row[2:])) for row in rows]

    async def unpublished(self, reader: Reader, turns: Sequence[Turn], limit: int) -> list[Numbered]:
        """Return what to publish of the shards, in order by shard; the room is shared out among them."""
        names, numbers, after, upto = [], [], [], []
        room = limit
        for left, turn in zip(range(len(turns), 0, -1), sorted(turns, key=lambda turn: turn.waiting), strict=True):
            quota = min(turn.waiting, room // left)
            room -= quota
            names.append(turn.shard[0])
            numbers.append(turn.shard[1])
            after.append(turn.state.published)
            upto.append(turn.upto(quota))
        rows = await reader.all(
            f"SELECT o.topic, o.shard, o.key, {COLUMNS} FROM unnest($1::text[], $2::smallint[], $3::bigint[],"  # noqa: S608
            " $4::bigint[]) AS t(topic, shard, after, upto) JOIN outbox AS o ON o.topic = t.topic"
            " AND o.shard = t.shard AND o.seq > t.after AND o.seq <= t.upto ORDER BY o.topic, o.shard, o.seq",
            names, numbers, after, upto,
        )  # fmt: skip
        return [numbered(row) for row in rows]

    async def published(self, tx: Transaction, events: Sequence[Numbered]) -> None:
        """Write down that events, in order by shard, are in the log."""
        last = {(event.topic, event.shard): event.seq for event in events}
        await tx.run(
            "UPDATE outbox_shards AS s SET published = CASE WHEN p.seq = s.forked THEN s.resumed ELSE p.seq END"
            " FROM unnest($1::text[], $2::smallint[], $3::bigint[]) AS p(topic, shard, seq)"
            " WHERE s.topic = p.topic AND s.shard = p.shard",
            [topic for topic, _ in last], [shard for _, shard in last], list(last.values()),
        )  # fmt: skip

    async def _fork(self, tx: Transaction, shards: Sequence[Shard]) -> None:
        """Leave out numbers, where another server has taken over: the one before may have given them away."""
        await tx.run(
            f"UPDATE outbox_shards AS s SET timeline = {_TIMELINE}, forked = CASE WHEN s.timeline = 0"  # noqa: S608
            " THEN 0 ELSE s.newest END, resumed = CASE WHEN s.timeline = 0 THEN 0 ELSE s.newest + $3::bigint END,"
            " newest = CASE WHEN s.timeline = 0 THEN s.newest ELSE s.newest + $3::bigint END, published = CASE WHEN"
            " s.timeline <> 0 AND s.published = s.newest THEN s.newest + $3::bigint ELSE s.published END"
            " FROM unnest($1::text[], $2::smallint[]) AS f(topic, shard)"
            " WHERE s.topic = f.topic AND s.shard = f.shard",
            [topic for topic, _ in shards], [shard for _, shard in shards], FORK,
        )  # fmt: skip
