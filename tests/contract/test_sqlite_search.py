"""What the search index in a file does beyond the contract of `SearchIndex`."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chirrup.platform.adapters.sqlite.search import SqliteSearch
from chirrup.platform.errors import Unavailable
from tests.contract.test_search_index import at, newest, post


async def fill(path: Path) -> None:
    """Build an index of one post."""
    async with SqliteSearch(path) as index, index.build() as build:
        await build.add_posts([post(1, "wren")])


@pytest.mark.parametrize("damage", [b"no database" * 1000, b""])
async def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "search.db"
    await fill(path)
    path.write_bytes(damage)
    async with SqliteSearch(path) as index:
        assert not await index.complete()
        await index.put_posts([post(2, "wren")])
        assert await newest(index, "wren") == [at(2)]


async def test_a_file_of_another_layout_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "search.db"
    await fill(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 999")
    async with SqliteSearch(path) as index:
        assert not await index.complete()
        assert await newest(index, "wren") == []


async def test_two_processes_may_write_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "search.db"
    async with SqliteSearch(path) as one, SqliteSearch(path) as other:
        async with one.build() as build:
            await asyncio.gather(
                *(build.add_posts([post(number, "wren")]) for number in range(1, 20)),
                *(other.put_posts([post(number, "wren")]) for number in range(20, 40)),
            )
        assert await newest(other, "wren") == [at(number) for number in range(39, 0, -1)]


async def test_of_two_builds_the_later_one_counts(tmp_path: Path) -> None:
    async with SqliteSearch(tmp_path / "search.db") as index:
        earlier, later = index.build(), index.build()
        first = await earlier.__aenter__()
        second = await later.__aenter__()
        await second.add_posts([post(2, "wren")])
        with pytest.raises(Unavailable):
            await first.add_posts([post(1, "wren")])
        with pytest.raises(Unavailable):
            await earlier.__aexit__(None, None, None)
        await later.__aexit__(None, None, None)
        assert await newest(index, "wren") == [at(2)]
