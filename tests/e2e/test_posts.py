"""Posts and threads: writing, what is marked in a text, deleting, and reading a conversation."""

from typing import Any

import pytest

from tests.support import Community, ids_of


async def test_a_post_is_shown_as_it_was_written(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish("Hello <b>@robin</b>\nthere")
    assert post["text"] == "Hello <b>@robin</b>\nthere"
    assert post["author"]["username"] == "wren"
    assert post["conversation_id"] == post["id"]
    assert (post["likes_count"], post["retweets_count"], post["replies_count"]) == (0, 0, 0)
    assert await robin.get(f"/posts/{post['id']}") == post
    assert (await (await community.visitor()).get(f"/posts/{post['id']}"))["viewer"] is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  tseep \n", "tseep"),
        ("e\u0301", "\u00e9"),
        ("a\r\nb", "a\nb"),
        ("😀" * 280, "😀" * 280),
        ("👩‍👩‍👧‍👦" * 280, "👩‍👩‍👧‍👦" * 280),
        ("🇳🇱" * 280, "🇳🇱" * 280),
        ("שלום עולם", "שלום עולם"),
    ],
)
async def test_a_text_is_kept(community: Community, text: str, kept: str) -> None:
    wren = await community.person("wren")
    assert (await wren.publish(text))["text"] == kept


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u2028", "a" * 281, "😀" * 281, "a\u0000b", "a\u001bb", "\ue000"])
async def test_a_text_is_refused(community: Community, text: str) -> None:
    wren = await community.person("wren")
    problem = await wren.post("/posts", 422 if text else 400, text=text)
    assert problem["errors"][0]["field"] == "text"
    assert await wren.ids("/feed") == []


async def test_offsets_of_entities_count_code_points(community: Community) -> None:
    wren, robin = await community.people("wren", "Robin")
    text = "😀 @robin and @nobody: #frühling https://example.org/a?b=c#d"
    post = await wren.publish(text)
    marked = [(each["type"], text[each["start"] : each["end"]], each["value"]) for each in post["entities"]]
    assert marked == [
        ("mention", "@robin", "Robin"),
        ("hashtag", "#frühling", "frühling"),
        ("link", "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
    ]
    assert post["mentions"] == [{"id": str(robin.id), "username": "Robin"}]
    assert post["hashtags"] == ["frühling"]


async def test_only_its_author_deletes_a_post(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish()
    await robin.call("DELETE", f"/posts/{post['id']}", 403)
    await (await community.visitor()).call("DELETE", f"/posts/{post['id']}", 401)
    await wren.call("DELETE", f"/posts/{post['id']}", 204)
    await wren.call("DELETE", f"/posts/{post['id']}", 404)


async def test_a_deleted_post_is_gone_from_every_list_at_once(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await robin.follow(wren)
    post = await wren.publish()
    await robin.post(f"/posts/{post['id']}/like")
    await robin.post(f"/posts/{post['id']}/retweet")
    quote = await robin.publish("see", quote_of=post["id"])
    await community.settle()
    assert len(await robin.ids("/feed")) == 3
    await wren.call("DELETE", f"/posts/{post['id']}", 204)
    for path in ("/feed", "/discover", "/users/robin/posts"):
        assert await robin.ids(path) == [quote["id"]], path
    for path in ("/users/wren/posts", "/users/robin/likes"):
        assert await robin.ids(path) == [], path
    for part in ("", "/thread", "/likes", "/retweets"):
        await robin.get(f"/posts/{post['id']}{part}", 404)
    for verb in ("like", "unlike", "retweet", "unretweet"):
        await robin.post(f"/posts/{post['id']}/{verb}", 404)
    await robin.post("/posts", 404, text="late", reply_to=post["id"])
    shown = await robin.get(f"/posts/{quote['id']}")
    assert (shown["retweet_of"], shown["retweet_of_id"]) == (None, post["id"])


async def test_counts_of_posts_follow(community: Community) -> None:
    wren = await community.person("wren")
    root = await wren.publish()
    reply = await wren.publish(reply_to=root["id"])
    await community.settle()
    assert (await wren.get("/users/me"))["posts_count"] == 2
    assert (await wren.get(f"/posts/{root['id']}"))["replies_count"] == 1
    await wren.call("DELETE", f"/posts/{reply['id']}")
    await community.settle()
    assert (await wren.get("/users/me"))["posts_count"] == 1
    assert (await wren.get(f"/posts/{root['id']}"))["replies_count"] == 0


async def test_a_reply_belongs_to_the_conversation(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    root = await wren.publish()
    reply = await robin.publish(reply_to=root["id"])
    again = await wren.publish(reply_to=reply["id"])
    assert again["conversation_id"] == root["id"]
    assert reply["reply_to"] == root["id"]
    assert reply["reply_to_author"] == {"id": str(wren.id), "username": "wren"}


@pytest.mark.parametrize("field", ["reply_to", "quote_of"])
async def test_what_is_answered_or_quoted_must_be_there(community: Community, field: str) -> None:
    wren = await community.person("wren")
    await wren.post("/posts", 404, text="tseep", **{field: "1"})


async def test_a_quote_shows_what_it_quotes(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish("song")
    quote = await robin.publish("listen", quote_of=post["id"])
    assert quote["retweet_of"]["text"] == "song"
    assert quote["retweet_of"]["retweet_of"] is None


async def test_a_thread_holds_what_is_answered_and_what_answers(community: Community) -> None:
    wren = await community.person("wren")
    root = await wren.publish("root")
    middle = await wren.publish("middle", reply_to=root["id"])
    post = await wren.publish("post", reply_to=middle["id"])
    first = await wren.publish("first", reply_to=post["id"])
    second = await wren.publish("second", reply_to=post["id"])
    below = await wren.publish("below", reply_to=first["id"])
    thread = await wren.get(f"/posts/{post['id']}/thread")
    assert ids_of(thread["ancestors"]) == [root["id"], middle["id"]]
    assert thread["post"]["id"] == post["id"]
    assert ids_of(thread["replies"]["items"]) == [first["id"], below["id"], second["id"]]
    assert thread["replies"]["next_cursor"] is None


async def test_a_thread_is_paged_over_its_direct_replies(community: Community) -> None:
    wren = await community.person("wren")
    root = await wren.publish("root")
    replies = [await wren.publish(f"reply {number}", reply_to=root["id"]) for number in range(5)]
    below = await wren.publish("below", reply_to=replies[1]["id"])
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = (await wren.get(f"/posts/{root['id']}/thread", limit=2, **cursor))["replies"]
        seen += ids_of(page["items"])
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    expected = ids_of(replies)
    expected.insert(2, below["id"])
    assert seen == expected


async def test_a_deleted_post_leaves_a_gap_where_something_hangs_on_it(community: Community) -> None:
    wren = await community.person("wren")
    root = await wren.publish("root")
    middle = await wren.publish("middle", reply_to=root["id"])
    leaf = await wren.publish("leaf", reply_to=middle["id"])
    await wren.call("DELETE", f"/posts/{middle['id']}")
    gap = {"id": middle["id"], "deleted": True, "reply_to": root["id"]}
    assert (await wren.get(f"/posts/{root['id']}/thread"))["replies"]["items"][0] == gap
    assert (await wren.get(f"/posts/{leaf['id']}/thread"))["ancestors"][1] == gap
    await wren.call("DELETE", f"/posts/{leaf['id']}")
    assert (await wren.get(f"/posts/{root['id']}/thread"))["replies"]["items"] == []


async def test_a_profile_lists_posts_and_retweets_and_replies_only_if_asked(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    song = await robin.publish("song")
    first = await wren.publish("first")
    reply = await wren.publish("reply", reply_to=song["id"])
    await wren.post(f"/posts/{song['id']}/retweet")
    listed = (await robin.get("/users/wren/posts"))["items"]
    assert [post["text"] for post in listed] == ["", "first"]
    assert listed[0]["retweet_of"]["id"] == song["id"]
    assert listed[1]["id"] == first["id"]
    assert (await robin.all_ids("/users/wren/posts", replies="true", limit=1))[1] == reply["id"]
    assert await robin.ids("/users/wren/posts", media="true") == []
