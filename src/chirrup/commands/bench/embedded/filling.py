"""Filling a new data directory quickly: rows by SQL, without events."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from chirrup.platform.adapters.sqlite.database import connect
from chirrup.platform.clock import SystemClock
from chirrup.platform.datadir import DataDir
from chirrup.platform.ids import IdGenerator

_NEW_ACCOUNTS = "INSERT INTO accounts (id, username, display_name) VALUES (?, ?, ?)"
_NEW_POSTS = "INSERT INTO posts (id, author_id, text, conversation_id) VALUES (?, ?, ?, ?)"
# followers of whom nothing else is known
_CROWD = """
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?1)
INSERT INTO follows (follower_id, followee_id, id)
SELECT ?3 + n, ?2, ?4 + (n << 4) FROM numbers
"""
_COUNT = "UPDATE accounts SET followers_count = (SELECT count(*) FROM follows WHERE followee_id = accounts.id)"
_STRANGERS = 1 << 61
"""Ids of followers without an account begin here, far above all others."""


class Filler:
    """Writes accounts, follows and posts, with ids as the application gives them."""

    def __init__(self, data_dir: Path) -> None:
        """Make the data directory, if it is not there."""
        data = DataDir(data_dir)
        data.prepare()
        self._path = data.database
        self._ids = IdGenerator(SystemClock())

    def accounts(self, count: int, prefix: str = "bench") -> list[int]:
        """Add accounts that cannot log in; return their ids."""
        ids = [self._ids.new(number) for number in range(count)]
        names = [f"{prefix}{number}" for number in range(count)]
        self._insert(_NEW_ACCOUNTS, list(zip(ids, names, names, strict=True)))
        self._insert("INSERT INTO logins (login, account_id) VALUES (?, ?)", list(zip(names, ids, strict=True)))
        return ids

    def follows(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Add follows of (follower id, followee id), in this order."""
        rows = [(follower, followee, self._ids.new(follower)) for follower, followee in pairs]
        self._insert("INSERT INTO follows (follower_id, followee_id, id) VALUES (?, ?, ?)", rows)

    def crowd(self, followee: int, count: int) -> None:
        """Add followers who have no account and never read."""
        if count:
            with self._writing() as connection:
                connection.execute(_CROWD, (count, followee, _STRANGERS, self._ids.new(0)))

    def posts(self, author_ids: Sequence[int], texts: Sequence[str] = ()) -> list[int]:
        """Add a post of each author, in this order, with these texts or with some; return their ids."""
        ids = [self._ids.new(author_id) for author_id in author_ids]
        texts = texts or [f"Post {n}: the wind is fair, and the reeds full of song." for n in range(len(ids))]
        rows = list(zip(ids, author_ids, texts, ids, strict=True))
        self._insert(_NEW_POSTS, rows)
        self._insert("INSERT INTO post_counts (post_id) VALUES (?)", [(key,) for key in ids])
        return ids

    def count_followers(self) -> None:
        """Let each account know how many follow it."""
        with self._writing() as connection:
            connection.execute(_COUNT)

    def newest_posts(self) -> tuple[int, dict[int, int]]:
        """Return how many posts there are, and the newest of each author."""
        with closing(connect(self._path, read_only=True)) as connection:
            count: int = connection.execute("SELECT count(*) FROM posts").fetchone()[0]
            return count, dict(connection.execute("SELECT author_id, max(id) FROM posts GROUP BY author_id"))

    def _insert(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with self._writing() as connection:
            connection.executemany(statement, rows)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(connect(self._path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
