"""Whether a database is whole: its indexes and constraints, and what its rows say of each other."""

from collections.abc import AsyncIterator, Callable

import asyncpg

from chirrup.platform.adapters.postgres.faults import CONNECT_FAULTS, fault_of, unreachable
from chirrup.platform.integrity import SHOWN, Finding, Question, questions

_CONNECT_TIMEOUT = 10.0
_STATEMENT_TIMEOUT = 3600.0

_QUESTIONS = (
    Question(
        "indexes",
        "SELECT count(*) FROM pg_index WHERE NOT indisvalid OR NOT indisready",
        f"SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid OR NOT indisready LIMIT {SHOWN}",  # noqa: S608
        "not valid:",
    ),
    Question(
        "constraints",
        "SELECT count(*) FROM pg_constraint WHERE NOT convalidated",
        f"SELECT conrelid::regclass || ' ' || conname FROM pg_constraint WHERE NOT convalidated LIMIT {SHOWN}",  # noqa: S608
        "not validated:",
    ),
    Question(
        "pages",
        "SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database WHERE datname = current_database()",
        "SELECT checksum_last_failure FROM pg_stat_database WHERE datname = current_database()",
        "checksums that do not fit, the last at",
    ),
    Question(
        "outbox positions",
        "SELECT count(*) FROM consumers AS c LEFT JOIN outbox_shards AS s USING (topic, shard)"
        " WHERE c.position > coalesce(s.newest, 0)",
        "SELECT c.name || ' in ' || topic || '/' || shard FROM consumers AS c LEFT JOIN outbox_shards AS s"
        " USING (topic, shard) WHERE c.position > coalesce(s.newest, 0) LIMIT 5",
        "ahead of the log:",
    ),
)


async def examine(url: str, done: Callable[[], None] = lambda: None) -> AsyncIterator[Finding]:
    """Yield what each examination of a database finds, all at one moment; others may write meanwhile.

    Raises:
        Unavailable: the database cannot be reached, or breaks off.
    """
    try:
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            url, timeout=_CONNECT_TIMEOUT, command_timeout=_STATEMENT_TIMEOUT, statement_cache_size=0
        )
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                for question in [*_QUESTIONS, *questions()]:
                    wrong = int(await connection.fetchval(question.count))
                    examples = [row[0] for row in await connection.fetch(question.examples)] if wrong else []
                    yield question.finding(wrong, examples)
                    done()
        finally:
            await connection.close()
    except CONNECT_FAULTS as error:
        if fault_of(error, closed=True) is None:
            raise
        raise unreachable() from error


def examinations() -> int:
    """Return how often `examine` calls `done`."""
    return len(_QUESTIONS) + sum(1 for _ in questions())
