"""Pages of hashtags."""

import pytest

from chirrup.platform.ids import MAX_ID
from tests.support import Community


async def test_a_hashtag_lists_its_posts_newest_first(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    first = await wren.publish("the swallows are back #spring")
    await robin.publish("no tag at all")
    second = await robin.publish("so are the larks #spring #larks")
    visitor = await community.visitor()
    assert await visitor.ids("/hashtags/spring/posts") == [second["id"], first["id"]]
    assert await visitor.ids("/hashtags/larks/posts") == [second["id"]]
    assert await visitor.ids("/hashtags/autumn/posts") == []


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Spring", "sPRING"),
        ("Straße", "STRASSE"),
        ("ｓｐｒｉｎｇ", "spring"),
        ("fru\u0308hling", "fr\u00fchling"),
        ("ΟΔΟΣ", "οδος"),
        ("spring", "%23spring"),
        ("春", "春"),
    ],
)
async def test_spellings_of_a_hashtag_are_one(community: Community, written: str, asked: str) -> None:
    wren = await community.person("wren")
    post = await wren.publish(f"now #{written}")
    assert await wren.ids(f"/hashtags/{asked}/posts") == [post["id"]]


async def test_pages_of_a_hashtag_join_without_gaps(community: Community) -> None:
    wren = await community.person("wren")
    posts = [(await wren.publish(f"{number} #count #Count"))["id"] for number in range(7)]
    assert await wren.all_ids("/hashtags/count/posts", limit=3) == posts[::-1]


async def test_what_is_deleted_leaves_its_hashtags(community: Community) -> None:
    wren = await community.person("wren")
    post = await wren.publish("gone soon #spring")
    await wren.call("DELETE", f"/posts/{post['id']}")
    assert await wren.ids("/hashtags/spring/posts") == []
    assert await community.app.db.read.all("SELECT * FROM post_hashtags") == []


async def test_blocked_muted_and_banned_authors_are_in_no_hashtag(community: Community) -> None:
    wren, robin, jay, owl = await community.people("wren", "robin", "jay", "owl")
    mine = await wren.publish("here #spring")
    for other in (robin, jay, owl):
        await other.publish("me too #spring")
    await wren.block(robin)
    await wren.post("/users/jay/mute")
    await community.app.accounts.ban(owl.id)
    await community.settle()
    assert await wren.ids("/hashtags/spring/posts") == [mine["id"]]


@pytest.mark.parametrize("tag", ["2026", "two words", "%23", "a-b", "x" * 101, "%00", "%FF"])
async def test_what_is_no_hashtag_is_malformed(community: Community, tag: str) -> None:
    visitor = await community.visitor()
    await visitor.get(f"/hashtags/{tag}/posts", 400)


async def test_posts_that_are_older_than_the_table_get_their_hashtags(community: Community) -> None:
    app = community.app
    wren = await community.person("wren")
    posts = [(await wren.publish(f"{number} #Spring"))["id"] for number in range(3)]
    async with app.db.transaction() as tx:
        await tx.run("DELETE FROM post_hashtags")
        await tx.run("DELETE FROM hashtag_backfill")
        await tx.run("INSERT INTO hashtag_backfill (id, below) VALUES (1, $1)", MAX_ID)
    await app.trending.backfill.go_on()
    assert await wren.ids("/hashtags/spring/posts") == posts[::-1]
    assert await app.db.read.all("SELECT below FROM hashtag_backfill") == [(0,)]
    await app.trending.backfill.go_on()
