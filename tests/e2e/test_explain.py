"""Why a post is or is not in a home timeline: the explanation says what the page shows, and what decides."""

import asyncio
import random
from typing import Any

import pytest

from chirrup.bootstrap import Application
from chirrup.platform.ids import MAX_ID
from chirrup.timelines.models import StepTaken
from chirrup.timelines.rules import Explanation, Moment
from tests.support import Community, Person

Post = dict[str, Any]


async def explained(app: Application, viewer: Person, post: Post | str) -> Explanation:
    """Explain, and hold the explanation against the whole timeline."""
    post_id = post if isinstance(post, str) else post["id"]
    explanation = await app.explainer.explain(viewer.username, post_id)
    assert explanation.agrees
    assert explanation.shown == (post_id in await viewer.all_ids("/feed"))
    return explanation


def failing(explanation: Explanation) -> list[str]:
    """Return the rules that keep a post out, in their order."""
    return [check.rule for check in explanation.checks if not check.passes]


def moment(explanation: Explanation, step: str) -> Moment:
    """Return the first moment of a step."""
    return next(one for one in explanation.moments if one.step == step)


async def trio(community: Community) -> tuple[Person, Person, Person]:
    """Return a reader with a timeline, a followee and a stranger."""
    wren, robin, jay = await community.people("wren", "robin", "jay")
    await wren.follow(robin)
    await community.settle()
    await wren.get("/feed")
    return wren, robin, jay


async def test_a_post_that_was_pushed_tells_when_and_how_late(community: Community) -> None:
    wren, robin, _ = await trio(community)
    post = await robin.publish()
    await community.settle()
    explanation = await explained(community.app, wren, post)
    assert (explanation.shown, explanation.way, failing(explanation)) == (True, "pushed", [])
    times = [one.at for one in explanation.moments]
    assert [one.step for one in explanation.moments] == ["written", "logged", "fan-out", "fan-out"]
    assert None not in times
    late = moment(explanation, "fan-out").late
    assert late is not None
    assert 0 <= late < 60_000


async def test_one_s_own_post_is_there_at_once(community: Community) -> None:
    wren, _, _ = await trio(community)
    assert (await explained(community.app, wren, await wren.publish())).way == "own"


async def test_a_post_from_before_the_timeline_is_told_from_one_that_was_pushed(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    post = await robin.publish()
    await community.settle()
    assert (await explained(community.app, wren, post)).way == "rebuilt"
    assert (await explained(community.app, wren, post)).way == "stored"


async def test_who_follows_later_gets_the_post_with_the_timeline_that_is_built_then(community: Community) -> None:
    wren, _, jay = await trio(community)
    post = await jay.publish()
    await community.settle()
    handled = community.app.clock.now()
    while community.app.clock.now() == handled:  # noqa: ASYNC110 - it is time itself that is waited for
        await asyncio.sleep(0)
    await wren.follow(jay)
    explanation = await explained(community.app, wren, post)
    assert explanation.way == "rebuilt"
    assert moment(explanation, "followed").late is not None
    # the last step reaches up to any follow, and has still not visited a later one
    assert [one.step for one in explanation.moments].count("fan-out") == 1


@pytest.mark.settings(timeline_size=3, timeline_recent=2)
async def test_a_post_below_the_stored_timeline_comes_from_the_database(community: Community) -> None:
    wren, robin, _ = await trio(community)
    posts = [await robin.publish(f"song {number}") for number in range(12)]
    await community.settle()
    assert (await explained(community.app, wren, posts[0])).way == "database"


@pytest.mark.settings(fanout_threshold=1)
async def test_a_post_of_a_big_account_is_merged_at_read_and_was_left_to_be(community: Community) -> None:
    wren, robin, jay = await trio(community)
    pushed = await robin.publish("a song for one")
    await community.settle()
    await jay.follow(robin)
    await community.settle()
    post = await robin.publish("a song for all")
    await community.settle()
    explanation = await explained(community.app, wren, post)
    assert explanation.way == "pulled"
    assert "left to be merged" in moment(explanation, "fan-out").detail
    assert (await explained(community.app, wren, pushed)).way == "pushed"


async def test_each_rule_that_keeps_a_post_out_is_named(community: Community) -> None:
    wren, robin, jay = await trio(community)
    song = await jay.publish("far song")
    reply = await robin.publish("an answer", reply_to=song["id"])
    await robin.post(f"/posts/{song['id']}/retweet")
    await community.settle()
    retweet = (await robin.ids("/feed"))[0]
    app = community.app
    assert failing(await explained(app, wren, song)) == ["follow"]
    assert failing(await explained(app, wren, reply)) == ["reply"]
    assert failing(await explained(app, wren, retweet)) == []
    await wren.post("/users/jay/mute")
    assert failing(await explained(app, wren, retweet)) == ["original"]
    await wren.post("/users/jay/unmute")
    await jay.block(wren)
    assert failing(await explained(app, wren, retweet)) == ["original"]
    assert (await explained(app, wren, retweet)).because == "it retweets jay, and jay blocks wren"
    assert failing(await explained(app, wren, song)) == ["follow", "block"]
    await wren.post("/users/robin/mute")
    assert failing(await explained(app, wren, retweet)) == ["mute", "original"]


async def test_deleted_posts_and_banned_authors_come_first(community: Community) -> None:
    wren, robin, _ = await trio(community)
    kept, gone = await robin.publish("kept"), await robin.publish("gone")
    await robin.call("DELETE", f"/posts/{gone['id']}")
    await community.settle()
    await community.app.accounts.ban(robin.id)
    assert failing(await explained(community.app, wren, kept)) == ["author"]
    assert failing(await explained(community.app, wren, gone)) == ["post", "author"]


@pytest.mark.settings(fanout_log_hours=0)
async def test_what_is_not_kept_is_said_to_be_so(community: Community) -> None:
    wren, robin, _ = await trio(community)
    post = await robin.publish()
    await community.settle()
    explanation = await explained(community.app, wren, post)
    assert explanation.way == "stored"
    assert (moment(explanation, "fan-out").at, moment(explanation, "fan-out").detail) == (
        None,
        "what it has done is no longer kept",
    )


@pytest.mark.settings(fanout_log_hours=0)
async def test_the_step_that_visited_a_follower_is_found_among_many(community: Community) -> None:
    wren, robin, _ = await trio(community)
    post = await robin.publish()
    await community.settle()
    app, post_id = community.app, int(post["id"])
    follow = await app.explainer.graph.follow_id(app.db.read, wren.id, robin.id)
    assert follow is not None
    at = app.clock.now() + 60_000
    async with app.db.transaction() as tx:
        for after, upto, taken_at in ((0, follow - 5, at), (follow - 5, follow, at + 7), (follow, MAX_ID, at + 9)):
            await app.home.tables.record_steps(tx, [StepTaken(post_id, after, upto, 3, 2, taken_at)])
    explanation = await explained(app, wren, post)
    assert explanation.way == "pushed"
    assert [one.at for one in explanation.moments if one.step == "fan-out"] == [at + 7, at + 9]
    assert "3 step(s) in all: 9 followers visited, 6 timelines reached" in explanation.moments[-1].detail


async def test_a_post_that_a_timeline_lacks_is_named_a_fault(community: Community) -> None:
    wren, robin, _ = await trio(community)
    post = await robin.publish()
    await community.settle()
    held = await community.app.timelines.peek(wren.id)
    assert held is not None
    lacking = type(held)(held.basis, held.floor)
    await community.app.timelines.fill(wren.id, await community.app.timelines.open(wren.id), lacking)
    explanation = await explained(community.app, wren, post)
    assert (explanation.shown, explanation.way) == (False, "missing")


@pytest.mark.slow
@pytest.mark.settings(timeline_size=6, timeline_recent=3, fanout_chunk=2, fanout_threshold=4)
@pytest.mark.parametrize("seed", range(2))
async def test_every_explanation_says_what_the_page_says(community: Community, seed: int) -> None:
    chance = random.Random(seed)
    flock = await community.people("wren", "robin", "jay", "owl", "lark", "rook")
    for bird in flock[1:]:
        await bird.follow(flock[0])
    await community.settle()
    posts: list[str] = []
    for _ in range(110):
        bird, other = chance.sample(flock, 2)
        await _do_something(chance, bird, other, posts)
        if chance.random() < 0.05:
            await community.app.timelines.drop([bird.id])
        if chance.random() < 0.1:
            await bird.get("/feed")
    await community.app.accounts.ban(flock[-1].id)
    await community.settle()
    seen = set()
    for viewer in flock[:-1]:
        posts = sorted({*posts, *await viewer.all_ids("/feed")})
        whole = set(await viewer.all_ids("/feed"))
        for post_id in posts:
            if chance.random() < 0.1:
                await community.app.timelines.drop([viewer.id])
            explanation = await community.app.explainer.explain(viewer.username, post_id)
            assert explanation.agrees, explanation
            assert explanation.shown == (post_id in whole), explanation
            seen |= {explanation.way, *failing(explanation)}
    assert {"own", "pushed", "pulled", "database", "rebuilt", "follow", "post", "author"} <= seen


async def _do_something(chance: random.Random, bird: Person, other: Person, posts: list[str]) -> None:
    """Do one of the things that change timelines; some are refused, as behind a block."""
    what = chance.choice(posts[-20:]) if posts else None
    match chance.randrange(16):
        case 0 | 1 | 2 | 3 | 4:
            posts.append((await bird.publish("tseep"))["id"])
        case 5 | 6 if what:
            answer = await bird.client.post("/posts", json={"text": "hweet", "reply_to": what})
            posts += [answer.json()["id"]] if answer.is_success else []
        case 7 | 8 if what:
            await bird.client.post(f"/posts/{what}/retweet")
        case 9 if what:
            await bird.client.delete(f"/posts/{what}")
        case 10 if chance.random() < 0.3:
            await bird.block(other)
        case 11 if chance.random() < 0.5:
            await bird.post(f"/users/{other.username}/mute")
        case 12 if chance.random() < 0.3:
            await bird.post(f"/users/{other.username}/unfollow")
        case _:
            await bird.client.post(f"/users/{other.username}/follow")


async def test_while_posts_arrive_explanation_and_page_agree(community: Community) -> None:
    _, robin, _ = await trio(community)
    for number in range(15):
        post = await robin.publish(f"song {number}")
        explanation = await community.app.explainer.explain("wren", post["id"])
        assert explanation.agrees
        assert explanation.shown or explanation.way == "on its way"


async def test_an_account_is_named_by_its_name_or_its_id(community: Community) -> None:
    wren, robin, _ = await trio(community)
    post = await robin.publish()
    await community.settle()
    for name in ("wren", "@WREN", str(wren.id)):
        assert (await community.app.explainer.explain(name, post["id"])).viewer.id == wren.id


async def test_moderators_may_ask_and_members_and_visitors_may_not(community: Community) -> None:
    wren, robin, jay = await trio(community)
    post = await robin.publish()
    await community.settle()
    where = f"/admin/explain?viewer=wren&post={post['id']}"
    await (await community.visitor()).get(where, 401)
    await wren.get(where, 403)
    for role in ("moderator", "admin"):
        await community.app.accounts.promote(jay.id, role)
        answer = await jay.get(where)
        assert (answer["shown"], answer["way"], answer["author"]["username"]) == (True, "pushed", "robin")
        assert answer["summary"] == f"wren sees post {post['id']} by robin: it was pushed."
    assert [check["rule"] for check in answer["checks"]] == ["post", "author", "follow", "block", "mute"]
    await community.app.accounts.promote(jay.id, "member")
    await jay.get(where, 403)


async def test_what_is_not_there_or_no_id_is_refused(community: Community) -> None:
    _, robin, jay = await trio(community)
    await community.app.accounts.promote(jay.id, "moderator")
    post = await robin.publish()
    await jay.get("/admin/explain?viewer=wren&post=12345", 404)
    await jay.get(f"/admin/explain?viewer=nobody&post={post['id']}", 404)
    await jay.get(f"/admin/explain?viewer=12345&post={post['id']}", 404)
    await jay.get("/admin/explain?viewer=wren&post=song", 400)
    await jay.get("/admin/explain?viewer=wren", 400)
    await community.app.accounts.ban(jay.id)
    await jay.get("/admin/explain?viewer=wren&post=12345", 401)
