"""The search engine of a cluster."""

import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from chirrup.platform.adapters.postgres.search import PostgresSearch
from chirrup.platform.adapters.postgres.search import prepare as prepare_postgres
from chirrup.platform.ports import Database, SearchIndex
from chirrup.settings import Settings


@dataclass(frozen=True, slots=True)
class SearchEngine:
    """An index, and what tries it where it is a service of its own."""

    index: SearchIndex
    checks: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)


async def prepare_search(settings: Settings) -> None:
    """Make an empty index where there is none.

    Raises:
        StartRefused, Unavailable: the engine does not answer.
    """
    if settings.search_engine == "postgres":
        await prepare_postgres(settings.database_url)
        return
    async with _opensearch(settings) as index:
        await index.prepare()


async def delete_search(settings: Settings) -> None:
    """Delete the index where it is a service of its own.

    Raises:
        Unavailable: the engine does not answer.
    """
    if settings.search_engine == "opensearch":
        async with _opensearch(settings) as index:
            await index.delete()


@asynccontextmanager
async def open_search(settings: Settings, db: Database) -> AsyncIterator[SearchEngine]:
    """Open the engine that the settings name, and make an empty index where there is none.

    An engine of its own may be away at the start: what needs it is refused until it is back.
    """
    if settings.search_engine == "postgres":
        await prepare_postgres(settings.database_url)
        yield SearchEngine(PostgresSearch(db))
        return
    async with _opensearch(settings) as index:
        yield SearchEngine(index, {"search": index.check})


def _opensearch(settings: Settings) -> Any:
    # by name, so that a server that does without does not carry its client
    adapter = importlib.import_module("chirrup.platform.adapters.opensearch.search")
    return adapter.OpenSearchIndex(settings.opensearch_url.replace(",", " ").split(), settings.opensearch_prefix)
