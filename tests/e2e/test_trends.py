"""What trends: who makes it, what is said of it, who sees it, and what is kept from it."""

import pytest

from chirrup.bootstrap import Application
from tests.clock import HandClock
from tests.flock import DAY, MINUTE, Flock
from tests.support import Community

HOUR = 3600
ENGLISH = "the first swallows have come back over the river this morning"
GERMAN = "die ersten Schwalben sind heute morgen wieder über dem Fluss gesehen worden"


@pytest.fixture
def clock() -> HandClock:
    """The time, which stands still unless a test moves it."""
    return HandClock()


@pytest.fixture
def flock(app: Application, clock: HandClock) -> Flock:
    """A flock in the application."""
    return Flock(app, clock)


async def test_what_several_accounts_begin_to_use_trends_and_says_why(community: Community, flock: Flock) -> None:
    birds = await flock.hatch(5)
    posts = await flock.say("here they are #Spring", birds[:4])
    posts += await flock.say("here they are #spring", birds[4:])
    await flock.rank()
    (trend,) = (await (await community.visitor()).get("/trends"))["items"]
    shown = trend.pop("posts")
    since = trend.pop("since")
    assert trend["observed"] == pytest.approx(5, abs=0.1)
    assert trend["score"] > 30
    assert {key: trend[key] for key in ("type", "name", "url", "authors_count", "expected")} == {
        "type": "hashtag", "name": "Spring", "url": None, "authors_count": 5, "expected": 0,
    }  # fmt: skip
    assert len(shown) == 2
    assert {post["id"] for post in shown} <= {str(post) for post in posts}
    flock.clock.move(10 * MINUTE)
    await flock.rank()
    assert (await (await community.visitor()).get("/trends"))["items"][0]["since"] == since


async def test_an_account_counts_once_however_often_it_posts(flock: Flock) -> None:
    birds = await flock.hatch(3)
    for _ in range(10):
        await flock.say("again #loud", birds[:2])
    await flock.say("once #calm", birds)
    assert await flock.names() == ["calm"]


async def test_what_is_usual_at_this_hour_does_not_trend_and_a_burst_of_it_does(flock: Flock) -> None:
    birds = await flock.hatch(30)
    for _ in range(3):
        await flock.say("good morning #coffee", birds[:6])
        flock.clock.move(HOUR)
        for _ in range(23):
            await flock.count_hours()
            flock.clock.move(HOUR)
    await flock.say("good morning #coffee", birds[:6])
    assert await flock.names() == []
    (usual,) = await flock.app.db.read.all("SELECT sum(authors) FROM trend_hours WHERE subject = '#coffee'")
    assert usual[0] == 18
    await flock.say("spilt the #coffee", birds[6:])
    (trend,) = await flock.trends()
    assert trend.expected > 4


async def test_a_trend_fades_as_its_uses_grow_old(flock: Flock) -> None:
    await flock.say("quickly #gone", await flock.hatch(4))
    scores = []
    for _ in range(3):
        scores += [trend.score for trend in await flock.trends()]
        flock.clock.move(HOUR)
    assert scores == sorted(scores, reverse=True)
    flock.clock.move(13 * HOUR)
    assert await flock.names() == []


async def test_who_uses_something_again_does_not_make_it_younger(flock: Flock) -> None:
    birds = await flock.hatch(6)
    await flock.say("look at this #comet", birds)
    flock.clock.move(2 * HOUR - MINUTE)
    await flock.say("still there #comet", birds)
    (trend,) = await flock.trends()
    assert trend.observed == pytest.approx(3, abs=0.01)


async def test_of_very_many_accounts_some_stand_for_all(flock: Flock) -> None:
    await flock.say("look at this #comet", await flock.hatch(130))
    (trend,) = await flock.trends()
    assert trend.authors == 130
    assert trend.observed == pytest.approx(130, rel=0.01)


async def test_the_uses_of_an_hour_are_deleted_after_a_day_and_its_count_after_four_weeks(flock: Flock) -> None:
    await flock.say("quickly #gone", await flock.hatch(4))
    flock.clock.move(2 * HOUR)
    await flock.count_hours()
    assert [tuple(row) for row in await flock.app.db.read.all("SELECT authors FROM trend_hours")] == [(4,)]
    flock.clock.move(25 * HOUR)
    await flock.count_hours()
    assert await flock.app.db.read.all("SELECT * FROM trend_uses") == []
    assert len(await flock.app.db.read.all("SELECT * FROM trend_hours")) == 1
    flock.clock.move(28 * DAY)
    await flock.count_hours()
    assert await flock.app.db.read.all("SELECT * FROM trend_hours") == []


async def test_one_account_makes_no_trend(flock: Flock) -> None:
    (bird,) = await flock.hatch(1)
    await flock.say("buy my seeds #seeds", [bird] * 20)
    assert await flock.names() == []


async def test_a_crowd_of_new_accounts_makes_no_trend(flock: Flock) -> None:
    await flock.say("buy my seeds #seeds", await flock.hatch(40, days=0.5))
    assert await flock.names() == []


async def test_a_young_ring_that_follows_itself_makes_no_trend(flock: Flock) -> None:
    ring = await flock.hatch(8, days=10)
    await flock.follow((one, other) for one in ring for other in ring if one != other)
    await flock.say("buy my seeds #seeds", ring)
    assert await flock.names() == []


async def test_a_young_ring_in_a_circle_makes_no_trend(flock: Flock) -> None:
    ring = await flock.hatch(8, days=10)
    await flock.follow(zip(ring, [*ring[1:], ring[0]], strict=True))
    await flock.say("buy my seeds #seeds", ring)
    assert await flock.names() == []


async def test_a_young_ring_that_is_larger_than_what_is_looked_at_makes_no_trend(flock: Flock) -> None:
    ring = await flock.hatch(130, days=10)
    await flock.follow((bird, ring[(n + step) % 130]) for n, bird in enumerate(ring) for step in (1, 2, 3))
    await flock.say("buy my seeds #seeds", ring)
    assert await flock.names() == []


async def test_followers_who_are_new_do_not_make_accounts_known(flock: Flock) -> None:
    birds, crowd = await flock.hatch(8, days=10), await flock.hatch(10, days=1)
    await flock.follow((one, bird) for one in crowd for bird in birds)
    await flock.say("buy my seeds #seeds", birds)
    assert await flock.names() == []


async def test_young_accounts_that_others_follow_make_a_trend(flock: Flock) -> None:
    birds, others = await flock.hatch(4, days=10), await flock.hatch(3)
    await flock.follow((other, bird) for other in others for bird in birds)
    await flock.say("look at this #comet", birds)
    assert await flock.names() == ["comet"]


async def test_new_accounts_add_no_more_than_established_ones_weigh(flock: Flock) -> None:
    members = await flock.hatch(3)
    await flock.say("look at this #comet", members)
    (before,) = await flock.trends()
    crowd = await flock.hatch(40, days=6)
    # followed from outside of the tag, and a day short of being established
    await flock.follow((bird, member) for bird in crowd[:2] for member in members)
    await flock.say("look at this #comet", crowd)
    (after,) = await flock.trends()
    assert after.observed <= 2 * before.observed


async def test_who_uses_everything_counts_for_little(flock: Flock) -> None:
    birds = await flock.hatch(3)
    for n in range(12):
        await flock.say(f"#a{n} #b{n} #c{n} #d{n} #e{n}", birds)
    assert await flock.names() == []


async def test_bots_and_banned_and_deleted_accounts_do_not_count(flock: Flock) -> None:
    birds = await flock.hatch(6)
    posts = await flock.say("look at this #comet", birds)
    assert await flock.names() == ["comet"]
    async with flock.app.db.transaction() as tx:
        await flock.app.accounts.store.set_profile(tx, birds[0], "", "", is_bot=True)
        await flock.app.accounts.store.erase(tx, birds[1])
    await flock.app.accounts.ban(birds[2])
    (trend,) = await flock.trends()
    assert trend.authors == 3
    assert set(trend.post_ids) == set(posts[3:])
    await flock.app.accounts.ban(birds[3])
    assert await flock.names() == []


async def test_a_deleted_post_counts_no_more(flock: Flock) -> None:
    birds = await flock.hatch(3)
    posts = await flock.say("look at this #comet", birds)
    assert await flock.names() == ["comet"]
    async with flock.app.db.transaction() as tx:
        await flock.app.posts.remove(tx, (await flock.app.posts.store.by_ids(tx, posts))[posts[0]])
    assert await flock.names() == []


async def test_posts_of_blocked_and_muted_authors_are_not_shown(community: Community, flock: Flock) -> None:
    birds = await flock.hatch(4)
    posts = await flock.say("look at this #comet", birds)
    await flock.rank()
    wren = await community.person("wren")
    for hidden, verb in ((birds[0], "block"), (birds[1], "mute")):
        account = await flock.app.accounts.get(hidden)
        await wren.post(f"/users/{account.username}/{verb}")
    (trend,) = (await wren.get("/trends"))["items"]
    assert {post["id"] for post in trend["posts"]} == {str(post) for post in posts[2:]}
    for hidden in birds[2:]:
        account = await flock.app.accounts.get(hidden)
        await wren.post(f"/users/{account.username}/block")
    assert (await wren.get("/trends"))["items"] == []


async def test_a_link_trends_whatever_is_in_it_for_tracking(community: Community, flock: Flock) -> None:
    birds = await flock.hatch(4)
    for n, bird in enumerate(birds):
        await flock.say(f"read https://www.Example.org/nests/?utm_source=a{n}&fbclid=x{n}#part{n}", [bird])
    await flock.rank()
    (trend,) = (await (await community.visitor()).get("/trends"))["items"]
    assert (trend["type"], trend["name"]) == ("link", "example.org/nests")
    assert trend["url"].lower() == "https://www.example.org/nests/"


async def test_each_language_has_its_list(flock: Flock) -> None:
    birds = await flock.hatch(12)
    await flock.say(f"{ENGLISH} #spring", birds[:4])
    await flock.say(f"{GERMAN} #frühling", birds[4:8])
    await flock.say("ok #short", birds[8:])
    assert sorted(await flock.names()) == ["frühling", "short", "spring"]
    assert [trend.name for trend in await flock.app.trends.listed("en")] == ["spring"]
    assert [trend.name for trend in await flock.app.trends.listed("de")] == ["frühling"]
    assert list(await flock.app.trends.listed("fr")) == []


@pytest.mark.settings(post_languages="off")
async def test_without_detection_there_is_one_list(flock: Flock) -> None:
    await flock.say(f"{ENGLISH} #spring", await flock.hatch(4))
    assert await flock.names() == ["spring"]
    assert list(await flock.app.trends.listed("en")) == []


async def test_moderators_keep_terms_from_trending(community: Community, flock: Flock) -> None:
    birds = await flock.hatch(4)
    await flock.say("#SpamSeeds #spring https://bad.example.org/x", birds)
    await flock.rank()
    wren, robin = await community.people("wren", "robin")
    await flock.app.accounts.promote(wren.id, "moderator")

    async def names() -> list[str]:
        return sorted(item["name"] for item in (await robin.get("/trends"))["items"])

    assert await names() == ["SpamSeeds", "bad.example.org/x", "spring"]
    blocks = [await wren.post("/admin/trends/blocks", 201, term=term) for term in ("spam*", "example.org", "#SPAM*")]
    assert [block["term"] for block in blocks] == ["#spam*", "example.org", "#spam*"]
    assert blocks[0]["id"] == blocks[2]["id"]
    assert blocks[0]["moderator_id"] == str(wren.id)
    assert await names() == ["spring"]
    await flock.rank()
    assert await names() == ["spring"]
    assert [block["id"] for block in (await wren.get("/admin/trends/blocks"))["items"]] == [
        blocks[1]["id"], blocks[0]["id"],
    ]  # fmt: skip
    await wren.call("DELETE", f"/admin/trends/blocks/{blocks[1]['id']}")
    await wren.call("DELETE", f"/admin/trends/blocks/{blocks[1]['id']}", 404)
    await flock.rank()
    assert await names() == ["bad.example.org/x", "spring"]


@pytest.mark.parametrize(("term", "status"), [("", 400), ("two words", 400), ("2026", 400), ("http://", 422)])
async def test_what_is_no_term_is_refused(community: Community, term: str, status: int) -> None:
    wren = await community.person("wren")
    await community.app.accounts.promote(wren.id, "moderator")
    await wren.post("/admin/trends/blocks", status, term=term)


async def test_terms_are_for_moderators(community: Community) -> None:
    wren, visitor = await community.person("wren"), await community.visitor()
    await wren.get("/admin/trends/blocks", 403)
    await visitor.get("/admin/trends/blocks", 401)
    await wren.post("/admin/trends/blocks", 403, term="spring")
    await wren.call("DELETE", "/admin/trends/blocks/1", 403)


@pytest.mark.parametrize("query", [{"lang": "EN"}, {"lang": "english"}, {"lang": ""}, {"limit": 0}, {"limit": 51}])
async def test_a_wrong_question_is_malformed(community: Community, query: dict[str, object]) -> None:
    await (await community.visitor()).get("/trends", 400, **query)


async def test_of_many_processes_one_makes_the_lists(flock: Flock) -> None:
    await flock.say("look at this #comet", await flock.hatch(4))
    await flock.rank()
    (first,) = await flock.app.db.read.all("SELECT ranked_at FROM trend_lists")
    flock.clock.move(10)
    await flock.app.trending.ranker.rank()
    (second,) = await flock.app.db.read.all("SELECT ranked_at FROM trend_lists")
    assert first[0] == second[0]


async def test_a_list_that_nobody_makes_anew_ends(flock: Flock) -> None:
    await flock.say("look at this #comet", await flock.hatch(4))
    assert await flock.names() == ["comet"]
    flock.clock.move(7 * HOUR)
    assert list(await flock.app.trends.listed("")) == []
