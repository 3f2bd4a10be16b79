"""Whether a database is whole: its file, and what its rows say of each other."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from chirrup.platform.integrity import SHOWN, Finding, questions


def examine(database: Path, done: Callable[[], None] = lambda: None) -> Iterator[Finding]:
    """Yield what each examination of a database finds, all at one moment; others may write meanwhile.

    Raises:
        sqlite3.DatabaseError: the file is too broken to be examined.
    """
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for examination in (_pages, _foreign_keys, _rows, _positions):
            yield from examination(connection)
            done()


def examinations() -> int:
    """Return how often `examine` calls `done`."""
    return 4


def whole(database: Path) -> list[str]:
    """Return what is wrong with the file of a database; nothing, if it is whole."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        return [finding.detail for finding in [*_pages(connection), *_foreign_keys(connection)] if finding.wrong]


def _pages(connection: sqlite3.Connection) -> Iterator[Finding]:
    rows = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    faults = [] if rows == ["ok"] else rows
    yield Finding("database file", len(faults), "; ".join(faults[:SHOWN]).replace("\n", " "))


def _foreign_keys(connection: sqlite3.Connection) -> Iterator[Finding]:
    rows = connection.execute("PRAGMA foreign_key_check").fetchall()
    detail = "; ".join(f"row {row[1]} of {row[0]} names no row of {row[2]}" for row in rows[:SHOWN])
    yield Finding("foreign keys", len(rows), detail)


def _rows(connection: sqlite3.Connection) -> Iterator[Finding]:
    for question in questions():
        (wrong,) = connection.execute(question.count).fetchone()
        yield question.finding(wrong, [row[0] for row in connection.execute(question.examples)] if wrong else [])


def _positions(connection: sqlite3.Connection) -> Iterator[Finding]:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    newest = row[0] if row else 0
    ahead = connection.execute("SELECT name, position FROM consumers WHERE position > ?", (newest,)).fetchall()
    detail = "; ".join(f"{name} is at {position}, the log ends at {newest}" for name, position in ahead)
    yield Finding("outbox positions", len(ahead), detail)
