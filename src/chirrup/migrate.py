"""Brings a database up to date: `python -m chirrup.migrate FILE`, or the URL of a PostgreSQL database, or `-` and the
URL on standard input, where other users of the machine cannot read its password.
"""

import asyncio
import sys
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

CONNECT_TIMEOUT = 10
STATEMENT_TIMEOUT = 3600
_LOCK = -5
"""A key for advisory locks; rows have positive ids."""


def main(database: str) -> None:
    """Apply all revisions that the database does not have yet."""
    if database == "-":
        database = sys.stdin.readline().strip()
    if "://" in database:
        asyncio.run(_migrate_postgres(database))
    else:
        _migrate_sqlite(Path(database))


def _migrate_sqlite(file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        _upgrade(connection)
        connection.commit()
    engine.dispose()


async def _migrate_postgres(url: str) -> None:
    async def connect(**_: object) -> "asyncpg.Connection[asyncpg.Record]":
        # no named statements, which a pooler between would mix up
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            url, timeout=CONNECT_TIMEOUT, command_timeout=STATEMENT_TIMEOUT, statement_cache_size=0
        )
        return connection

    engine = create_async_engine(
        "postgresql+asyncpg://",
        poolclass=NullPool,
        connect_args={
            "async_creator_fn": connect,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: "",
        },
    )
    async with engine.begin() as connection:
        # of several processes that start at once, one migrates and the others then find nothing to do
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        await connection.run_sync(_upgrade)
    await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


if __name__ == "__main__":
    main(sys.argv[1])
