"""`chirrup search reindex`, and the index of a data directory that has lost it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chirrup.bootstrap import Application, open_application
from chirrup.platform.adapters.sqlite.search import remove_file
from chirrup.settings import Settings
from tests.e2e.cli import succeed
from tests.support import Client, Server

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with a small community in it."""
    root = tmp_path_factory.mktemp("filled") / "data"
    succeed("demo", "--accounts", 30, "--posts", 90, "--pictures", 0, data_dir=root)
    return root


async def counted(app: Application) -> tuple[int, int]:
    """Return how many posts and people should be in the index."""
    posts = await app.db.read.first("SELECT count(*) FROM posts WHERE NOT deleted AND NOT is_retweet")
    people = await app.db.read.first("SELECT count(*) FROM accounts WHERE status = 'active'")
    assert posts is not None
    assert people is not None
    return posts[0], people[0]


def test_reindexing_tells_how_much_it_has_indexed(filled: Path) -> None:
    async def count() -> tuple[int, int]:
        async with open_application(Settings(data_dir=filled)) as app:
            return await counted(app)

    indexed = succeed("search", "reindex", "--json", data_dir=filled).json
    assert (indexed["posts"], indexed["people"]) == asyncio.run(count())


def test_a_server_builds_an_index_that_is_lost_and_goes_on_with_one_that_is_made_beside_it(
    filled: Path, start_server: Callable[..., Server]
) -> None:
    remove_file(filled / "search.db")
    server = start_server(data_dir=filled)
    asyncio.run(_found(server, "robin"))
    succeed("search", "reindex", data_dir=filled)
    asyncio.run(_found(server, "robin"))


async def _found(server: Server, name: str) -> None:
    """Wait until somebody is found."""
    async with server.client() as client, asyncio.timeout(30):
        while not await _people(client, name):  # noqa: ASYNC110 - another process has to find
            await asyncio.sleep(0.1)


async def _people(client: Client, name: str) -> list[Any]:
    answer = await client.get("/search", params={"q": name, "type": "users"})
    assert answer.status_code == 200
    items: list[Any] = answer.json()["items"]
    return items
