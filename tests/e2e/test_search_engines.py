"""The engines of a cluster: they need no command of their own, and what one has lost comes back by itself."""

import asyncio
import json
import os
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from chirrup.bootstrap import Application, prepare
from chirrup.bootstrap.search import delete_search
from chirrup.entrypoints.api import create_api
from chirrup.entrypoints.worker import working
from chirrup.settings import Settings
from tests.cluster import FreshDatabase, require, run_sql
from tests.processes import run
from tests.support import BASE, Community, free_port

pytestmark = pytest.mark.cluster


@pytest.fixture(params=["postgres", "opensearch"])
def settings(request: pytest.FixtureRequest, base_settings: Settings) -> Iterator[Settings]:
    """Settings of an instance of its own that has one of the engines."""
    name = f"test-{os.getpid()}-{secrets.token_hex(4)}"
    with FreshDatabase(require("postgres"), empty=True) as fresh:
        settings = msgspec.structs.replace(
            base_settings,
            database_url=fresh.url,
            replica_url="",
            bus="redis",
            topic_prefix=f"{name}.",
            search_engine=request.param,
            opensearch_url=require("opensearch") if request.param == "opensearch" else "",
            opensearch_prefix=f"{name}-",
        )
        yield settings
        asyncio.run(delete_search(settings))


async def lose_index(settings: Settings) -> None:
    """Delete the index, as if the engine had been lost, or this one had just been chosen."""
    await delete_search(settings)
    if settings.search_engine == "postgres":
        await run_sql(settings.database_url, "DROP SCHEMA search CASCADE")


def community_of(app: Application) -> Community:
    """Return people of an instance."""
    api: Any = create_api(app)
    return Community(app, httpx.ASGITransport(api))


async def found(community: Community, q: str) -> list[str]:
    """Return the texts of posts that a visitor finds."""
    return [item["text"] for item in (await (await community.visitor()).get("/search", q=q))["items"]]


async def test_a_new_installation_can_be_searched_at_once(settings: Settings) -> None:
    await prepare(settings)
    async with working(settings) as app:
        community = community_of(app)
        assert await found(community, "tseep") == []
        await (await community.person("wren")).publish("tseep")
        await community.settle()
        assert await found(community, "tseep") == ["tseep"]
        await community.close()


async def test_an_index_that_is_lost_is_built_again_by_itself(settings: Settings) -> None:
    await prepare(settings)
    async with working(settings) as app:
        community = community_of(app)
        await (await community.person("wren")).publish("tseep")
        await community.settle()
        await community.close()
    await lose_index(settings)
    async with working(settings) as app, asyncio.timeout(60):
        community = community_of(app)
        while await found(community, "tseep") != ["tseep"]:  # noqa: ASYNC110 - a job builds it
            await asyncio.sleep(0.1)
        await community.close()


async def test_while_an_engine_is_away_all_but_search_goes_on_and_nothing_is_lost(settings: Settings) -> None:
    if settings.search_engine == "postgres":
        pytest.skip("it is the database, too")
    await prepare(settings)
    away = msgspec.structs.replace(settings, opensearch_url=f"http://127.0.0.1:{free_port()}")
    async with working(away) as app:
        community = community_of(app)
        wren = await community.person("wren")
        await wren.get("/search", 503, q="tseep")
        post = await wren.publish("tseep")
        assert (await wren.get(f"/posts/{post['id']}"))["text"] == "tseep"
        ready = await wren.client.get(f"{BASE}/health/ready")
        assert ready.status_code == 200
        assert ready.json()["dependencies"]["search"] == "Search cannot be used right now."
        await community.close()
    async with working(settings) as app:
        community = community_of(app)
        await community.settle()
        assert await found(community, "tseep") == ["tseep"]
        await community.close()


async def test_the_command_builds_the_index_anew(settings: Settings) -> None:
    await prepare(settings)
    async with working(settings) as app:
        community = community_of(app)
        await (await community.person("wren")).publish("tseep")
        await community.settle()
        ran = await asyncio.to_thread(run, _environment(settings), "search", "reindex", "--json")
        assert ran.returncode == 0, ran.stderr
        indexed = json.loads(ran.stdout)
        assert (indexed["posts"], indexed["people"]) == (1, 1)
        assert await found(community, "tseep") == ["tseep"]
        await community.close()


def _environment(settings: Settings) -> dict[str, str]:
    usual = Settings()
    fields = {name: getattr(settings, name) for name in settings.__struct_fields__}
    changed = {name: value for name, value in fields.items() if value != getattr(usual, name)}
    return {f"CHIRRUP_{name.upper()}": str(value) for name, value in changed.items()}
