"""What all tests share: a prepared data directory, a running application over it, and a real server process.

`@pytest.mark.settings(timeline_size=3)` changes settings for a test; limits are off unless a test turns them on.
`pytest --profile cluster` runs the same tests on the real services.
"""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from chirrup.accounts.tokens import Keys
from chirrup.bootstrap import Application
from chirrup.entrypoints.api import create_api
from chirrup.platform.clock import Clock, SystemClock
from chirrup.platform.datadir import DataDir
from tests.support import Community, Server


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the profile be chosen."""
    parser.addoption("--profile", choices=["embedded", "cluster"], default="embedded", help="what the suites run on")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers that these fixtures read, and load those of the profile."""
    config.addinivalue_line("markers", "settings(**fields): settings of the application under test")
    config.addinivalue_line("markers", "fresh: needs an application that has served nobody before")
    config.addinivalue_line("markers", "embedded: about the embedded profile only")
    config.addinivalue_line("markers", "cluster: about the cluster profile only")
    profile = config.getoption("--profile")
    config.pluginmanager.import_plugin(f"tests.profiles.{profile}")
    # an application under test logs for the person who reads a failure, not over the list of tests
    structlog.configure(logger_factory=structlog.PrintLoggerFactory())


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """A command that a test calls may send the log to what the test captures, which ends with it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def prepared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new instance's data directory, made once; tests copy it."""
    data = DataDir(tmp_path_factory.mktemp("prepared") / "data")
    data.prepare()
    Keys(data.keys)
    return data.root


@pytest.fixture
def data_dir(prepared_data: Path, tmp_path: Path) -> Path:
    """A new instance's data directory of a test's own."""
    return Path(shutil.copytree(prepared_data, tmp_path / "data"))


@pytest.fixture
def chosen(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What `@pytest.mark.settings(...)` says; the nearest mark wins."""
    fields: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("settings"))):
        fields |= mark.kwargs
    return fields


@pytest.fixture
def clock() -> Clock:
    """The clock of the application under test; a module that moves time has a fixture of this name of its own."""
    return SystemClock()


@pytest.fixture
async def community(app: Application) -> AsyncIterator[Community]:
    """The application behind its API, and helpers for people who use it."""
    # ASGI types differ between Litestar and httpx in name only
    api: Any = create_api(app)
    community = Community(app, httpx.ASGITransport(api))
    yield community
    await community.close()


@pytest.fixture
def start_server(prepared_data: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start real servers: `start_server(CHIRRUP_TIMELINE_SIZE="5")`; limits are off unless asked for.

    With `data_dir=` over a data directory that is there, else over a new one.
    """
    servers: list[Server] = []

    def start(data_dir: Path | None = None, **environment: str) -> Server:
        root = data_dir or tmp_path / f"served-{len(servers)}"
        if data_dir is None:
            shutil.copytree(prepared_data, root)
        servers.append(Server(root, {"CHIRRUP_RATE_LIMITS": "off"} | environment))
        return servers[-1].start()

    yield start
    for server in servers:
        if server.process is not None:
            server.kill()


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    """A real server process over a new data directory, limits off."""
    return start_server()
