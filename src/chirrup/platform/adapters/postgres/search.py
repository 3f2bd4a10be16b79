"""Full-text search in PostgreSQL, in a schema of its own beside the tables of the slices.

What is in it can be lost: it is made anew from them. The words come ready made, so no parser or dictionary of the
server's touches them. The index in use and one that is being built have a number each, and tables of their own;
`search.state` says which numbers those are. Who writes shares its row with others who write, and who begins or ends a
build has it alone, so that nothing is written to an index that has just been replaced.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import asyncpg

from chirrup.platform.adapters.postgres.faults import CONNECT_FAULTS
from chirrup.platform.adapters.sql_search import BEGINNING, EXACT, Dialect, SqlSearch
from chirrup.platform.errors import StartRefused, Unavailable
from chirrup.platform.ports import Database, SearchBuild, Transaction
from chirrup.platform.searching import CANDIDATES, EVENNESS, HALF_LIFE, PersonDocument, PostDocument, PostSearch
from chirrup.platform.words import Phrase

_LOCK = 7_306_514_209
_TIMEOUT = 30.0
# the longest that a tsvector takes; more than 280 characters of text never have as many
_POSITIONS = 16_383

_STATE = (
    "CREATE SCHEMA IF NOT EXISTS search",
    """CREATE TABLE IF NOT EXISTS search.state (
        only_one BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_one), current BIGINT NOT NULL, building BIGINT NOT NULL,
        last BIGINT NOT NULL, complete BOOLEAN NOT NULL
    )""",
    "INSERT INTO search.state (current, building, last, complete) VALUES (1, 0, 1, false) ON CONFLICT DO NOTHING",
)
_TABLES = (
    """CREATE TABLE IF NOT EXISTS search.posts_{0} (
        id BIGINT PRIMARY KEY, size INTEGER NOT NULL, words TSVECTOR NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS posts_{0}_words ON search.posts_{0} USING gin (words)",
    """CREATE TABLE IF NOT EXISTS search.tags_{0} (
        tag TEXT COLLATE "C" NOT NULL, post_id BIGINT NOT NULL, PRIMARY KEY (tag, post_id)
    )""",
    "CREATE INDEX IF NOT EXISTS tags_{0}_of_post ON search.tags_{0} (post_id)",
    """CREATE TABLE IF NOT EXISTS search.people_{0} (
        id BIGINT PRIMARY KEY, username TEXT COLLATE "C" NOT NULL, words TSVECTOR NOT NULL, weight BIGINT NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS people_{0}_words ON search.people_{0} USING gin (words)",
)
_KINDS = ("posts", "tags", "people")

_PUT_POST = """
INSERT INTO search.posts_{0} (id, size, words) VALUES ($1, $2, $3::text::tsvector)
ON CONFLICT (id) DO UPDATE SET size = excluded.size, words = excluded.words
"""
_PUT_TAG = "INSERT INTO search.tags_{0} (tag, post_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_PUT_PERSON = """
INSERT INTO search.people_{0} (id, username, words, weight) VALUES ($1, $2, $3::text::tsvector, $4)
ON CONFLICT (id) DO UPDATE SET username = excluded.username, words = excluded.words, weight = excluded.weight
"""
_NEWEST = """
SELECT id FROM search.posts_{0} WHERE words @@ $1::text::tsquery AND id >= $2 AND id < $3 ORDER BY id DESC LIMIT $4
"""
_BEST = f"""
SELECT score, id FROM (
    SELECT id,
        1::float8 / ({EVENNESS} + size) / (1 + greatest(0, $4::bigint - (id >> 22)) / {HALF_LIFE}::float8) AS score
    FROM (
        SELECT id, size FROM search.posts_{{0}} WHERE words @@ $1::text::tsquery AND id >= $2 AND id < $3
        ORDER BY id DESC LIMIT {CANDIDATES}
    ) AS candidates
) AS ranked
WHERE $5::float8 IS NULL OR (score, id) < ($5::float8, $6::bigint) ORDER BY score DESC, id DESC LIMIT $7
"""  # noqa: S608 - numbers of this module
_PEOPLE = f"""
SELECT score, id FROM (
    SELECT id, weight + CASE WHEN username = $2 THEN {EXACT}::float8 WHEN username >= $2 AND username < $3
        THEN {BEGINNING}::float8 ELSE 0 END AS score
    FROM search.people_{{0}} WHERE words @@ $1::text::tsquery
) AS ranked
WHERE $4::float8 IS NULL OR (score, id) < ($4::float8, $5::bigint) ORDER BY score DESC, id DESC LIMIT $6
"""  # noqa: S608
_TAGS = """
SELECT tag, count(*) AS posts FROM search.tags_{0} WHERE tag >= $1 AND tag < $2
GROUP BY tag ORDER BY posts DESC, tag LIMIT $3
"""

Write = Callable[[Transaction, int], Awaitable[None]]


class PostgresSearch(SqlSearch):
    """The `SearchIndex` port, over tables that `prepare` has made."""

    def __init__(self, db: Database) -> None:
        super().__init__(db.scan, _DIALECT)
        self._db = db

    async def put_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add posts, each in the place of what was there."""

        async def put(tx: Transaction, number: int) -> None:
            await _put_posts(tx, number, documents)

        await self._write(put)

    async def delete_posts(self, post_ids: Sequence[int]) -> None:
        """Remove posts."""

        async def delete(tx: Transaction, number: int) -> None:
            await tx.run(f"DELETE FROM search.posts_{number} WHERE id = ANY($1)", post_ids)  # noqa: S608
            await tx.run(f"DELETE FROM search.tags_{number} WHERE post_id = ANY($1)", post_ids)  # noqa: S608

        await self._write(delete)

    async def put_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add accounts, each in the place of what was there."""

        async def put(tx: Transaction, number: int) -> None:
            await _put_people(tx, number, documents)

        await self._write(put)

    async def delete_people(self, account_ids: Sequence[int]) -> None:
        """Remove accounts."""

        async def delete(tx: Transaction, number: int) -> None:
            await tx.run(f"DELETE FROM search.people_{number} WHERE id = ANY($1)", account_ids)  # noqa: S608

        await self._write(delete)

    async def complete(self) -> bool:
        """Return whether the index has been built."""
        row = await self._db.read.first("SELECT complete FROM search.state")
        return row is not None and bool(row[0])

    @asynccontextmanager
    async def build(self) -> AsyncIterator[SearchBuild]:
        """Make an index anew beside the one in use."""
        async with self._db.transaction() as tx:
            current, _, last = await _state(tx, alone=True)
            # of builds that have not ended, or whose end was cut short
            for unused in await _numbers(tx) - {current}:
                await _drop_tables(tx, unused)
            number = last + 1
            await _make_tables(tx, number)
            await tx.run("UPDATE search.state SET building = $1, last = $1", number)
        yield _Build(self._db, number)
        async with self._db.transaction() as tx:
            current, building, _ = await _state(tx, alone=True)
            _check_building(building, number)
            await tx.run("UPDATE search.state SET current = $1, building = 0, complete = true", number)
        # whoever has asked for the number of the old one just now is not kept waiting, but asks again
        async with self._db.transaction() as tx:
            await _drop_tables(tx, current)

    async def _write(self, write: Write) -> None:
        async with self._db.transaction() as tx:
            current, building, _ = await _state(tx)
            for number in (current, building):
                if number:
                    await write(tx, number)


class _Build:
    """The `SearchBuild` port."""

    def __init__(self, db: Database, number: int) -> None:
        self._db = db
        self._number = number

    async def add_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add those of the posts that are not there."""
        ids = [document.id for document in documents]
        async with self._db.transaction() as tx:
            _check_building((await _state(tx))[1], self._number)
            there = await _there(tx, f"search.posts_{self._number}", ids)
            await _put_posts(tx, self._number, [document for document in documents if document.id not in there])

    async def add_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add those of the accounts that are not there."""
        ids = [document.id for document in documents]
        async with self._db.transaction() as tx:
            _check_building((await _state(tx))[1], self._number)
            there = await _there(tx, f"search.people_{self._number}", ids)
            await _put_people(tx, self._number, [document for document in documents if document.id not in there])


async def prepare(url: str) -> None:
    """Make the schema and an empty index where there is none.

    Raises:
        StartRefused: the database cannot be reached.
    """
    try:
        connection = await asyncpg.connect(url, timeout=_TIMEOUT, command_timeout=_TIMEOUT, statement_cache_size=0)
        try:
            if not await connection.fetchval("SELECT to_regclass('search.state')"):
                async with connection.transaction():
                    # two processes that do this at once would stumble over each other
                    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
                    for statement in (*_STATE, *(table.format(1) for table in _TABLES)):
                        await connection.execute(statement)
        finally:
            await connection.close()
    except CONNECT_FAULTS as error:
        raise StartRefused(f"The database cannot be reached: {str(error) or type(error).__name__}.") from error


async def _state(tx: Transaction, *, alone: bool = False) -> tuple[int, int, int]:
    """Return the numbers of the index in use, of the one that is being built or 0, and of the last one made."""
    strength = "UPDATE" if alone else "SHARE"
    row = await tx.first(f"SELECT current, building, last FROM search.state FOR {strength}")  # noqa: S608
    if row is None:
        raise Unavailable("The search index is not there yet.")
    return row[0], row[1], row[2]


def _check_building(building: int, number: int) -> None:
    if building != number:
        raise Unavailable("Somebody else has begun to build the search index anew.")


async def _make_tables(tx: Transaction, number: int) -> None:
    for statement in _TABLES:
        await tx.run(statement.format(number))


async def _drop_tables(tx: Transaction, number: int) -> None:
    for kind in _KINDS:
        await tx.run(f"DROP TABLE IF EXISTS search.{kind}_{number}")


async def _numbers(tx: Transaction) -> set[int]:
    """Return the numbers of all indices, in use or not."""
    rows = await tx.all(
        "SELECT relname FROM pg_class WHERE relnamespace = 'search'::regnamespace AND relkind = 'r'"
        r" AND relname ~ '^posts_\d+$'"
    )
    return {int(row[0].rpartition("_")[2]) for row in rows}


async def _there(tx: Transaction, table: str, ids: Sequence[int]) -> set[int]:
    return {row[0] for row in await tx.all(f"SELECT id FROM {table} WHERE id = ANY($1)", ids)}  # noqa: S608


async def _put_posts(tx: Transaction, number: int, documents: Sequence[PostDocument]) -> None:
    # in order of their keys, so that two who write the same wait for each other and do not lock up
    ordered = sorted(documents, key=lambda document: document.id)
    await tx.run_many(_PUT_POST.format(number), [(each.id, each.size, _vector(each.words)) for each in ordered])
    ids = [each.id for each in ordered]
    await tx.run(f"DELETE FROM search.tags_{number} WHERE post_id = ANY($1)", ids)  # noqa: S608
    tags = sorted((tag, each.id) for each in ordered for tag in dict.fromkeys(each.tags))
    await tx.run_many(_PUT_TAG.format(number), tags)


async def _put_people(tx: Transaction, number: int, documents: Sequence[PersonDocument]) -> None:
    ordered = sorted(documents, key=lambda document: document.id)
    rows = [(each.id, each.username, _vector(each.words), each.weight) for each in ordered]
    await tx.run_many(_PUT_PERSON.format(number), rows)


def _vector(words: Sequence[str]) -> str:
    """Return words with their positions, as a tsvector is written."""
    return " ".join(f"{_quoted(word)}:{min(place, _POSITIONS)}" for place, word in enumerate(words, 1))


def _posts_query(wanted: PostSearch) -> str:
    """Return what is looked for as a tsquery is written."""
    return " & ".join([*map(_phrase, wanted.required), *(f"!({_phrase(phrase)})" for phrase in wanted.excluded)])


def _names_query(names: Sequence[Phrase]) -> str:
    return " & ".join(map(_phrase, names))


def _phrase(phrase: Phrase) -> str:
    words = [_quoted(word) for word in phrase.words]
    if phrase.prefix:
        words[-1] += ":*"
    return f"({' <-> '.join(words)})"


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


_DIALECT = Dialect(
    current="SELECT current FROM search.state",
    newest=_NEWEST,
    best=_BEST,
    people=_PEOPLE,
    tags=_TAGS,
    posts_query=_posts_query,
    names_query=_names_query,
    no_table=asyncpg.UndefinedTableError,
)
