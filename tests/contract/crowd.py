"""A PostgreSQL database with a million posts, and a reader that tells how each query is answered."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg
import msgspec

from chirrup.platform.adapters.postgres.partitions import make_partitions
from chirrup.platform.adapters.postgres.queries import for_each
from chirrup.platform.events import Event
from chirrup.platform.ids import EPOCH, compose
from chirrup.platform.ports import Row
from tests.clock import START, HandClock
from tests.cluster import FreshDatabase, require, run_sql

POSTS = 1_000_000
ACCOUNTS = 50_000
GIANT = 1
"""Writes every twentieth post, and everybody follows it."""
STEP = 30_000
"""Milliseconds between two posts."""
QUARTER = 91 * 86_400_000

_SCHEMA = f"""
CREATE FUNCTION author_of(n BIGINT) RETURNS BIGINT IMMUTABLE LANGUAGE sql
    AS 'SELECT CASE WHEN n % 20 = 0 THEN {GIANT} ELSE 2 + n * 7919 % {ACCOUNTS - 1} END';
CREATE FUNCTION post_of(n BIGINT) RETURNS BIGINT IMMUTABLE LANGUAGE sql
    AS 'SELECT (({START - EPOCH} - ({POSTS} - n) * {STEP}) << 22) | ((author_of(n) % 1024) << 12)';
"""
_ROWS = f"""
INSERT INTO accounts (id, username, display_name) SELECT n, 'bird' || n, '' FROM generate_series(1, {ACCOUNTS}) n;
INSERT INTO logins SELECT 'bird' || n, n FROM generate_series(1, {ACCOUNTS}) n;
INSERT INTO logins SELECT 'bird' || n || '@example.org', n FROM generate_series(1, {ACCOUNTS}) n;
INSERT INTO posts (id, author_id, text, conversation_id, reply_to, reply_to_author_id, retweet_of, is_retweet)
    SELECT post_of(n), author_of(n), 'tseep', post_of(n),
        CASE WHEN n % 10 IN (1, 2, 3) AND n > 9 THEN post_of(n - 7) END,
        CASE WHEN n % 10 IN (1, 2, 3) AND n > 9 THEN author_of(n - 7) END,
        CASE WHEN n % 17 = 0 AND n > 99 THEN post_of(n - 90) END, n % 17 = 0 AND n > 99
    FROM generate_series(1, {POSTS}) n;
INSERT INTO post_counts SELECT post_of(n) FROM generate_series(1, {POSTS}) n;
INSERT INTO post_hashtags SELECT 'tag' || n % 1000, post_of(n) FROM generate_series(1, {POSTS}, 3) n;
INSERT INTO trend_uses
    SELECT ({START - EPOCH}::bigint - n * 450) << 22, '#tag' || n % 1000, 2 + n * 31 % {ACCOUNTS - 1}, 'en'
    FROM generate_series(1, 200000) n;
INSERT INTO trend_hours SELECT '#tag' || n % 500, '', {START // 3_600_000} - n / 500, 3
    FROM generate_series(1, 300000) n;
INSERT INTO retweets SELECT author_of(n), post_of(n - 90), post_of(n)
    FROM generate_series(102, {POSTS}, 17) n ON CONFLICT DO NOTHING;
INSERT INTO likes SELECT 1 + n * 31 % {ACCOUNTS}, post_of({POSTS} - n * 13 % 200000), n
    FROM generate_series(1, 300000) n ON CONFLICT DO NOTHING;
INSERT INTO follows SELECT n, {GIANT}, n FROM generate_series(2, {ACCOUNTS}) n;
INSERT INTO follows SELECT 1 + n % {ACCOUNTS}, 2 + n * 7 % {ACCOUNTS - 1}, 100000 + n
    FROM generate_series(1, 300000) n ON CONFLICT DO NOTHING;
INSERT INTO blocks SELECT 1 + n % {ACCOUNTS}, 2 + n * 11 % {ACCOUNTS - 1}
    FROM generate_series(1, 50000) n ON CONFLICT DO NOTHING;
INSERT INTO mutes SELECT 1 + n % {ACCOUNTS}, 2 + n * 17 % {ACCOUNTS - 1}
    FROM generate_series(1, 50000) n ON CONFLICT DO NOTHING;
INSERT INTO sessions SELECT n, 1 + n % {ACCOUNTS}, n, n, n, '', '' FROM generate_series(1, 50000) n;
INSERT INTO refresh_tokens SELECT sha256(n::text::bytea), n, CASE WHEN n % 9 = 0 THEN n END
    FROM generate_series(1, 50000) n;
INSERT INTO idempotency_keys SELECT n % 20000, n::text, '', n, n FROM generate_series(1, 50000) n;
INSERT INTO media_files SELECT n, 'file' || n, sha256(n::text::bytea), 9, 9, false, '', '[]', 9,
    CASE WHEN n % 50 = 0 THEN n END FROM generate_series(1, 100000) n;
INSERT INTO media SELECT n, 1 + n % {ACCOUNTS}, n, '', 9, CASE WHEN n % 99 = 0 THEN '' ELSE 'post' END,
    CASE WHEN n % 99 <> 0 THEN post_of({POSTS} - n * 7) END, 0 FROM generate_series(1, 100000) n;
UPDATE posts SET has_media = true FROM media WHERE post_id = posts.id;
INSERT INTO markers SELECT n, 'home', 1, 1 FROM generate_series(1, 20000) n;
INSERT INTO notifications (id, recipient_id, kind, subject_id, latest, read_id)
    SELECT n, CASE WHEN n % 4 = 0 THEN {GIANT} ELSE 1 + n * 7919 % {ACCOUNTS} END,
        (ARRAY['like', 'retweet', 'reply', 'mention', 'quote'])[1 + n % 5], post_of({POSTS} - n),
        post_of({POSTS} - n), CASE WHEN n % 7 = 0 THEN 0 ELSE post_of({POSTS} - n) END
    FROM generate_series(1, 300000::bigint) n;
INSERT INTO notification_preferences SELECT n, 'like', true, true FROM generate_series(1, 20000) n;
INSERT INTO push_devices SELECT n, 1 + n % {ACCOUNTS}, 'web', 'nest' || n, '', '' FROM generate_series(1, 50000) n;
INSERT INTO push_retries SELECT n, n, 1 + n % {ACCOUNTS}, 1, n FROM generate_series(1, 50000) n
"""
# a vacuum too, as it goes on by itself in a database that lives: without it nothing is read from an index alone
_SETTLE = "VACUUM ANALYZE"
# not worth a log, nor the work of a replica; tables that refer to others first
_UNLOGGED = """
SELECT format('ALTER TABLE %s SET UNLOGGED', oid::regclass) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
ORDER BY relname <> 'refresh_tokens', relname <> 'sessions'
"""


@contextmanager
def crowded() -> Iterator[str]:
    """Make the database, which takes a while, and yield its URL."""
    with FreshDatabase(require("postgres")) as fresh:
        asyncio.run(_fill(fresh.url))
        yield fresh.url


async def _fill(url: str) -> None:
    # a post of each quarter gives each its partition
    moments = [START - n * QUARTER for n in range(1 + POSTS * STEP // QUARTER, -1, -1)]
    rows = ", ".join(f"({compose(moment, 0, 1)}, 1, '', 0)" for moment in moments)
    await run_sql(url, f"INSERT INTO posts (id, author_id, text, conversation_id) VALUES {rows}")
    await make_partitions(url, HandClock())
    connection = await asyncpg.connect(url, timeout=10, command_timeout=300)
    try:
        statements = [row[0] for row in await connection.fetch(_UNLOGGED)]
        for statement in ["DELETE FROM posts", *statements, _SCHEMA, *_ROWS.split(";"), _SETTLE]:
            await connection.execute(statement)
    finally:
        await connection.close()


class Step(msgspec.Struct, frozen=True):
    """One node of a plan as it was run."""

    kind: str
    table: str
    rows: int
    """How many rows it has looked at, all its turns together."""


class Explained(msgspec.Struct, frozen=True):
    """How one query was answered."""

    sql: str
    steps: list[Step]
    blocks: int
    """How many pages of 8 KiB it has touched."""


class Explainer:
    """A reader and a transaction that notes how each query is answered; what it changes is never committed."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection
        self.explained: list[Explained] = []

    async def all(self, sql: str, *args: object) -> Sequence[Row]:
        """Explain a query, and return its rows."""
        await self._explain(sql, args)
        return await self._connection.fetch(sql, *args)  # type: ignore[return-value]  # a sequence in all but its name

    async def first(self, sql: str, *args: object) -> Row | None:
        """Explain a query, and return its first row."""
        rows = await self.all(sql, *args)
        return rows[0] if rows else None

    async def each(self, sql: str, keys: Sequence[int], *args: object) -> Sequence[Row]:
        """Explain a query for each of the keys, and return its rows."""
        return await self.all(for_each(sql), keys, *args)

    async def run(self, sql: str, *args: object) -> int:
        """Explain a statement while it runs."""
        await self._explain(sql, args)
        return 1

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Explain a statement for the first of many rows."""
        await self._explain(sql, rows[0])

    def publish(self, event: Event) -> None:
        """Publish nothing."""

    def forget(self, space: str, *keys: int) -> None:
        """Forget nothing."""

    async def _explain(self, sql: str, args: Sequence[object]) -> None:
        text = await self._connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", *args)
        plan = msgspec.json.decode(text)[0]["Plan"]
        blocks = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        self.explained.append(Explained(sql, list(_steps(plan)), blocks))


def _steps(plan: dict[str, Any]) -> Iterator[Step]:
    turns = plan["Actual Loops"]
    rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    if turns and "Relation Name" in plan:
        yield Step(plan["Node Type"], plan["Relation Name"], round(rows * turns))
    for part in plan.get("Plans", ()):
        yield from _steps(part)
