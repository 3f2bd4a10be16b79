"""How each search engine is opened for the contract of `SearchIndex`."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from chirrup.platform.adapters.opensearch.search import OpenSearchIndex
from chirrup.platform.adapters.postgres.search import PostgresSearch, prepare
from chirrup.platform.adapters.sqlite.search import SqliteSearch
from chirrup.platform.ports import SearchIndex
from tests.cluster import FreshDatabase, require
from tests.contract.adapters import PostgresStorage


@asynccontextmanager
async def on_sqlite(folder: Path) -> AsyncIterator[SearchIndex]:
    """Make a file."""
    async with SqliteSearch(folder / "search.db") as index:
        yield index


@asynccontextmanager
async def on_postgres(url: str) -> AsyncIterator[SearchIndex]:
    """Use a database."""
    await prepare(url)
    async with PostgresStorage(url).open() as database:
        yield PostgresSearch(database)


@asynccontextmanager
async def on_opensearch(url: str, prefix: str) -> AsyncIterator[SearchIndex]:
    """Use the indices of a prefix."""
    async with OpenSearchIndex([url], prefix) as index:
        await index.prepare()
        yield index


async def _delete(url: str, prefix: str) -> None:
    async with OpenSearchIndex([url], prefix) as index:
        await index.delete()


KINDS = ("sqlite", "postgres", "opensearch")


@contextmanager
def place_of(kind: str, folder: Path) -> Iterator[Callable[[], AbstractAsyncContextManager[SearchIndex]]]:
    """Make room for an index of a kind, and yield what opens it."""
    if kind == "sqlite":
        yield partial(on_sqlite, folder)
    elif kind == "opensearch":
        url, prefix = require("opensearch"), f"test-{os.getpid()}-{secrets.token_hex(4)}-"
        yield partial(on_opensearch, url, prefix)
        asyncio.run(_delete(url, prefix))
    else:
        with FreshDatabase(require("postgres")) as fresh:
            yield partial(on_postgres, fresh.url)
