"""How often a home read asks the database: never when warm, and when cold as often for many posts as for few."""

from collections.abc import AsyncIterator

import pytest

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application
from chirrup.platform.ids import MAX_ID
from chirrup.posts import Draft
from tests.model.counting import counted
from tests.support import Community, Person

pytestmark = pytest.mark.embedded

# relations (2), pulled authors, own posts, the build, posts with their counts, accounts, likes, retweets
COLD = 9
# originals with their counts, their authors
ORIGINALS = 2
# a post with its counts
COUNTED_POST = 1


class Flock:
    """A viewer who follows a few who post, and the queries that reading takes."""

    def __init__(self, community: Community, viewer: Person, others: list[Person], queries: list[str]) -> None:
        self.community = community
        self.app: Application = community.app
        self.viewer = viewer
        self.others = others
        self._queries = queries

    async def read(self, limit: int = 20) -> list[str]:
        """Read the first page, and return the queries that it took."""
        self._queries.clear()
        page = await self.app.home.page(Viewer(self.viewer.id, 0), MAX_ID, limit)
        assert len(page.items) == limit or page.next_cursor is None
        return list(self._queries)

    async def cool(self) -> None:
        """Forget all that is kept in memory."""
        self.app.home.cache.clear()  # type: ignore[attr-defined]
        await self.app.timelines.drop([self.viewer.id])


@pytest.fixture
async def flock(community: Community) -> AsyncIterator[Flock]:
    """A viewer, and four others with two dozen posts."""
    viewer, *others = await community.people("wren", "robin", "jay", "owl", "lark")
    await viewer.follow(*others)
    for number in range(24):
        await others[number % 4].publish(f"song {number}")
    await community.settle()
    queries: list[str] = []
    with counted(community.app, queries):
        yield Flock(community, viewer, others, queries)


async def test_a_warm_read_asks_the_database_nothing(flock: Flock) -> None:
    await flock.read()
    assert await flock.read() == []


async def test_a_cold_read_asks_as_often_for_twenty_posts_as_for_one(flock: Flock) -> None:
    await flock.cool()
    one = await flock.read(1)
    await flock.cool()
    twenty = await flock.read(20)
    assert len(twenty) == COLD
    assert sorted(one) == sorted(twenty)


async def test_originals_of_retweets_and_quotes_are_fetched_together(flock: Flock) -> None:
    stranger = await flock.community.person("rook")
    songs = [await stranger.publish(f"far song {number}") for number in range(4)]
    for number, song in enumerate(songs):
        await flock.others[number].post(f"/posts/{song['id']}/retweet")
        await flock.others[number].publish("listen", quote_of=song["id"])
    await flock.community.settle()
    await flock.cool()
    assert len(await flock.read()) == COLD + ORIGINALS


async def test_a_new_post_is_kept_since_its_author_was_shown_it(flock: Flock) -> None:
    await flock.read()
    await flock.others[0].publish("a new song")
    await flock.community.settle()
    assert await flock.read() == []


async def test_a_new_count_costs_one_post_anew(flock: Flock) -> None:
    await flock.read()
    post = await flock.others[0].publish("a new song")
    await flock.others[1].post(f"/posts/{post['id']}/like")
    await flock.community.settle()
    assert len(await flock.read()) == COUNTED_POST
    assert await flock.read() == []


async def test_a_new_follow_costs_the_relations_and_one_build(flock: Flock) -> None:
    await flock.read()
    stranger = await flock.community.person("rook")
    await flock.viewer.follow(stranger)
    await flock.community.settle()
    assert len(await flock.read()) == 3


@pytest.mark.settings(timeline_size=20, timeline_recent=10)
async def test_a_long_stretch_of_what_is_not_shown_takes_few_steps(community: Community) -> None:
    viewer, followee, stranger = await community.people("wren", "robin", "jay")
    await viewer.follow(followee)
    early = [(await followee.publish(f"song {number}"))["id"] for number in range(3)]
    song = await stranger.publish("a far song")
    for number in range(600):
        await community.app.posts.publish(Viewer(followee.id, 0), Draft(text=f"no {number}", reply_to=int(song["id"])))
    await community.settle()
    queries: list[str] = []
    with counted(community.app, queries):
        assert await viewer.ids("/feed", limit=3) == early[::-1]
    assert len(queries) < 60
    with counted(community.app, queries):
        assert await viewer.ids("/feed", limit=3, newer_than=early[0]) == early[:0:-1]
    assert len(queries) < 60
