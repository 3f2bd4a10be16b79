"""One throw-away set of services for all of these tests, and a cluster for each."""

from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from tests.faults.cluster.harness import Cluster
from tests.faults.cluster.services import Services
from tests.services.instance import require_programs


@pytest.fixture(scope="session")
def all_services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services of this run, which tests may break."""
    require_programs(jars=True)
    services = Services(tmp_path_factory.mktemp("services") / "own")
    try:
        services.up()
        yield services
    finally:
        services.close()


@pytest.fixture
def services(all_services: Services) -> Services:
    """The services, all of them running."""
    # a test before this one may have left some stopped
    all_services.up()
    return all_services


@pytest.fixture
async def cluster(services: Services, prepared_data: Path, tmp_path: Path) -> AsyncIterator[Cluster]:
    """A cluster without processes yet; its processes' logs are part of the message of a failure."""
    cluster = Cluster(services, prepared_data, tmp_path)
    try:
        await cluster.create()
        yield cluster
    finally:
        await cluster.drop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell what the processes said before a failure."""
    report = yield
    cluster = getattr(item, "funcargs", {}).get("cluster")
    if report.failed and isinstance(cluster, Cluster):
        report.sections += [(member.name, member.tail()) for member in cluster.members]
    return report
