"""Building the index anew while the instance is in use."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import SearchBuild
from chirrup.platform.searching import PersonDocument, PostDocument, TagCount
from tests.support import Community


async def test_who_posts_and_searches_during_a_reindex_notices_nothing(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    songs = {(await wren.publish(f"song {number}"))["id"] for number in range(10)}
    await community.settle()
    before = set(songs)
    builds = 0

    async def publish() -> None:
        while builds < 3:
            songs.add((await wren.publish("one more song"))["id"])

    async def search() -> None:
        while builds < 3:
            assert before <= set(await robin.all_ids("/search", q="song", limit=100))
            assert (await robin.get("/search", q="wr", type="users"))["items"][0]["username"] == "wren"

    async def build() -> None:
        nonlocal builds
        while builds < 3:
            await community.app.indexing.rebuild(lambda _posts, _people: None)
            builds += 1

    await asyncio.gather(publish(), search(), build())
    await community.settle()
    assert set(await robin.all_ids("/search", q="song", limit=100)) == songs


@dataclass
class Interrupted:
    """An index whose builds are interrupted: something happens between looking up and adding."""

    index: Any
    interruption: Callable[[], Coroutine[Any, Any, None]]

    def __getattr__(self, name: str) -> Any:
        """Be as the index in everything else."""
        return getattr(self.index, name)

    @asynccontextmanager
    async def build(self) -> AsyncIterator[SearchBuild]:
        """Build, interrupted."""
        async with self.index.build() as build:
            yield InterruptedBuild(build, self.interruption)


@dataclass
class InterruptedBuild:
    """A build that is interrupted before posts are added."""

    build: SearchBuild
    interruption: Callable[[], Coroutine[Any, Any, None]]

    async def add_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add posts after the interruption."""
        await self.interruption()
        await self.build.add_posts(documents)

    async def add_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add people."""
        await self.build.add_people(documents)


async def test_a_post_that_is_deleted_while_it_is_being_indexed_does_not_come_back(community: Community) -> None:
    wren = await community.person("wren")
    post = await wren.publish("tseep #gone")
    await wren.publish("tseep #kept")
    await community.settle()

    async def delete() -> None:
        await wren.call("DELETE", f"/posts/{post['id']}")
        await community.settle()

    index: Any = Interrupted(community.app.search.index, delete)
    await replace(community.app.indexing, index=index).rebuild(lambda _posts, _people: None)
    assert await community.app.search.tags("", 10) == [TagCount("kept", 1)]


@pytest.mark.cluster
async def test_of_many_processes_one_builds(community: Community) -> None:
    indexing = community.app.indexing
    async with indexing.sole_builder() as alone:
        assert alone
        with pytest.raises(Unavailable, match="Another process"):
            await indexing.rebuild(lambda _posts, _people: None)
        await indexing.build_missing()
    await indexing.rebuild(lambda _posts, _people: None)
