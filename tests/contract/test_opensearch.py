"""What OpenSearch does beyond the contract of `SearchIndex`, and where it is away."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chirrup.platform.adapters.opensearch.search import OpenSearchIndex
from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import SearchIndex
from tests.contract.engines import place_of
from tests.contract.test_search_index import NOW, Open, asking, at, newest, post
from tests.support import free_port


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Open]:
    """Room for an index."""
    with place_of("opensearch", tmp_path) as opens:
        yield opens


@pytest.fixture
async def index(place: Open) -> AsyncIterator[SearchIndex]:
    """An empty index."""
    async with place() as index:
        yield index


async def test_a_typing_error_is_forgiven_and_costs_rank(index: SearchIndex) -> None:
    await index.put_posts([post(1, "the swallow"), post(2, "the swalow"), post(3, "the sparrow")])
    found = [hit.id for hit in await index.best_posts(asking("swallow"), NOW, None, 10)]
    assert found == [at(1), at(2)]
    assert await newest(index, "swalow") == [at(2)]


async def test_to_prepare_again_changes_nothing(place: Open) -> None:
    async with place() as index:
        await index.put_posts([post(1, "wren")])
    async with place() as index:
        assert await newest(index, "wren") == [at(1)]


async def test_an_engine_that_is_away_is_said_to_be() -> None:
    async with OpenSearchIndex([f"http://127.0.0.1:{free_port()}"], "away-") as index:
        with pytest.raises(Unavailable):
            await index.newest_posts(asking("wren"), 10)
        with pytest.raises(Unavailable):
            await index.put_posts([post(1, "wren")])
        with pytest.raises(Unavailable):
            await index.check()


async def test_an_index_that_nobody_has_made_is_said_to_be_missing(index: SearchIndex, place: Open) -> None:
    assert isinstance(index, OpenSearchIndex)
    async with OpenSearchIndex(index.urls, "nowhere-") as other:
        with pytest.raises(Unavailable, match="not there yet"):
            await other.newest_posts(asking("wren"), 10)
        with pytest.raises(Unavailable):
            await other.put_posts([post(1, "wren")])
