"""The stage that the judge's histories are played on, of the profile that the suites run on."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chirrup.bootstrap import prepare
from chirrup.commands.bench.cluster.model import stage_on
from chirrup.commands.bench.judge.stage import Stage, embedded_stage
from chirrup.settings import Settings
from tests.cluster import FreshDatabase, require, with_database
from tests.redis_servers import require_redis


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, prepared_data: Path) -> Iterator[Stage]:
    """The processes; limits are small as long as a module's tests go on."""
    with open_stage(request, prepared_data, wide=False) as stage:
        yield stage


@pytest.fixture(scope="module", params=[False, True], ids=["narrow", "wide"])
def either_stage(request: pytest.FixtureRequest, prepared_data: Path) -> Iterator[Stage]:
    """The processes with narrow limits, and with wide ones."""
    with open_stage(request, prepared_data, wide=request.param) as stage:
        yield stage


@contextmanager
def open_stage(request: pytest.FixtureRequest, data_dir: Path, *, wide: bool) -> Iterator[Stage]:
    """Open a stage of the profile that the suites run on."""
    cluster = request.config.getoption("--profile") == "cluster"
    with cluster_stage(data_dir, wide=wide) if cluster else embedded_stage(wide=wide) as stage:
        yield stage


@contextmanager
def cluster_stage(data_dir: Path, *, wide: bool) -> Iterator[Stage]:
    """Two processes over a database and a Redis of their own, with streams as the log."""
    require_redis()
    with FreshDatabase(require("postgres")) as fresh:
        settings = Settings(
            profile="cluster",
            data_dir=data_dir,
            database_url=fresh.url,
            replica_url=with_database(require("replica"), fresh.name),
            # another takes its place
            redis_url=require("redis"),
            bus="redis",
            topic_prefix=f"model-{os.getpid()}.",
        )
        asyncio.run(prepare(settings))
        with stage_on(settings, wide=wide) as stage:
            yield stage
