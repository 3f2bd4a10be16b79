"""The search engine of a cluster."""

import importlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from chirrup.platform.adapters.postgres.alone import alone
from chirrup.platform.adapters.postgres.search import PostgresSearch
from chirrup.platform.adapters.postgres.search import prepare as prepare_postgres
from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import Database, SearchIndex, SoleBuilder
from chirrup.settings import Settings

_BUILDING = 7_306_514_210
"""A key for advisory locks; rows have positive ids."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SearchEngine:
    """An index, who may build it, and what tries it where it is a service of its own."""

    index: SearchIndex
    sole_builder: SoleBuilder
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
        await _make_empty(index, _sole_builder(settings))


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
    sole_builder = _sole_builder(settings)
    if settings.search_engine == "postgres":
        await prepare_postgres(settings.database_url)
        yield SearchEngine(PostgresSearch(db), sole_builder)
        return
    async with _opensearch(settings) as index:
        try:
            await _make_empty(index, sole_builder)
        except Unavailable as error:
            log.warning("search.away", error=str(error))
        yield SearchEngine(index, sole_builder, {"search": index.check})


async def _make_empty(index: Any, sole_builder: SoleBuilder) -> None:
    # an index that is being built or made by another process is there soon
    async with sole_builder() as sole:
        if sole:
            await index.prepare()


def _sole_builder(settings: Settings) -> SoleBuilder:
    return partial(alone, settings.database_url, _BUILDING)


def _opensearch(settings: Settings) -> Any:
    # what the client says of each attempt, past our log, is raised as well
    logging.getLogger("opensearch").setLevel(logging.CRITICAL)
    # by name, so that a server that does without does not carry its client
    adapter = importlib.import_module("chirrup.platform.adapters.opensearch.search")
    return adapter.OpenSearchIndex(settings.opensearch_url.replace(",", " ").split(), settings.opensearch_prefix)
