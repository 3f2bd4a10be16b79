"""What the demo's members do next, and when: paced, in rounds, and only while somebody looks."""

import asyncio
import random
from collections import Counter

import pytest
from uvicorn.server import ServerState

from chirrup.demo.living import attempt, go_on
from chirrup.demo.plan import ACTS, Act, Plan
from chirrup.entrypoints.audience import Audience
from chirrup.platform.errors import Forbidden
from tests.clock import HandClock

ROUND = 10


def plan(seed: int = 1, per_minute: float = 10) -> Plan:
    return Plan(random.Random(seed), per_minute)


def test_who_has_just_come_is_reached_first() -> None:
    beginning = plan()
    assert [beginning.next() for _ in range(3)] == ["post_to_guest", "reply_to_guest", "like_guest"]


@pytest.mark.parametrize("seed", range(20))
def test_every_round_reaches_the_guest_by_posts_a_reply_and_a_like(seed: int) -> None:
    acts = plan(seed)
    for _ in range(5):
        counted = Counter(acts.next() for _ in range(ROUND))
        assert (counted["post_to_guest"], counted["reply_to_guest"], counted["like_guest"]) == (2, 1, 1)
        assert counted["follow"] + counted["follow_guest"] == counted["pass_on"] + counted["pass_on_guest"] == 1


def test_everything_happens_in_time() -> None:
    acts = plan()
    assert {acts.next() for _ in range(10 * ROUND)} == set(ACTS)


def test_the_same_seed_plans_the_same() -> None:
    told = []
    for _ in range(2):
        acts = plan(7)
        told.append([(acts.next(), acts.pause()) for _ in range(30)])
    assert told[0] == told[1]


@pytest.mark.parametrize("per_minute", [1, 10, 600])
def test_pauses_are_near_their_mean(per_minute: float) -> None:
    acts = plan(per_minute=per_minute)
    pauses = [acts.pause() * per_minute for _ in range(1_000)]
    assert 57 < sum(pauses) / len(pauses) < 63
    assert min(pauses) > 20
    assert max(pauses) < 100


def test_somebody_looks_until_a_while_after_the_last_request() -> None:
    clock, state = HandClock(), ServerState()
    audience = Audience(state, clock)
    assert not audience.there()
    state.total_requests += 1
    assert audience.there()
    clock.move(170)
    assert audience.there()
    clock.move(20)
    assert not audience.there()


def test_who_is_connected_looks() -> None:
    clock, state = HandClock(), ServerState()
    audience = Audience(state, clock)
    state.connections.add(object())  # type: ignore[arg-type]  # whatever it is
    for _ in range(5):
        clock.move(3600)
        assert audience.there()
    state.connections.clear()
    clock.move(3600)
    assert not audience.there()


async def test_nothing_is_done_while_nobody_looks() -> None:
    done: list[Act] = []
    looks = iter([False, True, False, True, False])
    stopping = asyncio.Event()

    async def act(which: Act) -> None:
        done.append(which)

    async def pass_by(_: float) -> bool:
        return stopping.is_set()

    def watched() -> bool:
        look = next(looks, None)
        if look is None:
            stopping.set()
        return bool(look)

    await go_on(act, plan(), watched, pass_by)
    assert done == ["post_to_guest", "reply_to_guest"]


async def test_between_two_acts_there_is_a_pause_and_at_the_end_none() -> None:
    pauses: list[float] = []

    async def act(_: Act) -> None:
        pauses.append(-1)

    async def pass_by(seconds: float) -> bool:
        pauses.append(seconds)
        return len(pauses) > 5

    await go_on(act, plan(), lambda: True, pass_by)
    assert [pause < 0 for pause in pauses] == [False, True, False, True, False, True, False]
    assert pauses[0] == 0
    assert min(pauses[2], pauses[4], pauses[6]) > 2


@pytest.mark.parametrize("fault", [Forbidden("You cannot."), ZeroDivisionError(), TimeoutError()])
async def test_a_fault_of_an_act_ends_nothing(fault: Exception) -> None:
    async def act(_: Act) -> None:
        raise fault

    await attempt(act, "post")
