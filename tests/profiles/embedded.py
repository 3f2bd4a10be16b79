"""The embedded profile: each test has a data directory and an application of its own."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chirrup.bootstrap import Application
from chirrup.entrypoints.worker import working
from chirrup.platform.clock import Clock
from chirrup.settings import Settings


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is the cluster profile's, which a run of its own tests."""
    of_cluster = [item for item in items if item.get_closest_marker("cluster")]
    items[:] = [item for item in items if item not in of_cluster]
    config.hook.pytest_deselected(items=of_cluster)


@pytest.fixture
def settings(chosen: dict[str, Any], data_dir: Path) -> Settings:
    """The settings of the application under test; `@pytest.mark.settings(...)` changes them."""
    return msgspec.structs.replace(Settings(data_dir=data_dir, rate_limits="off"), **chosen)


@pytest.fixture
async def app(settings: Settings, clock: Clock) -> AsyncIterator[Application]:
    """The wired application with its bus and jobs running."""
    async with working(settings, clock=clock) as application:
        yield application
