"""What there is to read: home, discover, and the marker of where reading stopped."""

from typing import Any

import pytest

from tests.support import Community, ids_of


async def test_home_holds_ones_own_posts_and_those_of_followees_newest_first(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    await wren.follow(robin)
    first = await robin.publish()
    second = await wren.publish()
    await jay.publish()
    third = await robin.publish()
    await community.settle()
    assert await wren.ids("/feed") == [third["id"], second["id"], first["id"]]


async def test_the_author_sees_a_post_at_once(community: Community) -> None:
    wren = await community.person("wren")
    for _ in range(5):
        post = await wren.publish()
        assert (await wren.ids("/feed"))[0] == post["id"]


async def test_a_follow_an_unfollow_a_mute_and_a_block_show_at_once(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await robin.publish()
    assert await wren.ids("/feed") == []
    for verb, expected in [
        ("follow", [post["id"]]),
        ("unfollow", []),
        ("follow", [post["id"]]),
        ("mute", []),
        ("unmute", [post["id"]]),
        ("block", []),
    ]:
        await wren.post(f"/users/robin/{verb}")
        assert await wren.ids("/feed") == expected, verb


async def test_retweets_and_quotes_of_followees_are_entries_of_their_own(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    await wren.follow(robin)
    song = await jay.publish("song")
    await robin.post(f"/posts/{song['id']}/retweet")
    quote = await robin.publish("listen", quote_of=song["id"])
    await community.settle()
    entries = (await wren.get("/feed"))["items"]
    assert [(entry["text"], entry["retweet_of"]["id"]) for entry in entries] == [
        ("listen", song["id"]),
        ("", song["id"]),
    ]
    assert entries[0]["id"] == quote["id"]


async def test_a_muted_author_does_not_come_back_by_a_retweet(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    await wren.follow(robin)
    song = await jay.publish("song")
    await robin.post(f"/posts/{song['id']}/retweet")
    await wren.post("/users/jay/mute")
    await community.settle()
    assert await wren.ids("/feed") == []


@pytest.mark.parametrize(
    ("answered", "shown"),
    [("wren", True), ("robin", True), ("jay", True), ("owl", False)],
)
async def test_a_followees_reply_shows_when_it_answers_somebody_close(
    community: Community, answered: str, shown: bool
) -> None:
    people = {name: await community.person(name) for name in ("wren", "robin", "jay", "owl")}
    wren, robin = people["wren"], people["robin"]
    await wren.follow(robin, people["jay"])
    post = await people[answered].publish("question")
    reply = await robin.publish("answer", reply_to=post["id"])
    await community.settle()
    assert (reply["id"] in await wren.ids("/feed")) is shown
    assert reply["id"] in await robin.ids("/feed")


@pytest.mark.settings(timeline_size=5, timeline_recent=3)
async def test_pages_go_on_beyond_the_stored_timeline_without_a_seam(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    await wren.follow(robin, jay)
    posts = []
    for number in range(24):
        author = (wren, robin, jay)[number % 3]
        posts.append((await author.publish(f"song {number}"))["id"])
        if number == 12:
            await wren.get("/feed")
    await community.settle()
    for limit in (1, 3, 7, 100):
        assert await wren.all_ids("/feed", limit=limit) == posts[::-1], limit


async def test_a_page_is_full_although_entries_are_hidden(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    await wren.follow(robin, jay)
    kept = [(await robin.publish())["id"] for _ in range(4)]
    for _ in range(15):
        await jay.publish()
    await wren.post("/users/jay/mute")
    await community.settle()
    page = await wren.get("/feed", limit=4)
    assert ids_of(page["items"]) == kept[::-1]
    assert page["next_cursor"] is None


@pytest.mark.settings(fanout_threshold=2)
async def test_posts_of_big_accounts_are_merged_in(community: Community) -> None:
    wren, robin, jay, owl = await community.people("wren", "robin", "jay", "owl")
    for follower in (wren, jay, owl):
        await follower.follow(robin)
    await wren.follow(jay)
    await community.settle()
    posts = [(await (robin if number % 2 else jay).publish())["id"] for number in range(8)]
    await community.settle()
    assert await wren.all_ids("/feed", limit=3) == posts[::-1]


@pytest.mark.settings(timeline_size=6, timeline_recent=4)
async def test_newer_than_leads_upwards_page_by_page(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    posts = [(await robin.publish(f"song {number}"))["id"] for number in range(12)]
    await community.settle()
    for start in (0, 5, 10, 11):
        seen: list[str] = []
        more: dict[str, Any] = {}
        while True:
            page = await wren.get("/feed", newer_than=posts[start], limit=3, **more)
            assert ids_of(page["items"]) == sorted(ids_of(page["items"]), key=int, reverse=True)
            seen += reversed(ids_of(page["items"]))
            if page["next_cursor"] is None:
                break
            more = {"cursor": page["next_cursor"]}
        assert seen == posts[start + 1 :]


async def test_older_than_starts_below_a_post(community: Community) -> None:
    wren = await community.person("wren")
    posts = [(await wren.publish(f"song {number}"))["id"] for number in range(6)]
    page = await wren.get("/feed", older_than=posts[4], limit=2)
    assert ids_of(page["items"]) == [posts[3], posts[2]]
    rest = await wren.get("/feed", cursor=page["next_cursor"])
    assert ids_of(rest["items"]) == [posts[1], posts[0]]
    assert rest["next_cursor"] is None


async def test_an_empty_home_is_an_empty_page(community: Community) -> None:
    wren = await community.person("wren")
    for params in ({}, {"newer_than": "1"}, {"older_than": "1"}, {"limit": 100}):
        assert await wren.get("/feed", **params) == {"items": [], "next_cursor": None}


async def test_home_needs_a_token(community: Community) -> None:
    await (await community.visitor()).get("/feed", 401)


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_the_shortcut_answers_byte_for_byte_what_the_route_answers(community: Community, limit: int) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    for number in range(4):
        post = await robin.publish(f"song {number} #spring 😀 @wren")
        await wren.post(f"/posts/{post['id']}/like")
        await robin.publish("listen", quote_of=post["id"])
    await community.settle()
    cursor = (await wren.get("/feed", limit=2))["next_cursor"]
    for query in (f"limit={limit}", f"limit={limit}&cursor={cursor}"):
        hot = await wren.client.get(f"/feed?{query}")
        # a parameter given twice is none of the shapes that the shortcut knows
        plain = await wren.client.get(f"/feed?{query}&limit={limit}")
        assert hot.content == plain.content
        assert hot.status_code == plain.status_code == 200
        ignored = {"x-request-id", "content-length", "content-encoding", "vary"}
        assert {key: value for key, value in hot.headers.items() if key not in ignored} == {
            key: value for key, value in plain.headers.items() if key not in ignored
        }


@pytest.mark.fresh
async def test_the_shortcut_is_taken(community: Community) -> None:
    wren = await community.person("wren")
    await wren.get("/feed")
    metrics = (await community.client().get("http://chirrup.test/metrics")).text
    assert 'chirrup_http_shortcuts_total{route="/api/v1/feed"} 1.0' in metrics


async def test_discover_lists_what_everybody_posts_without_replies_and_retweets(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    first = await wren.publish("first")
    await robin.publish("reply", reply_to=first["id"])
    await robin.post(f"/posts/{first['id']}/retweet")
    second = await robin.publish("quote", quote_of=first["id"])
    visitor = await community.visitor()
    assert await visitor.all_ids("/discover", limit=1) == [second["id"], first["id"]]
    assert [post["viewer"] for post in (await visitor.get("/discover"))["items"]] == [None, None]
    assert (await robin.get("/discover"))["items"][1]["viewer"] == {"liked": False, "retweeted": True}


async def test_a_marker_is_the_same_on_all_devices(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    assert await wren.get("/markers") == {"home": None}
    answer = await wren.call("PUT", "/markers", 200, json={"home": "500"})
    assert answer["home"]["post_id"] == "500"
    assert await wren.get("/markers") == answer
    assert await robin.get("/markers") == {"home": None}


async def test_a_marker_moves_backwards_only_by_force(community: Community) -> None:
    wren = await community.person("wren")
    await wren.call("PUT", "/markers", json={"home": "500"})
    late = await wren.call("PUT", "/markers", json={"home": "400"})
    assert late["home"]["post_id"] == "500"
    forced = await wren.call("PUT", "/markers", json={"home": "400", "force": True})
    assert forced["home"]["post_id"] == "400"
    onwards = await wren.call("PUT", "/markers", json={"home": "600"})
    assert onwards["home"]["post_id"] == "600"


@pytest.mark.parametrize("home", ["", "0", "-1", "1.5", "x", "9223372036854775808", "1" * 40, 5, None])
async def test_a_marker_is_a_post_id(community: Community, home: Any) -> None:
    wren = await community.person("wren")
    await wren.call("PUT", "/markers", 400, json={"home": home})
