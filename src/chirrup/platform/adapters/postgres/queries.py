"""The three ways to ask, over one way to fetch."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import asyncpg

from chirrup.platform.ports import Row

_KEY = re.compile(r"\$1(?!\d)")


@lru_cache(maxsize=256)
def for_each(sql: str) -> str:
    """Return a query that runs another for each of its keys, the array `$1`."""
    return (
        "SELECT q.* FROM unnest($1::bigint[]) AS each(key)"  # noqa: S608 - the store's own text
        f" CROSS JOIN LATERAL ({_KEY.sub('each.key', sql)}) AS q"
    )


class Fetch(Protocol):
    """Runs a query."""

    async def __call__(self, sql: str, args: Sequence[object]) -> list[asyncpg.Record]:
        """Return its rows."""


class PostgresReader:
    """The `Reader` port."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    async def all(self, sql: str, *args: object) -> Sequence[Row]:
        """Return all rows of a query."""
        return await self._fetch(sql, args)  # type: ignore[return-value]  # a record has all of a sequence but its name

    async def first(self, sql: str, *args: object) -> Row | None:
        """Return the first row of a query, if there is one."""
        rows = await self.all(sql, *args)
        return rows[0] if rows else None

    async def each(self, sql: str, keys: Sequence[int], *args: object) -> Sequence[Row]:
        """Return the rows of a query for each of the keys."""
        return await self.all(for_each(sql), keys, *args) if keys else []
