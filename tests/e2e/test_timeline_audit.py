"""Stored timelines against the database: what is spoiled is found, and what is under way is no fault."""

import asyncio
import dataclasses
import random
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application, open_application
from chirrup.entrypoints.worker import at_work
from chirrup.platform.adapters.sqlite.outbox import SqliteOutbox
from chirrup.platform.ids import MAX_ID
from chirrup.platform.outbox import Entry
from chirrup.platform.ports import Reader, Timeline
from chirrup.posts import Draft
from chirrup.settings import Settings
from chirrup.timelines import FanOutStep
from chirrup.timelines.audit import Difference, Findings
from tests.support import PASSWORD, Community, Person, settled


async def checked(app: Application, *, repair: bool = False) -> Findings:
    total = Findings()
    async for findings in app.audit.everything(repair=repair):
        total = total.plus(findings)
    return total


async def spoil(app: Application, owner: Person, change: Callable[[set[int]], set[int]]) -> None:
    """Change the ids of a stored timeline, and nothing else of it."""
    held = await app.timelines.peek(owner.id)
    assert held is not None
    ids = array("Q", sorted(change(set(held.ids))))
    basis, floor = held.basis, held.floor
    ticket = await app.timelines.open(owner.id)
    await app.timelines.fill(owner.id, ticket, Timeline(basis, floor, ids))


async def nest(community: Community) -> tuple[Person, Person, Person, list[int]]:
    """Return a reader, a followee with posts, a stranger, and the followee's posts."""
    wren, robin, jay = await community.people("wren", "robin", "jay")
    await wren.follow(robin)
    posts = [int((await robin.publish(f"song {number}"))["id"]) for number in range(6)]
    await community.settle()
    await wren.get("/feed")
    return wren, robin, jay, posts


async def test_whole_timelines_are_found_whole(community: Community) -> None:
    await nest(community)
    assert await checked(community.app) == Findings(checked=1, whole=1)


async def test_a_post_that_is_missing_is_found_and_a_repair_brings_it_back(community: Community) -> None:
    wren, _, _, posts = await nest(community)
    await spoil(community.app, wren, lambda ids: ids - {posts[2]})
    assert str(posts[2]) not in await wren.all_ids("/feed")
    found = await checked(community.app)
    assert found == Findings(
        checked=1, different=1, wrong=1, differences=[Difference(str(wren.id), 1, 0, 0, [str(posts[2])])]
    )
    assert await checked(community.app, repair=True) == found
    assert await wren.all_ids("/feed") == [str(post) for post in reversed(posts)]
    assert await checked(community.app) == Findings(checked=1, whole=1)


async def test_ids_of_no_post_and_posts_of_strangers_are_told_apart(community: Community) -> None:
    wren, _, jay, posts = await nest(community)
    strange = int((await jay.publish("far song"))["id"])
    await community.settle()
    await spoil(community.app, wren, lambda ids: ids | {strange, posts[0] + 1})
    [difference] = (await checked(community.app)).differences
    assert (difference.missing, difference.unknown, difference.foreign) == (0, 1, 1)
    assert set(difference.examples) == {str(strange), str(posts[0] + 1)}


async def test_posts_of_a_stranger_alone_are_different_and_not_wrong(community: Community) -> None:
    wren, _, jay, _ = await nest(community)
    await community.app.timelines.push([wren.id], [int((await jay.publish("far song"))["id"])])
    found = await checked(community.app)
    assert (found.different, found.wrong) == (1, 0)


async def test_what_reading_leaves_out_is_no_difference(community: Community) -> None:
    wren, robin, jay, posts = await nest(community)
    await robin.call("DELETE", f"/posts/{posts[1]}")
    song = await jay.publish("far song")
    await robin.publish("an answer to a stranger", reply_to=song["id"])
    await wren.post("/users/robin/mute")
    await community.app.accounts.ban(robin.id)
    await community.settle()
    assert (await checked(community.app)).whole == 1


async def test_a_timeline_of_other_follows_is_void(community: Community) -> None:
    wren, _, jay, _ = await nest(community)
    await wren.follow(jay)
    assert await checked(community.app) == Findings(checked=1, void=1)


@pytest.mark.settings(timeline_size=5, timeline_recent=3)
async def test_below_its_floor_a_timeline_need_hold_nothing(community: Community) -> None:
    wren, robin, _, _ = await nest(community)
    for number in range(20):
        await robin.publish(f"later {number}")
        if number % 7 == 0:
            await community.settle()
            assert (await checked(community.app)).whole == 1
    await spoil(community.app, wren, lambda ids: ids - {max(ids)})
    await community.settle()
    assert (await checked(community.app)).wrong == 1


@pytest.mark.settings(fanout_threshold=2)
async def test_posts_that_are_merged_at_read_need_not_be_stored(community: Community) -> None:
    wren, robin, jay, posts = await nest(community)
    owl, lark = await community.people("owl", "lark")
    for follower in (jay, owl, lark):
        await follower.follow(robin)
    await community.settle()
    late = (await robin.publish("a song for all"))["id"]
    await community.settle()
    held = await community.app.timelines.peek(wren.id)
    assert held is not None
    assert int(late) not in held.ids
    assert await wren.ids("/feed") == [late, *(str(post) for post in reversed(posts))]
    assert (await checked(community.app)).whole == 1


async def test_many_timelines_are_compared_some_at_a_time(community: Community) -> None:
    wren, _, _, _ = await nest(community)
    held = await community.app.timelines.peek(wren.id)
    assert held is not None
    crowd = range(1, 1 + 2345)
    for owner_id in crowd:
        await community.app.timelines.fill(owner_id, await community.app.timelines.open(owner_id), held)
    pages = [findings async for findings in community.app.audit.everything(repair=False)]
    assert max(page.checked for page in pages) <= 100
    assert sum(page.checked for page in pages) == len(crowd) + 1
    assert sum(page.void for page in pages) == len(crowd)


async def test_samples_go_round_all_timelines(community: Community) -> None:
    wren, _, _, posts = await nest(community)
    await spoil(community.app, wren, lambda ids: ids - {posts[0]})
    before = _missing(community.app)
    for _ in range(2):
        await community.app.audit.sample()
    assert _missing(community.app) > before
    # what is being read from is not kept alive by being looked at, nor repaired in passing
    assert (await checked(community.app)).wrong == 1


def _missing(app: Application) -> float:
    return app.telemetry.registry.get_sample_value("chirrup_timeline_differences_total", {"kind": "missing"}) or 0.0


@pytest.mark.slow
@pytest.mark.settings(fanout_chunk=2, fanout_threshold=5, timeline_size=8, timeline_recent=4)
async def test_under_a_load_of_posts_follows_and_threshold_crossings_nothing_is_found_that_is_not_there(
    community: Community,
) -> None:
    flock = await community.people("wren", "robin", "jay", "owl", "lark", "rook", "kite", "swift")
    chance = random.Random(7)
    busy = [asyncio.create_task(_flutter(bird, flock, chance)) for bird in flock]
    total = Findings()
    for _ in range(12):
        async for findings in community.app.audit.everything(repair=False):
            total = total.plus(findings)
        await asyncio.sleep(0.02)
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)
    await community.settle()
    for bird in flock:
        await bird.get("/feed")
    assert (total.wrong, [one for one in total.differences if one.missing or one.unknown]) == (0, [])
    assert total.whole > 0
    assert await checked(community.app) == Findings(checked=len(flock), whole=len(flock))


async def _flutter(bird: Person, flock: list[Person], chance: random.Random) -> None:
    while True:
        other = chance.choice([one for one in flock if one is not bird])
        match chance.randrange(12):
            case 0 | 1 | 2 | 3:
                await bird.publish("tseep")
            case 4 | 5 | 6:
                await bird.follow(other)
            case 7:
                await bird.post(f"/users/{other.username}/unfollow")
            case _:
                await bird.get("/feed")


@pytest.fixture
async def idle(settings: Settings) -> AsyncIterator[Application]:
    """An application whose events nobody handles."""
    async with open_application(settings) as app:
        yield app


async def unpushed(app: Application) -> tuple[Viewer, Viewer, int]:
    """Return a reader, a followee, and a post that the reader's stored timeline lacks still."""
    accounts = [await app.accounts.register(name, None, PASSWORD, None) for name in ("wren", "robin")]
    wren, robin = (Viewer(account.id, 0) for account in accounts)
    await app.graph.follow(wren.id, robin.id)
    await app.home.page(wren, MAX_ID, 20)
    post_id = await app.posts.publish(robin, Draft(text="tseep"))
    return wren, robin, post_id


@pytest.mark.embedded
async def test_a_post_that_stays_on_its_way_leaves_it_undecided(idle: Application) -> None:
    wren, _, post_id = await unpushed(idle)
    assert await checked(idle) == Findings(checked=1, undecided=1)
    explanation = await idle.explainer.explain(str(wren.id), str(post_id))
    assert (explanation.shown, explanation.agrees, explanation.way) == (False, True, "on its way")
    async with at_work(idle):
        await settled(idle)
    assert await checked(idle) == Findings(checked=1, whole=1)


@pytest.mark.embedded
async def test_a_step_that_is_still_to_be_taken_leaves_it_undecided_too(idle: Application) -> None:
    _, robin, post_id = await unpushed(idle)
    await _pass_by(idle)
    async with idle.db.transaction() as tx:
        tx.publish(FanOutStep(author_id=robin.id, post_id=post_id, after=0))
    assert await checked(idle) == Findings(checked=1, undecided=1)


class MovingOutbox(SqliteOutbox):
    """Has the fan-out take a step as soon as the events of its first consumer have been looked through."""

    def __init__(self, step: Callable[[], Awaitable[None]]) -> None:
        self._step: Callable[[], Awaitable[None]] | None = step

    async def behind(self, reader: Reader, position: int, limit: int) -> tuple[list[Entry], int]:
        """Return the next events, and let the step be taken where there are none."""
        found = await super().behind(reader, position, limit)
        if not found[0] and self._step is not None:
            step, self._step = self._step, None
            await step()
        return found


@pytest.mark.embedded
async def test_a_post_that_goes_from_one_consumer_to_the_next_during_a_look_is_met(idle: Application) -> None:
    _, robin, post_id = await unpushed(idle)

    async def step() -> None:
        await _pass_by(idle)
        async with idle.db.transaction() as tx:
            tx.publish(FanOutStep(author_id=robin.id, post_id=post_id, after=0))

    watched = dataclasses.replace(idle.audit.fan_out, outbox=MovingOutbox(step))
    assert (await watched.unfinished()).posts == {post_id}


@pytest.mark.embedded
async def test_a_post_that_the_fan_out_has_passed_by_is_missing(idle: Application) -> None:
    wren, _, post_id = await unpushed(idle)
    await _pass_by(idle)
    found = await checked(idle)
    assert found.differences == [Difference(str(wren.id), 1, 0, 0, [str(post_id)])]
    assert (await idle.explainer.explain(str(wren.id), str(post_id))).way == "missing"


@pytest.mark.embedded
async def test_where_too_much_is_under_way_nothing_is_decided(idle: Application) -> None:
    _, robin, _ = await unpushed(idle)
    await _pass_by(idle)
    for number in range(5):
        await idle.posts.publish(robin, Draft(text=f"song {number}"))
    few = dataclasses.replace(idle.audit, fan_out=dataclasses.replace(idle.audit.fan_out, most=3))
    assert await few.check([owner async for page in idle.timelines.owners() for owner in page]) == Findings(
        checked=1, undecided=1
    )
    assert (await checked(idle)).wrong == 1


async def _pass_by(app: Application) -> None:
    """Have the fan-out's position move without its work, as a fault or a dead letter would."""
    assert isinstance(app.outbox, SqliteOutbox)
    async with app.db.transaction() as tx:
        for subscription in app.audit.fan_out.subscriptions:
            await app.outbox.move(tx, subscription.name, await app.outbox.newest(tx))
