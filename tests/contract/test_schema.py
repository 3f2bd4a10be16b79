"""That both databases have the same tables, and that an older one keeps what it holds."""

import contextlib
import importlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from chirrup.migrations import HEAD
from chirrup.platform.datadir import DataDir
from tests.cluster import FreshDatabase, require

WREN, ROBIN = 7, 8
LOGS = {"outbox", "outbox_shards", "consumers", "dead_letters"}
"""One process reads its log from where it is written, several have to share it: here the tables differ."""
PARTITIONS = "accounts_%", "posts_%"


@pytest.fixture
def old(tmp_path: Path) -> DataDir:
    """A data directory of revision 0001 with two accounts and a session."""
    data = DataDir(tmp_path)
    first = importlib.import_module("chirrup.migrations.versions.0001_community")
    with contextlib.closing(sqlite3.connect(data.database)) as connection:
        connection.executescript(first.SQLITE)
        connection.executescript(
            f"""
            CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
            INSERT INTO alembic_version VALUES ('0001');
            INSERT INTO accounts (id, username, username_key, email, password_hash, display_name, verified, posts_count)
                VALUES ({WREN}, 'Wren', 'wren', 'wren@example.org', 'x', 'Jenny', 1, 5);
            INSERT INTO accounts (id, username, username_key, display_name, status)
                VALUES ({ROBIN}, 'robin', 'robin', '', 'deleted');
            INSERT INTO sessions VALUES (1, {WREN}, 2, 3, 4, 'nest', '192.0.2.1', NULL);
            INSERT INTO consumers VALUES ('timelines.fan_out', 7), ('posts.counters', 9);
            """
        )
        connection.commit()
    return data


def rows(data: DataDir, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(data.database)) as connection:
        return connection.execute(sql).fetchall()


def test_an_older_data_directory_keeps_its_accounts_and_finds_them_by_their_logins(old: DataDir) -> None:
    old.prepare()
    assert old.revision() == HEAD
    assert set(rows(old, "SELECT login, account_id FROM logins")) == {
        ("wren", WREN), ("wren@example.org", WREN), ("robin", ROBIN),
    }  # fmt: skip
    assert rows(old, "SELECT id, username, email, display_name, status, verified, posts_count FROM accounts") == [
        (WREN, "Wren", "wren@example.org", "Jenny", "active", 1, 5),
        (ROBIN, "robin", None, "", "deleted", 0, 0),
    ]
    assert rows(old, "SELECT account_id FROM sessions") == [(WREN,)]


def test_references_to_accounts_hold_after_the_migration(old: DataDir) -> None:
    old.prepare()
    assert rows(old, "PRAGMA foreign_key_check") == []
    with contextlib.closing(sqlite3.connect(old.database)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO sessions VALUES (2, 99, 2, 3, 4, '', '', NULL)")
        connection.rollback()


def test_the_steps_of_fan_outs_go_on_where_one_consumer_took_them_with_the_posts(old: DataDir) -> None:
    old.prepare()
    assert rows(old, "SELECT name, position FROM consumers ORDER BY name") == [
        ("posts.counters", 9), ("timelines.fan_out", 7), ("timelines.steps", 7),
    ]  # fmt: skip


def test_posts_that_are_there_are_to_get_their_hashtags(old: DataDir) -> None:
    with contextlib.closing(sqlite3.connect(old.database)) as connection:
        connection.execute(f"INSERT INTO posts (id, author_id, text, conversation_id) VALUES (5, {WREN}, 'tseep', 5)")
        connection.commit()
    old.prepare()
    assert rows(old, "SELECT below FROM hashtag_backfill") == [(6,)]


@pytest.fixture
def postgres() -> Iterator[str]:
    """A database on PostgreSQL."""
    with FreshDatabase(require("postgres")) as fresh:
        yield fresh.url


async def test_both_databases_have_the_same_tables_and_columns(data_dir: Path, postgres: str) -> None:
    here: dict[str, set[str]] = {}
    for table, column in rows(
        DataDir(data_dir),
        "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'",
    ):
        here.setdefault(str(table), set()).add(str(column))
    there: dict[str, set[str]] = {}
    connection = await asyncpg.connect(postgres, timeout=10, command_timeout=30)
    found = await connection.fetch(
        "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'"
        " AND NOT table_name LIKE ANY($1)",
        PARTITIONS,
    )
    await connection.close()
    for table, column in found:
        there.setdefault(table, set()).add(column)
    shared = {table for table in here if table not in LOGS and not table.startswith("sqlite_")}
    assert {table: here[table] for table in shared} == {
        table: columns for table, columns in there.items() if table not in LOGS
    }
