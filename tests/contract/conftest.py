"""Every adapter of every port, so that one contract holds for all."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chirrup.platform.ports import Cache, Database, RateLimiter, TimelineStore
from tests.clock import HandClock
from tests.contract.adapters import STORAGES, Storage
from tests.contract.stores import KINDS, RedisStores, Stores
from tests.redis_servers import RedisCluster, RedisServer, running_cluster, running_redis

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


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of the tests' own."""
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """A Redis Cluster of the tests' own."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A server that the test may stop."""
    with running_redis(tmp_path) as server:
        yield server


@pytest.fixture
def empty_server(redis_server: RedisServer) -> RedisServer:
    """The server that tests share, empty."""
    redis_server.flush()
    return redis_server


@pytest.fixture
def empty_cluster(redis_cluster: RedisCluster) -> RedisCluster:
    """The cluster that tests share, empty."""
    redis_cluster.flush()
    return redis_cluster


@pytest.fixture(params=KINDS)
def stores(request: pytest.FixtureRequest) -> Stores:
    """Each kind of place for what can be made anew, empty."""
    match request.param:
        case "redis":
            return RedisStores(request.getfixturevalue("redis_server"))
        case "redis-cluster":
            return RedisStores(request.getfixturevalue("redis_cluster"))
    return Stores()


@pytest.fixture
async def cache(stores: Stores) -> AsyncIterator[Cache]:
    """Each kind of cache, with the spaces `nests` and `eggs`."""
    async with stores.cache() as cache:
        yield cache


@pytest.fixture
async def limiter(stores: Stores, clock: HandClock) -> AsyncIterator[RateLimiter]:
    """Each kind of rate limiter, on the clock that tests move."""
    async with stores.limiter(clock) as limiter:
        yield limiter


@pytest.fixture
async def timelines(stores: Stores, clock: HandClock) -> AsyncIterator[TimelineStore]:
    """Each kind of timeline store, of eight ids and a minute to live."""
    async with stores.timelines(clock, BOUND, TIME_TO_LIVE) as timelines:
        yield timelines
