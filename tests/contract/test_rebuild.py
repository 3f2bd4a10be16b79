"""Merging the posts of many authors on each kind of database, compared with doing so in the plainest way."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chirrup.platform.ids import MAX_ID
from chirrup.platform.ports import Database, Reader
from chirrup.posts.store import PostStore
from chirrup.timelines import rebuild

AUTHORS = 12
BASIS = 77


class Song(NamedTuple):
    """A post as the tests know it."""

    id: int
    author: int
    deleted: bool


songs = st.lists(
    st.builds(Song, st.integers(1, 400), st.integers(1, AUTHORS), st.sampled_from([False, False, False, True])),
    max_size=90,
    unique_by=lambda song: song.id,
)
followees = st.sets(st.integers(1, AUTHORS + 1))
few = st.integers(1, 6)
property_based = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


async def sing(database: Database, sung: Sequence[Song]) -> None:
    """Have these posts and no others."""
    async with database.transaction() as tx:
        await tx.run("DELETE FROM posts")
        await tx.run_many(
            "INSERT INTO posts (id, author_id, text, conversation_id, deleted) VALUES ($1, $2, '', 1, $3)", sung
        )


def heard(sung: Sequence[Song], authors: set[int]) -> list[Song]:
    """What is to be seen of some authors, newest first."""
    return sorted((song for song in sung if song.author in authors and not song.deleted), reverse=True)


def plainly_taken(seen: Sequence[Song], recent: int, size: int) -> list[int]:
    """Take the newest of each author, down to where one may have more than these, and of all these the newest."""
    floor = 0
    for author in {song.author for song in seen}:
        newest = [song.id for song in seen if song.author == author][:recent]
        if len(newest) == recent:
            floor = max(floor, newest[-1] - 1)
    return [song.id for song in seen if song.id > floor][:size]


@property_based
@given(sung=songs, authors=followees, recent=few, size=st.integers(1, 10))
async def test_a_timeline_is_built_as_if_all_posts_of_all_followees_had_been_read(
    database: Database, sung: list[Song], authors: set[int], recent: int, size: int
) -> None:
    await sing(database, sung)
    built = await rebuild.build(PostStore(), database.scan, list(authors), BASIS, recent=recent, size=size)
    seen = heard(sung, authors)
    assert list(built.ids) == plainly_taken(seen, recent, size)[::-1]
    assert list(built.ids) == [song.id for song in reversed(seen) if song.id > built.floor]
    assert built.basis == BASIS


@property_based
@given(sung=songs, authors=followees, cursor=st.integers(0, 401), limit=few)
async def test_pages_in_both_directions_are_the_nearest_posts(
    database: Database, sung: list[Song], authors: set[int], cursor: int, limit: int
) -> None:
    await sing(database, sung)
    seen = [song.id for song in heard(sung, authors)]
    store, among = PostStore(), list(authors)
    below, above = [key for key in seen if key < cursor], [key for key in reversed(seen) if key > cursor]
    assert await rebuild.older(store, database.scan, among, cursor, limit) == below[:limit]
    assert await rebuild.newer(store, database.scan, among, cursor, limit) == above[:limit]


class Interrupted(PostStore):
    """A store under whose second look something happens."""

    def __init__(self, between: Callable[[], Awaitable[None]]) -> None:
        self._between = between

    async def newest_id_of_each(self, reader: Reader, author_ids: Sequence[int], before: int) -> dict[int, int]:
        """Look, and then let it happen."""
        found = await super().newest_id_of_each(reader, author_ids, before)
        await self._between()
        return found

    async def oldest_id_of_each(self, reader: Reader, author_ids: Sequence[int], after: int) -> dict[int, int]:
        """Look, and then let it happen."""
        found = await super().oldest_id_of_each(reader, author_ids, after)
        await self._between()
        return found


async def test_a_page_goes_on_below_what_is_deleted_while_it_is_read(database: Database) -> None:
    sung = [Song(number, number, deleted=False) for number in range(1, 7)]
    await sing(database, sung)
    everybody = list(range(1, 7))

    def without(gone: set[int]) -> Interrupted:
        return Interrupted(lambda: sing(database, [song for song in sung if song.id not in gone]))

    assert await rebuild.older(without({5, 6}), database.scan, everybody, MAX_ID, 2) == [4, 3]
    await sing(database, sung)
    assert await rebuild.newer(without({1, 2}), database.scan, everybody, 0, 2) == [3, 4]
