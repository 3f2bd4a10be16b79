"""Search over HTTP: what is found, by whom, and in which order."""

import asyncio
from typing import Any

import pytest

from chirrup.platform.searching import PostSearch
from chirrup.platform.words import Phrase
from tests.pictures import picture, upload
from tests.support import PASSWORD, Community, Person


async def found(person: Person, q: str, **params: Any) -> list[str]:
    """Return the texts of the posts on one page."""
    return [item["text"] for item in (await person.get("/search", q=q, **params))["items"]]


async def test_a_post_is_found_by_its_words_once_it_is_published(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.publish("The first swallows are back")
    await robin.publish("Nobody here yet")
    await community.settle()
    assert await found(robin, "SWALLOWS first") == ["The first swallows are back"]
    assert await found(robin, '"swallows are"') == ["The first swallows are back"]
    assert await found(robin, "swallows -back") == []


async def test_a_post_is_found_soon_after_it_is_published(community: Community) -> None:
    wren = await community.person("wren")
    await wren.publish("tseep")
    async with asyncio.timeout(10):
        while await found(wren, "tseep") != ["tseep"]:  # noqa: ASYNC110 - its event is on its way
            await asyncio.sleep(0.01)


async def test_a_visitor_may_search(community: Community) -> None:
    wren = await community.person("wren")
    await wren.publish("tseep")
    await community.settle()
    assert await found(await community.visitor(), "tseep") == ["tseep"]


async def test_operators_narrow_what_is_found(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    first = await wren.publish("song one #Spring")
    await robin.publish("song two https://birds.example/", reply_to=first["id"])
    await robin.publish("song three for @wren")
    await community.settle()
    assert await found(wren, "song from:Robin", sort="newest") == [
        "song three for @wren",
        "song two https://birds.example/",
    ]
    assert await found(wren, "song -from:robin") == ["song one #Spring"]
    assert await found(wren, "to:@wren", sort="newest") == ["song three for @wren", "song two https://birds.example/"]
    assert await found(wren, "#spring") == ["song one #Spring"]
    assert await found(wren, "has:links") == ["song two https://birds.example/"]
    assert await found(wren, "has:media") == []
    assert await found(wren, "from:nobody") == []
    assert await found(wren, "song until:2025-06-01") == []
    assert len(await found(wren, "song since:2025-06-01")) == 3


async def test_posts_with_pictures_are_found_after_a_reindex_too(community: Community) -> None:
    wren = await community.person("wren")
    made = await upload(wren, picture())
    await wren.publish("song with a picture", attachments=[made["id"]])
    await wren.publish("song without one")
    await community.settle()
    for _ in range(2):
        assert await found(wren, "has:media") == ["song with a picture"]
        assert await found(wren, "song -has:media") == ["song without one"]
        await community.app.indexing.rebuild(lambda _posts, _people: None)


async def test_posts_are_found_by_the_language_that_they_are_in(community: Community) -> None:
    wren = await community.person("wren")
    await wren.publish("今日は庭で鳥が鳴いています")
    await wren.publish("Сегодня в саду весь день поют маленькие птицы")
    await community.settle()
    assert await found(wren, "lang:ja") == ["今日は庭で鳥が鳴いています"]
    assert await found(wren, "lang:ru") == ["Сегодня в саду весь день поют маленькие птицы"]
    assert await found(wren, "鳥が") == ["今日は庭で鳥が鳴いています"]


async def test_a_deleted_post_is_found_no_more(community: Community) -> None:
    wren = await community.person("wren")
    post = await wren.publish("tseep #gone")
    await community.settle()
    await wren.call("DELETE", f"/posts/{post['id']}")
    assert await found(wren, "tseep") == []
    await community.settle()
    assert await found(wren, "tseep", sort="newest") == []
    assert (await wren.get("/search", q="gone", type="hashtags"))["items"] == []


async def test_who_blocks_or_mutes_does_not_find(community: Community) -> None:
    wren, robin, tit = await community.people("wren", "robin", "tit")
    await wren.publish("tseep")
    await community.settle()
    await robin.block(wren)
    await tit.post("/users/wren/mute")
    for sort in ("newest", "relevance"):
        assert await found(robin, "tseep", sort=sort) == []
        assert await found(tit, "tseep", sort=sort) == []
        assert await found(tit, "tseep from:wren", sort=sort) == ["tseep"]
    assert (await robin.get("/search", q="wren", type="users"))["items"] == []
    assert (await wren.get("/search", q="robin", type="users"))["items"] == []


async def test_nothing_is_found_of_a_banned_account_until_it_is_let_in_again(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.publish("tseep #song")
    await community.settle()
    await community.app.accounts.ban(wren.id)
    assert await found(robin, "tseep") == []
    await community.settle()
    assert (await robin.get("/search", q="wren", type="users"))["items"] == []
    assert (await robin.get("/search", q="song", type="hashtags"))["items"] == []
    await community.app.accounts.unban("wren")
    await community.settle()
    assert await found(robin, "tseep") == ["tseep #song"]
    assert len((await robin.get("/search", q="wren", type="users"))["items"]) == 1


async def test_nothing_is_found_of_somebody_who_has_left(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.publish("tseep #song")
    await community.settle()
    await wren.call("DELETE", "/users/me", json={"password": PASSWORD})
    assert await found(robin, "tseep") == []
    assert (await robin.get("/search", q="wren", type="users"))["items"] == []
    await community.settle()
    assert (await robin.get("/search", q="song", type="hashtags"))["items"] == []
    assert await community.app.search.index.newest_posts(PostSearch(required=(Phrase(("tseep",)),)), 10) == []


async def test_pages_in_either_order_hold_each_post_once(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    made = [(await wren.publish(f"song {'la ' * (n % 5)}{n}"))["id"] for n in range(13)]
    await robin.publish("song of somebody else")
    await community.settle()
    await wren.block(robin)
    assert await wren.all_ids("/search", q="song", sort="newest", limit=3) == made[::-1]
    ranked = await wren.all_ids("/search", q="song", limit=3)
    assert sorted(ranked) == sorted(made)
    assert ranked == await wren.ids("/search", q="song", limit=50)


async def test_what_is_posted_while_one_reads_does_not_move_the_pages(community: Community) -> None:
    wren = await community.person("wren")
    made = [(await wren.publish(f"song {n}"))["id"] for n in range(4)]
    await community.settle()
    first = await wren.get("/search", q="song", limit=2)
    await wren.publish("song")
    await community.settle()
    second = await wren.get("/search", q="song", limit=9, cursor=first["next_cursor"])
    assert sorted(item["id"] for page in (first, second) for item in page["items"]) == made


async def test_people_are_found_while_one_types(community: Community) -> None:
    wren, robin = await community.people("wren_of_wood", "robin")
    await robin.call("PATCH", "/users/me", json={"display_name": "Zoë Ångström"})
    await community.settle()

    async def names(q: str) -> list[str]:
        return [item["username"] for item in (await wren.get("/search", q=q, type="users"))["items"]]

    assert await names("wr") == ["wren_of_wood"]
    assert await names("@Wood") == ["wren_of_wood"]
    assert await names("zoe ang") == ["robin"]
    assert await names("robin") == ["robin"]
    assert await names("zz") == []
    assert await names("!!") == []


async def test_people_who_are_followed_more_come_first(community: Community) -> None:
    one, two, three = await community.people("bird_one", "bird_two", "bird_three")
    await three.follow(two)
    await one.follow(two)
    await one.follow(three)
    await community.settle()
    page = await one.get("/search", q="bird", type="users", limit=2)
    rest = await one.get("/search", q="bird", type="users", cursor=page["next_cursor"])
    assert [item["username"] for item in page["items"] + rest["items"]] == ["bird_two", "bird_three", "bird_one"]
    assert page["items"][0]["viewer"]["following"]


async def test_hashtags_are_found_by_their_beginning(community: Community) -> None:
    wren = await community.person("wren")
    for text in ("#Spring", "#spring again", "#Sprout", "#summer"):
        await wren.publish(text)
    await community.settle()
    assert (await wren.get("/search", q="#SPR", type="hashtags"))["items"] == [
        {"tag": "spring", "posts_count": 2},
        {"tag": "sprout", "posts_count": 1},
    ]


@pytest.mark.parametrize(
    "params",
    [
        {"q": ""},
        {"q": " "},
        {"q": '"open'},
        {"q": "-wren"},
        {"q": "!!!"},
        {"q": "#!"},
        {"q": "from:"},
        {"q": "from:no.name"},
        {"q": "has:wings wren"},
        {"q": "lang:english"},
        {"q": "wren since:yesterday"},
        {"q": "wren since:2026-02-30"},
        {"q": "wren until:2026-01-01 since:2026-01-01"},
        {"q": "since:2026-01-01"},
        {"q": "w " * 40},
        {"q": "w" * 501},
        {"q": "a\x00b"},
        {"q": "so so", "type": "hashtags"},
        {"q": "", "type": "users"},
    ],
)
async def test_what_cannot_be_understood_is_a_422_that_says_why(community: Community, params: dict[str, str]) -> None:
    visitor = await community.visitor()
    problem = await visitor.call("GET", "/search", 422, params=params)
    assert problem["errors"][0]["field"] == "q"
    assert problem["errors"][0]["message"].endswith(".")


@pytest.mark.parametrize(
    "params", [{}, {"q": "wren", "type": "birds"}, {"q": "wren", "cursor": "c1"}, {"q": "wren", "cursor": "sAAAA"}]
)
async def test_what_cannot_be_read_is_a_400(community: Community, params: dict[str, str]) -> None:
    await (await community.visitor()).call("GET", "/search", 400, params=params)
