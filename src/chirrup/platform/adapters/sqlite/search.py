"""Full-text search in SQLite's FTS5, in a file of its own beside the database.

The file can be lost: it is made anew from the database. But while it is there it must not miss what the log says has
been handled, so each write is on disk before the handler of its events goes on. One thread writes and two read, so
that neither holds up the event loop. The index in use and one that is being built have a number each, and tables of
their own; `current` and `building` in `state` say which numbers those are.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import structlog

from chirrup.platform.adapters.sql_search import BEGINNING, EXACT, Dialect, SqlSearch
from chirrup.platform.adapters.sqlite.database import SqliteScanner, connect, refusals
from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import SearchBuild
from chirrup.platform.searching import CANDIDATES, EVENNESS, HALF_LIFE, PersonDocument, PostDocument, PostSearch
from chirrup.platform.words import Phrase

LAYOUT = 1
"""The version of the tables; a file with other ones is made anew."""
_LOCK_MILLISECONDS = 10_000
# words come ready made, with spaces between them: whatever is no space belongs to a word
_TOKENS = """tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'" """
_TABLES = (
    f"CREATE VIRTUAL TABLE posts_{{0}} USING fts5(size UNINDEXED, words, {_TOKENS})",
    """CREATE TABLE tags_{0} (
        tag TEXT NOT NULL, post_id INTEGER NOT NULL, PRIMARY KEY (tag, post_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX tags_of_post_{0} ON tags_{0} (post_id)",
    f"CREATE VIRTUAL TABLE people_{{0}} USING fts5(words, prefix = '1 2 3', {_TOKENS})",
    "CREATE TABLE usernames_{0} (id INTEGER PRIMARY KEY, username TEXT NOT NULL, weight INTEGER NOT NULL) STRICT",
    "CREATE INDEX usernames_by_name_{0} ON usernames_{0} (username)",
)
_KINDS = ("posts", "tags", "people", "usernames")

_NEWEST = """
SELECT rowid FROM posts_{0} WHERE posts_{0} MATCH $1 AND rowid >= $2 AND rowid < $3 ORDER BY rowid DESC LIMIT $4
"""
_BEST = f"""
SELECT score, id FROM (
    SELECT id, 1.0 / ({EVENNESS} + size) / (1 + max(0, $4 - (id >> 22)) / {HALF_LIFE}.0) AS score FROM (
        SELECT rowid AS id, size FROM posts_{{0}}
        WHERE posts_{{0}} MATCH $1 AND rowid >= $2 AND rowid < $3 ORDER BY rowid DESC LIMIT {CANDIDATES}
    )
) WHERE $5 IS NULL OR (score, id) < ($5, $6) ORDER BY score DESC, id DESC LIMIT $7
"""  # noqa: S608 - numbers of this module
_PEOPLE = f"""
SELECT score, id FROM (
    SELECT u.id, u.weight + CASE WHEN u.username = $2 THEN {EXACT} WHEN u.username >= $2 AND u.username < $3
        THEN {BEGINNING} ELSE 0.0 END AS score
    FROM people_{{0}} AS p JOIN usernames_{{0}} AS u ON u.id = p.rowid WHERE people_{{0}} MATCH $1
) WHERE $4 IS NULL OR (score, id) < ($4, $5) ORDER BY score DESC, id DESC LIMIT $6
"""  # noqa: S608
_TAGS = """
SELECT tag, count(*) AS posts FROM tags_{0} WHERE tag >= $1 AND tag < $2
GROUP BY tag ORDER BY posts DESC, tag LIMIT $3
"""

T = TypeVar("T")
log = structlog.get_logger()


class SqliteSearch(SqlSearch):
    """The `SearchIndex` port."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        self._writer = _open(path)
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="search-write")
        self._reads = SqliteScanner(path)
        super().__init__(self._reads, _DIALECT)

    async def __aenter__(self) -> "SqliteSearch":
        """Go on."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Wait for what is under way and close."""
        self._writing.shutdown()
        self._reads.close()
        self._writer.close()

    async def put_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add posts, each in the place of what was there."""
        await self._write(lambda run: self._in_each(run, lambda number: _put_posts(run, number, documents)))

    async def delete_posts(self, post_ids: Sequence[int]) -> None:
        """Remove posts."""
        await self._write(lambda run: self._in_each(run, lambda number: _delete_posts(run, number, post_ids)))

    async def put_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add accounts, each in the place of what was there."""
        await self._write(lambda run: self._in_each(run, lambda number: _put_people(run, number, documents)))

    async def delete_people(self, account_ids: Sequence[int]) -> None:
        """Remove accounts."""
        await self._write(lambda run: self._in_each(run, lambda number: _delete_people(run, number, account_ids)))

    async def complete(self) -> bool:
        """Return whether the index has been built."""
        row = await self._reads.first("SELECT value FROM state WHERE name = 'complete'")
        return bool(row and row[0])

    @asynccontextmanager
    async def build(self) -> AsyncIterator[SearchBuild]:
        """Make an index anew beside the one in use."""
        number = await self._write(_begin)
        yield _Build(self, number)
        await self._write(lambda run: _replace(run, number))

    async def add(self, number: int, add: Callable[["_Run", int], None]) -> None:
        """Write to the index that is being built."""

        def write(run: _Run) -> None:
            _check_building(run, number)
            add(run, number)

        await self._write(write)

    def _in_each(self, run: "_Run", write: Callable[[int], None]) -> None:
        for number in _numbers(run):
            write(number)

    async def _write(self, body: "Callable[[_Run], T]") -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writing, self._transact, body)

    def _transact(self, body: "Callable[[_Run], T]") -> T:
        with refusals():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                done = body(_Run(self._writer))
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            return done


class _Build:
    """The `SearchBuild` port."""

    def __init__(self, index: SqliteSearch, number: int) -> None:
        self._index = index
        self._number = number

    async def add_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add those of the posts that are not there."""
        await self._index.add(
            self._number, lambda run, number: _put_posts(run, number, _missing(run, f"posts_{number}", documents))
        )

    async def add_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add those of the accounts that are not there."""
        await self._index.add(
            self._number, lambda run, number: _put_people(run, number, _missing(run, f"usernames_{number}", documents))
        )


class _Run:
    """One transaction in the writing thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.one = connection.execute
        self.many = connection.executemany


def _open(path: Path) -> sqlite3.Connection:
    """Open the file; one that is damaged or has other tables is made anew."""
    try:
        connection = _connect(path)
        layout = connection.execute("PRAGMA user_version").fetchone()[0]
        if layout == LAYOUT:
            connection.execute("SELECT value FROM state").fetchall()
            return connection
        if layout == 0:
            # new, and perhaps another process is at making the tables
            return _filled(connection)
        connection.close()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise
        log.warning("search.file_damaged", file=str(path), error=str(error))
    remove_file(path)
    return _filled(_connect(path))


def _filled(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Make the tables in a new file, unless they are there."""
    run = _Run(connection)
    run.one("BEGIN IMMEDIATE")
    if not run.one("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone():
        run.one("CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID")
        run.one("INSERT INTO state VALUES ('current', 1), ('building', 0), ('last', 1), ('complete', 0)")
        _make_tables(run, 1)
        run.one(f"PRAGMA user_version = {LAYOUT}")
    run.one("COMMIT")
    return connection


def remove_file(path: Path) -> None:
    """Forget the index that is kept in a file, which nobody may have open."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    # other threads than this one wait for nobody here
    connection.execute(f"PRAGMA busy_timeout = {_LOCK_MILLISECONDS}")
    return connection


def _make_tables(run: _Run, number: int) -> None:
    for statement in _TABLES:
        run.one(statement.format(number))


def _drop_tables(run: _Run, number: int) -> None:
    for kind in _KINDS:
        run.one(f"DROP TABLE IF EXISTS {kind}_{number}")


def _state(run: _Run, name: str) -> int:
    value: int = run.one("SELECT value FROM state WHERE name = ?", (name,)).fetchone()[0]
    return value


def _set(run: _Run, name: str, value: int) -> None:
    run.one("UPDATE state SET value = ? WHERE name = ?", (value, name))


def _numbers(run: _Run) -> list[int]:
    """Return the index in use, and the one that is being built."""
    rows = run.one("SELECT value FROM state WHERE name IN ('current', 'building') AND value > 0")
    return [row[0] for row in rows.fetchall()]


def _begin(run: _Run) -> int:
    _drop_tables(run, _state(run, "building"))
    number = _state(run, "last") + 1
    _make_tables(run, number)
    _set(run, "building", number)
    _set(run, "last", number)
    return number


def _replace(run: _Run, number: int) -> None:
    _check_building(run, number)
    _drop_tables(run, _state(run, "current"))
    _set(run, "current", number)
    _set(run, "building", 0)
    _set(run, "complete", 1)


def _check_building(run: _Run, number: int) -> None:
    if _state(run, "building") != number:
        raise Unavailable("Somebody else has begun to build the search index anew.")


def _missing(run: _Run, table: str, documents: Sequence[T]) -> list[T]:
    """Return those of the documents that a table does not have."""
    sql = f"SELECT 1 FROM {table} WHERE rowid = ?"  # noqa: S608 - our own tables
    return [document for document in documents if not run.one(sql, (document.id,)).fetchone()]  # type: ignore[attr-defined]


def _put_posts(run: _Run, number: int, documents: Sequence[PostDocument]) -> None:
    _delete_posts(run, number, [document.id for document in documents])
    run.many(
        f"INSERT INTO posts_{number} (rowid, size, words) VALUES (?, ?, ?)",  # noqa: S608
        [(document.id, document.size, " ".join(document.words)) for document in documents],
    )
    run.many(
        f"INSERT INTO tags_{number} (tag, post_id) VALUES (?, ?)",  # noqa: S608
        [(tag, document.id) for document in documents for tag in dict.fromkeys(document.tags)],
    )


def _delete_posts(run: _Run, number: int, post_ids: Sequence[int]) -> None:
    ids = [(post_id,) for post_id in post_ids]
    run.many(f"DELETE FROM posts_{number} WHERE rowid = ?", ids)  # noqa: S608
    run.many(f"DELETE FROM tags_{number} WHERE post_id = ?", ids)  # noqa: S608


def _put_people(run: _Run, number: int, documents: Sequence[PersonDocument]) -> None:
    _delete_people(run, number, [document.id for document in documents])
    run.many(
        f"INSERT INTO people_{number} (rowid, words) VALUES (?, ?)",  # noqa: S608
        [(document.id, " ".join(document.words)) for document in documents],
    )
    run.many(
        f"INSERT INTO usernames_{number} (id, username, weight) VALUES (?, ?, ?)",  # noqa: S608
        [(document.id, document.username, document.weight) for document in documents],
    )


def _delete_people(run: _Run, number: int, account_ids: Sequence[int]) -> None:
    ids = [(account_id,) for account_id in account_ids]
    run.many(f"DELETE FROM people_{number} WHERE rowid = ?", ids)  # noqa: S608
    run.many(f"DELETE FROM usernames_{number} WHERE id = ?", ids)  # noqa: S608


def _posts_query(wanted: PostSearch) -> str:
    """Return what is looked for in FTS5's language."""
    required = " AND ".join(map(_phrase, wanted.required))
    if not wanted.excluded:
        return required
    return f"({required}) NOT ({' OR '.join(map(_phrase, wanted.excluded))})"


def _names_query(names: Sequence[Phrase]) -> str:
    return " AND ".join(map(_phrase, names))


def _phrase(phrase: Phrase) -> str:
    words = " ".join(phrase.words).replace('"', '""')
    return f'"{words}"{" *" if phrase.prefix else ""}'


_DIALECT = Dialect(
    current="SELECT value FROM state WHERE name = 'current'",
    newest=_NEWEST,
    best=_BEST,
    people=_PEOPLE,
    tags=_TAGS,
    posts_query=_posts_query,
    names_query=_names_query,
    no_table=sqlite3.OperationalError,
)
