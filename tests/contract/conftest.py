"""Every adapter of every port, so that one contract holds for all."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chirrup.platform.ports import Cache, Database, RateLimiter, TimelineStore
from tests.clock import HandClock
from tests.contract.adapters import CACHES, LIMITERS, STORAGES, TIMELINE_STORES, Storage

BOUND = 8
TIME_TO_LIVE = 60_000


@pytest.fixture
def clock() -> HandClock:
    """The time, which stands still unless a test moves it."""
    return HandClock()


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Storage]:
    """Each kind of database, not yet opened."""
    with STORAGES[request.param](data_dir) as storage:
        yield storage


@pytest.fixture
async def database(storage: Storage) -> AsyncIterator[Database]:
    """Each kind of database, open."""
    async with storage.open() as database:
        yield database


@pytest.fixture(params=CACHES)
def cache(request: pytest.FixtureRequest) -> Cache:
    """Each kind of cache, with the spaces `nests` and `eggs`."""
    return CACHES[request.param]()


@pytest.fixture(params=LIMITERS)
def limiter(request: pytest.FixtureRequest, clock: HandClock) -> RateLimiter:
    """Each kind of rate limiter, on the clock that tests move."""
    return LIMITERS[request.param](clock)


@pytest.fixture(params=TIMELINE_STORES)
def timelines(request: pytest.FixtureRequest, clock: HandClock) -> TimelineStore:
    """Each kind of timeline store, of eight ids and a minute to live."""
    return TIMELINE_STORES[request.param](clock, BOUND, TIME_TO_LIVE)
