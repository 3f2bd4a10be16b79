"""Whether a database is whole: its file, and what its rows say of each other."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

# table, the column that names a row of another table, and that table
_REFERENCES = (
    ("follows", "follower_id", "accounts"),
    ("follows", "followee_id", "accounts"),
    ("blocks", "blocker_id", "accounts"),
    ("blocks", "blocked_id", "accounts"),
    ("mutes", "muter_id", "accounts"),
    ("mutes", "muted_id", "accounts"),
    ("posts", "author_id", "accounts"),
    ("posts", "reply_to", "posts"),
    ("posts", "conversation_id", "posts"),
    ("posts", "retweet_of", "posts"),
    ("likes", "account_id", "accounts"),
    ("likes", "post_id", "posts"),
    ("retweets", "account_id", "accounts"),
    ("retweets", "post_id", "posts"),
    ("retweets", "id", "posts"),
)
_SHOWN = 5


class Finding(msgspec.Struct, frozen=True):
    """What one examination found; `detail` is empty where nothing is wrong."""

    examined: str
    wrong: int
    detail: str = ""


def examine(database: Path, done: Callable[[], None] = lambda: None) -> Iterator[Finding]:
    """Yield what each examination of a database finds, all at one moment; others may write meanwhile.

    Raises:
        sqlite3.DatabaseError: the file is too broken to be examined.
    """
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for examination in (_pages, _foreign_keys, _references, _counters, _positions):
            yield from examination(connection)
            done()


def examinations() -> int:
    """Return how often `examine` calls `done`."""
    return 5


def whole(database: Path) -> list[str]:
    """Return what is wrong with the file of a database; nothing, if it is whole."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        return [finding.detail for finding in [*_pages(connection), *_foreign_keys(connection)] if finding.wrong]


def _pages(connection: sqlite3.Connection) -> Iterator[Finding]:
    rows = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    faults = [] if rows == ["ok"] else rows
    yield Finding("database file", len(faults), "; ".join(faults[:_SHOWN]).replace("\n", " "))


def _foreign_keys(connection: sqlite3.Connection) -> Iterator[Finding]:
    rows = connection.execute("PRAGMA foreign_key_check").fetchall()
    detail = "; ".join(f"row {row[1]} of {row[0]} names no row of {row[2]}" for row in rows[:_SHOWN])
    yield Finding("foreign keys", len(rows), detail)


def _references(connection: sqlite3.Connection) -> Iterator[Finding]:
    for table, column, other in _REFERENCES:
        where = f"FROM {table} AS t WHERE t.{column} IS NOT NULL"
        where += f" AND NOT EXISTS (SELECT 1 FROM {other} AS o WHERE o.id = t.{column})"  # noqa: S608 - constants
        (wrong,) = connection.execute(f"SELECT count(*) {where}").fetchone()
        detail = ""
        if wrong:
            missing = connection.execute(f"SELECT DISTINCT t.{column} {where} LIMIT {_SHOWN}").fetchall()
            detail = f"no {other} {', '.join(str(row[0]) for row in missing)}"
        yield Finding(f"{table}.{column}", wrong, detail)


def _counters(connection: sqlite3.Connection) -> Iterator[Finding]:
    (wrong,) = connection.execute(
        "SELECT count(*) FROM posts WHERE NOT EXISTS (SELECT 1 FROM post_counts WHERE post_id = posts.id)"
    ).fetchone()
    yield Finding("post_counts", wrong, "posts without counts" if wrong else "")


def _positions(connection: sqlite3.Connection) -> Iterator[Finding]:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    newest = row[0] if row else 0
    ahead = connection.execute("SELECT name, position FROM consumers WHERE position > ?", (newest,)).fetchall()
    detail = "; ".join(f"{name} is at {position}, the log ends at {newest}" for name, position in ahead)
    yield Finding("outbox positions", len(ahead), detail)
