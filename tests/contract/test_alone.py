"""What one process at a time does, of all those that share a database."""

from collections.abc import Iterator

import pytest

from chirrup.platform.adapters.postgres.alone import alone
from chirrup.platform.errors import Unavailable
from tests.cluster import FreshDatabase, require, run_sql
from tests.support import free_port

_KEY = 7


@pytest.fixture
def url() -> Iterator[str]:
    """A database of the test's own."""
    with FreshDatabase(require("postgres")) as fresh:
        yield fresh.url


async def test_the_second_to_come_is_told_so_until_the_first_has_gone(url: str) -> None:
    async with alone(url, _KEY) as first, alone(url, _KEY) as second, alone(url, _KEY + 1) as other:
        assert (first, second, other) == (True, False, True)
    async with alone(url, _KEY) as again:
        assert again


async def test_who_loses_the_connection_does_not_keep_others_out(url: str) -> None:
    async with alone(url, _KEY) as first:
        assert first
        await run_sql(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()",
        )
        async with alone(url, _KEY) as second:
            assert second


async def test_a_database_that_is_away_is_said_to_be() -> None:
    with pytest.raises(Unavailable):
        async with alone(f"postgresql://chirrup@127.0.0.1:{free_port()}/chirrup", _KEY):
            pass
