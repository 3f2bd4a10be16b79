"""What one process at a time does, of all those that share a database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from chirrup.platform.adapters.postgres.faults import CONNECT_FAULTS, fault_of, unreachable

_TIMEOUT = 10.0


@asynccontextmanager
async def alone(url: str, key: int) -> AsyncIterator[bool]:
    """Open a block; yield whether it is the only one of its key on the database. Nobody waits for anybody.

    It counts until it is left, or its process or connection has ended.

    Raises:
        Unavailable: the database cannot be reached.
    """
    try:
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            url, timeout=_TIMEOUT, command_timeout=_TIMEOUT, statement_cache_size=0
        )
    except CONNECT_FAULTS as error:
        raise unreachable() from error
    try:
        yield await _take(connection, key)
    finally:
        await connection.close(timeout=_TIMEOUT)


async def _take(connection: "asyncpg.Connection[asyncpg.Record]", key: int) -> bool:
    try:
        # within a transaction, because a pooler keeps a connection to the server for as long as that lasts
        await connection.execute("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0")
        taken: bool = await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", key)
    except CONNECT_FAULTS as error:
        if fault_of(error, closed=True) is None:
            raise
        raise unreachable() from error
    return taken
