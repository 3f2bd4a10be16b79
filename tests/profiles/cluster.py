"""The cluster profile: real services, and one application that goes on from test to test as a server does.

What a test leaves behind is handled and deleted; the numbers of events go on, as they do on a broker. A test with
settings or a clock of its own gets an application of its own over the same services.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis.asyncio

from chirrup.bootstrap import Application
from chirrup.bootstrap.cluster import prepare
from chirrup.bootstrap.search import delete_search
from chirrup.entrypoints.worker import working
from chirrup.platform.clock import Clock, SystemClock
from chirrup.settings import Settings
from tests.cluster import FreshDatabase, bucket_settings, environment, require, run_sql, with_database
from tests.support import settled

_REDIS_DATABASE = 9
_LOG = ("outbox", "outbox_shards", "consumers", "alembic_version")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Run all tests on one event loop, that of the application; leave out what is the embedded profile's."""
    for item in items:
        if item.get_closest_marker("embedded"):
            item.add_marker(pytest.mark.skip(reason="about the embedded profile"))


class Host:
    """Keeps an application open as long as nobody needs another."""

    def __init__(self, base: Settings) -> None:
        self.base = base
        self._wanted: tuple[Settings, Clock | None] | None = None
        self._stack = AsyncExitStack()
        self._app: Application | None = None
        self._tables: list[str] = []

    async def application(self, settings: Settings, clock: Clock, *, fresh: bool) -> Application:
        """Return an application with these settings, with all its workers, which may have served others before."""
        wanted = (settings, None if isinstance(clock, SystemClock) else clock)
        if self._app is None or fresh or wanted != self._wanted:
            await self.close()
            self._app = await self._stack.enter_async_context(working(settings, clock=clock))
            # else the job that builds it would get in the way of `clear`
            await self._app.indexing.build_missing()
            self._wanted = wanted
        return self._app

    async def clear(self) -> None:
        """Handle what is under way, and delete everything but the log."""
        assert self._app is not None
        await settled(self._app)
        if not self._tables:
            rows = await self._app.db.read.all(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
                " AND relnamespace = 'public'::regnamespace ORDER BY oid DESC"
            )
            self._tables = [row[0] for row in rows if row[0] not in _LOG]
        # what refers to others was made after them; of few rows, truncating all partitions would take far longer
        await run_sql(self.base.database_url, "; ".join(f"DELETE FROM {table}" for table in self._tables))
        async with self._app.search.index.build():
            # an empty index takes the place of the old one
            pass
        async with redis.asyncio.from_url(self.base.redis_url) as client:
            await client.flushdb()

    async def close(self) -> None:
        """Stop the application."""
        await self._stack.aclose()
        self._app = None


@pytest.fixture(scope="session")
def base_settings(prepared_data: Path) -> Iterator[Settings]:
    """Settings that lead to the services, to a database and topics of this run."""
    services, bucket = environment(), bucket_settings()
    searching = {}
    if os.environ.get("CHIRRUP_TEST_SEARCH") == "opensearch":
        searching = {"search_engine": "opensearch", "opensearch_url": require("opensearch")}
    with FreshDatabase(require("postgres")) as fresh:
        settings = Settings(
            profile="cluster",
            data_dir=prepared_data,
            rate_limits="off",
            database_url=fresh.url,
            replica_url=with_database(require("replica"), fresh.name),
            redis_url=f"{require('redis').rpartition('/')[0]}/{_REDIS_DATABASE}",
            bus="redis" if os.environ.get("CHIRRUP_TEST_BUS") == "redis" else "kafka",
            kafka=require("kafka"),
            schema_registry_url=services["CHIRRUP_SCHEMA_REGISTRY_URL"],
            topic_prefix=f"test-{os.getpid()}.",
            s3_bucket=bucket["name"],
            s3_endpoint=bucket["endpoint"],
            s3_access_key_id=bucket["access_key_id"],
            s3_secret_access_key=bucket["secret_access_key"],
            s3_prefix=f"test-{os.getpid()}",
            opensearch_prefix=f"test-{os.getpid()}-",
            **searching,  # type: ignore[arg-type]
        )
        asyncio.run(prepare(settings))
        yield settings
        asyncio.run(delete_search(settings))


@pytest.fixture(scope="session")
async def host(base_settings: Settings) -> AsyncIterator[Host]:
    """The application that goes on from test to test."""
    host = Host(base_settings)
    yield host
    await host.close()


@pytest.fixture
def settings(chosen: dict[str, Any], base_settings: Settings) -> Settings:
    """The settings of the application under test; `@pytest.mark.settings(...)` changes them."""
    return msgspec.structs.replace(base_settings, **chosen)


@pytest.fixture
async def app(
    request: pytest.FixtureRequest, host: Host, settings: Settings, clock: Clock
) -> AsyncIterator[Application]:
    """The wired application with all its workers."""
    fresh = request.node.get_closest_marker("fresh") is not None
    application = await host.application(settings, clock, fresh=fresh)
    yield application
    await host.clear()
