"""Writing a synthetic community into a new data directory: rows in the order of the tables, without events."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chirrup.commands.bench.follow_graph import FollowGraph, draw
from chirrup.commands.bench.population import Community, Counts, Law, community
from chirrup.platform.adapters.sqlite.database import connect
from chirrup.platform.clock import SystemClock
from chirrup.platform.datadir import DataDir
from chirrup.platform.ids import EPOCH
from chirrup.settings import Settings

_SEED = 1
_BLOCK = 500_000
_DAY = 86_400_000
_READERS = "bench-readers.json"
"""The accounts in the order in which they are taken as readers: beside the database, for when it is used again."""
_MOST_READERS = 50_000
_ACCOUNTS = """
INSERT INTO accounts (id, username, display_name, followers_count, following_count, posts_count)
VALUES (?1, 'bench' || ?2, 'bench' || ?2, ?3, ?4, ?5)
"""
_POST = """
INSERT INTO posts (id, author_id, text, conversation_id)
VALUES (?1, ?2, 'Post ' || ?1 || ': the wind is fair, and the reeds full of song.', ?1)
"""
_FOLLOWEES = "CREATE UNIQUE INDEX follows_of_followee ON follows (followee_id, id, follower_id)"
_AUTHORS = "CREATE INDEX posts_of_author ON posts (author_id, id) WHERE NOT deleted"


def people(data_dir: Path, accounts: int, mean_follows: float, days: float) -> list[int]:
    """Fill a data directory, if that is not done yet; return accounts that read, the most active sooner."""
    found = data_dir / _READERS
    if not found.exists():
        drawn = community(accounts, Law(follows=mean_follows), _SEED)
        DataDir(data_dir).prepare()
        with closing(connect(DataDir(data_dir).database)) as connection:
            # nothing is lost that could not be made again; the readers' file is written when all is there
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", "cache_size=-262144"):
                connection.execute(f"PRAGMA {pragma}")
            ids = _write(connection, drawn, days)
        found.write_text(json.dumps(_readers(drawn, ids)))
    readers: list[int] = json.loads(found.read_text())
    return readers


def _write(connection: sqlite3.Connection, drawn: Community, days: float) -> Counts:
    """Write all rows; return the accounts' ids."""
    rng = np.random.default_rng([_SEED, 2])
    now = SystemClock().now() - EPOCH
    since = now - round(days * _DAY)
    # accounts came, and follows were made, all the time before the first post
    ids = np.linspace(1, since, drawn.accounts, dtype=np.int64) << 22 | np.arange(drawn.accounts) & 4095
    graph = draw(drawn, _SEED)
    authors = _authors(drawn, days, rng)
    times = np.linspace(since, now, len(authors), dtype=np.int64)
    posts = times << 22 | (ids[authors] & 1023) << 12 | np.arange(len(authors)) & 4095
    connection.execute("BEGIN IMMEDIATE")
    following = np.zeros(drawn.accounts, np.int64)
    for followers, _ in graph.blocks():
        following += np.bincount(followers, minlength=drawn.accounts)
    posted = np.bincount(authors, minlength=drawn.accounts)
    _insert(connection, _ACCOUNTS, ids, np.arange(drawn.accounts), drawn.followers, following, posted)
    _follows(connection, graph, ids, since, rng)
    connection.execute("DROP INDEX posts_of_author")
    _insert(connection, _POST, posts, ids[authors])
    connection.execute(_AUTHORS)
    _insert(connection, "INSERT INTO post_counts (post_id) VALUES (?)", posts)
    # as the fan-out does at an author's first post
    large = ids[(drawn.followers > Settings().fanout_threshold) & (posted > 0)]
    _insert(connection, "INSERT INTO pulled_authors (author_id) VALUES (?)", large)
    connection.execute("COMMIT")
    return ids


def _authors(drawn: Community, days: float, rng: np.random.Generator) -> Counts:
    """Return the author of each post, in the order of time."""
    authors = np.repeat(np.arange(drawn.accounts), rng.poisson(drawn.posts * days))
    rng.shuffle(authors)
    return authors


def _follows(
    connection: sqlite3.Connection, graph: FollowGraph, ids: Counts, since: int, rng: np.random.Generator
) -> None:
    """Write the follows in the order of their table, and then the index; each was made at a time of its own."""
    followees = np.repeat(np.arange(graph.accounts, dtype=np.int32), np.diff(graph.offsets))
    # those of a follower are in the order of followees already
    order = np.argsort(graph.followers, kind="stable")
    connection.execute("DROP INDEX follows_of_followee")
    for start in range(0, len(order), _BLOCK):
        some = order[start : start + _BLOCK]
        made = rng.integers(1, since, len(some)) << 22 | np.arange(start, start + len(some)) & 0x3FFFFF
        pair = ids[graph.followers[some]], ids[followees[some]]
        _insert(connection, "INSERT INTO follows (follower_id, followee_id, id) VALUES (?, ?, ?)", *pair, made)
    connection.execute(_FOLLOWEES)


def _insert(connection: sqlite3.Connection, statement: str, *columns: NDArray[np.int64]) -> None:
    for start in range(0, len(columns[0]), _BLOCK):
        connection.executemany(statement, _rows([column[start : start + _BLOCK] for column in columns]))


def _rows(columns: list[NDArray[np.int64]]) -> Iterator[tuple[int, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)


def _readers(drawn: Community, ids: Counts) -> list[int]:
    """Draw accounts by how often they read, without repetition (Efraimidis and Spirakis, IPL 97, 2006)."""
    rng = np.random.default_rng([_SEED, 3])
    awake = np.flatnonzero(drawn.reads)
    times = rng.standard_exponential(len(awake)) / drawn.reads[awake]
    chosen: list[int] = ids[awake[np.argsort(times)[:_MOST_READERS]]].tolist()
    return chosen
