"""The promises of the `TimelineStore` port."""

import asyncio
from array import array
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chirrup.platform.adapters.memory.timelines import MemoryTimelineStore
from chirrup.platform.ports import Cache, Timeline, TimelineStore
from tests.clock import HandClock
from tests.contract.conftest import BOUND, TIME_TO_LIVE
from tests.contract.stores import Stores

WREN, ROBIN, JAY = 1, 2, 3
BASIS = 77


def built(ids: Iterable[int] = (), floor: int = 0, basis: int = BASIS) -> Timeline:
    return Timeline(basis, floor, array("Q", sorted(ids)))


async def build(timelines: TimelineStore, owner: int, ids: Iterable[int] = (), floor: int = 0) -> None:
    await timelines.fill(owner, await timelines.open(owner), built(ids, floor))


async def stored(timelines: TimelineStore, owner: int) -> Timeline:
    timeline = await timelines.get(owner)
    assert timeline is not None
    return timeline


def complete_part(timeline: Timeline) -> list[int]:
    """What a reader takes from a timeline: the ids above its floor."""
    return [post_id for post_id in timeline.ids if post_id > timeline.floor]


async def test_a_timeline_that_was_filled_is_there_and_another_is_not(timelines: TimelineStore) -> None:
    await build(timelines, WREN, [3, 5, 9], floor=2)
    assert await stored(timelines, WREN) == built([3, 5, 9], floor=2)
    assert await timelines.get(ROBIN) is None


async def test_a_timeline_that_is_only_opened_is_not_there_yet(timelines: TimelineStore) -> None:
    await timelines.open(WREN)
    await timelines.push([WREN], [7])
    assert await timelines.get(WREN) is None


async def test_a_push_reaches_the_timelines_that_exist_and_counts_them(timelines: TimelineStore) -> None:
    await build(timelines, WREN)
    await timelines.open(ROBIN)
    assert await timelines.push([WREN, ROBIN, JAY], [7]) == 2
    assert complete_part(await stored(timelines, WREN)) == [7]
    assert await timelines.get(JAY) is None


async def test_several_posts_are_pushed_at_once_whatever_their_number(timelines: TimelineStore) -> None:
    await build(timelines, WREN, [3, 5])
    assert await timelines.push([WREN, JAY], [4, 9, 5]) == 1
    assert list((await stored(timelines, WREN)).ids) == [3, 4, 5, 9]
    await timelines.push([WREN], range(100, 100 + 5 * BOUND))
    timeline = await stored(timelines, WREN)
    assert complete_part(timeline) == list(range(timeline.floor + 1, 100 + 5 * BOUND))
    assert len(complete_part(timeline)) >= BOUND


async def test_pushes_between_opening_and_filling_stay(timelines: TimelineStore) -> None:
    ticket = await timelines.open(WREN)
    await timelines.push([WREN], [12])
    await timelines.push([WREN], [4])
    await timelines.fill(WREN, ticket, built([3, 5, 12]))
    assert complete_part(await stored(timelines, WREN)) == [3, 4, 5, 12]


@pytest.mark.parametrize("found", [(), (1, 2, 3)])
async def test_more_pushes_than_fit_during_a_build_raise_the_floor(
    timelines: TimelineStore, found: tuple[int, ...]
) -> None:
    for count in range(1, 4 * BOUND):
        ticket = await timelines.open(WREN)
        pushed = range(100, 100 + count)
        for post_id in pushed:
            await timelines.push([WREN], [post_id])
        await timelines.fill(WREN, ticket, built(found))
        timeline = await stored(timelines, WREN)
        expected = [post_id for post_id in (*found, *pushed) if post_id > timeline.floor]
        assert complete_part(timeline) == expected
        assert len(expected) >= min(BOUND, count)


async def test_ids_are_ascending_and_distinct_however_they_arrive(timelines: TimelineStore) -> None:
    await build(timelines, WREN, [10, 20])
    for post_id in (15, 30, 20, 5, 30, 15, 25):
        await timelines.push([WREN], [post_id])
    assert list((await stored(timelines, WREN)).ids) == [5, 10, 15, 20, 25, 30]


async def test_a_timeline_is_bounded_and_complete_above_its_floor(timelines: TimelineStore) -> None:
    await build(timelines, WREN)
    for post_id in range(1, 100):
        await timelines.push([WREN], [post_id])
        timeline = await stored(timelines, WREN)
        assert complete_part(timeline) == list(range(timeline.floor + 1, post_id + 1))
        assert min(post_id, BOUND) <= len(complete_part(timeline)) <= 2 * BOUND


async def test_a_build_that_is_too_large_is_cut(timelines: TimelineStore) -> None:
    await build(timelines, WREN, range(1, 31))
    timeline = await stored(timelines, WREN)
    assert complete_part(timeline) == list(range(timeline.floor + 1, 31))
    assert len(complete_part(timeline)) == BOUND


async def test_a_reader_s_timeline_stays_complete_while_others_push(timelines: TimelineStore) -> None:
    await build(timelines, WREN, range(1, BOUND + 1))
    held = await stored(timelines, WREN)
    floor = held.floor
    for post_id in range(100, 150):
        await timelines.push([WREN], [post_id])
    assert held.floor == floor
    assert set(range(1, BOUND + 1)) <= set(held.ids)


async def test_a_drop_forgets_also_what_is_being_built(timelines: TimelineStore) -> None:
    await build(timelines, WREN, [1])
    ticket = await timelines.open(ROBIN)
    await timelines.drop([WREN, ROBIN, JAY])
    await timelines.fill(ROBIN, ticket, built([1]))
    assert await timelines.get(WREN) is None
    assert await timelines.get(ROBIN) is None
    assert await timelines.push([WREN, ROBIN], [2]) == 0


async def test_only_the_last_opening_can_be_filled(timelines: TimelineStore) -> None:
    early = await timelines.open(WREN)
    await timelines.push([WREN], [5])
    late = await timelines.open(WREN)
    await timelines.push([WREN], [6])
    await timelines.fill(WREN, early, built([1], basis=1))
    assert await timelines.get(WREN) is None
    await timelines.fill(WREN, late, built([5], basis=2))
    assert (await stored(timelines, WREN)).basis == 2
    assert complete_part(await stored(timelines, WREN)) == [5, 6]


async def test_a_late_fill_does_not_touch_what_was_built_anew(timelines: TimelineStore) -> None:
    early = await timelines.open(WREN)
    await build(timelines, WREN, [8, 9])
    await timelines.push([WREN], [10])
    await timelines.fill(WREN, early, built([1], basis=1))
    assert await stored(timelines, WREN) == built([8, 9, 10])


async def test_a_timeline_is_dropped_after_its_last_read_and_not_after_its_last_push(
    timelines: TimelineStore, stores: Stores, clock: HandClock
) -> None:
    def let_pass(seconds: float) -> None:
        clock.move(seconds)
        stores.age(seconds)

    await build(timelines, WREN)
    await build(timelines, ROBIN)
    let_pass(TIME_TO_LIVE / 1000 - 1)
    await timelines.get(WREN)
    await timelines.push([WREN, ROBIN], [1])
    let_pass(2)
    await timelines.drop_idle()
    assert await timelines.get(ROBIN) is None
    assert complete_part(await stored(timelines, WREN)) == [1]


async def test_a_look_shows_what_a_read_shows_and_keeps_no_timeline_alive(
    timelines: TimelineStore, stores: Stores, clock: HandClock
) -> None:
    assert await timelines.peek(WREN) is None
    await timelines.open(ROBIN)
    assert await timelines.peek(ROBIN) is None
    await build(timelines, WREN, [3, 5], floor=2)
    await timelines.push([WREN], [4, 9])
    assert await timelines.peek(WREN) == await stored(timelines, WREN) == built([3, 4, 5, 9], floor=2)
    for _ in range(2):
        clock.move(TIME_TO_LIVE / 2000 + 1)
        stores.age(TIME_TO_LIVE / 2000 + 1)
        await timelines.peek(WREN)
    await timelines.drop_idle()
    assert await timelines.peek(WREN) is None


async def owners_of(timelines: TimelineStore) -> set[int]:
    return {owner_id async for page in timelines.owners() for owner_id in page}


async def test_all_owners_are_told_whatever_is_kept_beside_their_timelines(
    timelines: TimelineStore, cache: Cache
) -> None:
    assert await owners_of(timelines) == set()
    crowd = set(range(1, 2501))
    await cache.fetch("nests", list(range(50)), nests)
    await asyncio.gather(*(build(timelines, owner) for owner in crowd))
    assert await owners_of(timelines) == crowd
    await timelines.drop([WREN])
    assert await owners_of(timelines) == crowd - {WREN}


async def nests(keys: list[int]) -> dict[int, object]:
    return dict.fromkeys(keys, "a nest")


async def test_owners_may_come_and_go_while_they_are_told(timelines: TimelineStore) -> None:
    crowd = set(range(1, 2501))
    await asyncio.gather(*(build(timelines, owner) for owner in crowd))
    told: set[int] = set()
    async for page in timelines.owners():
        if not told:
            await timelines.drop([WREN])
            await build(timelines, 9999)
        told |= set(page)
    assert crowd - {WREN} <= told <= crowd | {9999}


async def test_many_reads_in_a_row_keep_a_timeline_alive(
    timelines: TimelineStore, stores: Stores, clock: HandClock
) -> None:
    await build(timelines, WREN)
    for _ in range(100):
        clock.move(1.5)
        stores.age(1.5)
        await timelines.drop_idle()
        assert await timelines.get(WREN) is not None


async def test_idle_timelines_are_counted_as_they_are_dropped(clock: HandClock) -> None:
    timelines = MemoryTimelineStore(clock, bound=BOUND, time_to_live=TIME_TO_LIVE)
    await build(timelines, WREN)
    clock.move(TIME_TO_LIVE / 1000 + 1)
    await build(timelines, ROBIN)
    assert await timelines.drop_idle() == 1


steps = st.lists(
    st.one_of(
        st.tuples(st.just("push"), st.integers(1, 60)),
        st.tuples(st.just("open"), st.just(0)),
        st.tuples(st.just("fill"), st.just(0)),
        st.tuples(st.just("drop"), st.just(0)),
    ),
    max_size=80,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps)
async def test_above_its_floor_a_timeline_lacks_nothing_and_adds_nothing(
    timelines: TimelineStore, history: list[tuple[str, int]]
) -> None:
    await timelines.drop([WREN])
    known: set[int] = set()
    opened: tuple[int, set[int]] | None = None
    for step, post_id in history:
        match step:
            case "push":
                known.add(post_id)
                await timelines.push([WREN], [post_id])
            case "open":
                ticket = await timelines.open(WREN)
                opened = (ticket, set(known))
            case "fill" if opened is not None:
                await timelines.fill(WREN, opened[0], built(opened[1]))
                opened = None
            case "drop":
                await timelines.drop([WREN])
        timeline = await timelines.get(WREN)
        if timeline is not None:
            assert complete_part(timeline) == sorted(key for key in known if key > timeline.floor)
