"""Likes and retweets."""

import pytest

from tests.support import Community


@pytest.mark.parametrize(
    ("verb", "undo", "count", "flag"),
    [
        ("like", "POST unlike", "likes_count", "liked"),
        ("like", "DELETE like", "likes_count", "liked"),
        ("retweet", "POST unretweet", "retweets_count", "retweeted"),
        ("retweet", "DELETE retweet", "retweets_count", "retweeted"),
    ],
)
async def test_what_one_did_shows_at_once_and_only_once(
    community: Community, verb: str, undo: str, count: str, flag: str
) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish()
    method, name = undo.split()
    for _ in range(2):
        done = await robin.post(f"/posts/{post['id']}/{verb}", 200)
        assert (done[count], done["viewer"][flag]) == (1, True)
        await community.settle()
    assert (await wren.get(f"/posts/{post['id']}"))[count] == 1
    for _ in range(2):
        undone = await robin.call(method, f"/posts/{post['id']}/{name}", 200)
        assert (undone[count], undone["viewer"][flag]) == (0, False)
        await community.settle()
    assert (await wren.get(f"/posts/{post['id']}"))[count] == 0


@pytest.mark.parametrize("verb", ["like", "unlike", "retweet", "unretweet"])
async def test_a_verb_needs_a_token_and_a_post(community: Community, verb: str) -> None:
    wren = await community.person("wren")
    post = await wren.publish()
    await (await community.visitor()).post(f"/posts/{post['id']}/{verb}", 401)
    await wren.post(f"/posts/1/{verb}", 404)
    await wren.post(f"/posts/wren/{verb}", 400)


async def test_a_retweet_of_a_retweet_retweets_its_original(community: Community) -> None:
    wren, robin, jay = await community.people("wren", "robin", "jay")
    post = await wren.publish()
    await robin.post(f"/posts/{post['id']}/retweet")
    retweet = (await robin.ids("/users/robin/posts"))[0]
    answer = await jay.post(f"/posts/{retweet}/retweet")
    assert answer["id"] == post["id"]
    await community.settle()
    assert (await wren.get(f"/posts/{post['id']}"))["retweets_count"] == 2
    shown = (await jay.get("/users/jay/posts"))["items"][0]
    assert shown["retweet_of"]["id"] == post["id"]
    assert shown["retweet_of"]["retweet_of"] is None


@pytest.mark.parametrize("verb", ["like", "unlike", "unretweet"])
async def test_what_is_done_to_a_retweet_is_done_to_its_original(community: Community, verb: str) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish()
    await robin.post(f"/posts/{post['id']}/retweet")
    retweet = (await robin.ids("/users/robin/posts"))[0]
    assert (await robin.post(f"/posts/{retweet}/{verb}"))["id"] == post["id"]


async def test_quoting_and_answering_a_retweet_mean_its_original(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish()
    await robin.post(f"/posts/{post['id']}/retweet")
    retweet = (await robin.ids("/users/robin/posts"))[0]
    assert (await robin.publish(quote_of=retweet))["retweet_of"]["id"] == post["id"]
    assert (await robin.publish(reply_to=retweet))["reply_to"] == post["id"]


async def test_deleting_ones_retweet_takes_it_back(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish()
    await robin.post(f"/posts/{post['id']}/retweet")
    retweet = (await robin.ids("/users/robin/posts"))[0]
    await wren.call("DELETE", f"/posts/{retweet}", 403)
    await robin.call("DELETE", f"/posts/{retweet}", 204)
    assert (await robin.get(f"/posts/{post['id']}"))["viewer"]["retweeted"] is False
    assert (await robin.post(f"/posts/{post['id']}/retweet"))["viewer"]["retweeted"] is True


async def test_likers_and_retweeters_are_listed_latest_first_in_pages(community: Community) -> None:
    wren, *others = await community.people("wren", "robin", "jay", "owl", "lark")
    post = await wren.publish()
    for other in others:
        await other.post(f"/posts/{post['id']}/like")
        await other.post(f"/posts/{post['id']}/retweet")
    expected = [str(other.id) for other in reversed(others)]
    visitor = await community.visitor()
    for part in ("likes", "retweets"):
        assert await visitor.all_ids(f"/posts/{post['id']}/{part}", limit=3) == expected


async def test_liked_posts_are_listed_in_the_order_of_the_likes(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    posts = [await wren.publish(f"song {number}") for number in range(5)]
    order = [3, 0, 4, 1, 2]
    for number in order:
        await robin.post(f"/posts/{posts[number]['id']}/like")
    expected = [posts[number]["id"] for number in reversed(order)]
    assert await wren.all_ids("/users/robin/likes", limit=2) == expected
    assert all(post["viewer"]["liked"] for post in (await robin.get("/users/robin/likes"))["items"])
