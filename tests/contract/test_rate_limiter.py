"""The promises of the `RateLimiter` port."""

import math
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chirrup.platform.adapters.memory import limiter as memory_limiter
from chirrup.platform.adapters.memory.limiter import MemoryRateLimiter
from chirrup.platform.http.limits import LIMITS
from chirrup.platform.ports import Limit, RateLimiter
from tests.clock import HandClock

SONGS = Limit("songs", amount=60, seconds=60, burst=5)
OTHERS = Limit("others", amount=1, seconds=7, burst=1)


async def granted(limiter: RateLimiter, limit: Limit, key: str, attempts: int) -> int:
    return sum([(await limiter.take(limit, key)).allowed for _ in range(attempts)])


async def test_a_burst_is_granted_at_once_and_no_more(limiter: RateLimiter) -> None:
    remaining = [(await limiter.take(SONGS, "wren")).remaining for _ in range(5)]
    assert remaining == [4, 3, 2, 1, 0]
    refused = await limiter.take(SONGS, "wren")
    assert (refused.allowed, refused.remaining, refused.limit) == (False, 0, SONGS)


async def test_keys_and_limits_have_buckets_of_their_own(limiter: RateLimiter) -> None:
    assert await granted(limiter, SONGS, "wren", 9) == 5
    assert await granted(limiter, SONGS, "robin", 9) == 5
    assert await granted(limiter, OTHERS, "wren", 9) == 1


async def test_a_bucket_refills_steadily_up_to_its_burst(limiter: RateLimiter, clock: HandClock) -> None:
    await granted(limiter, SONGS, "wren", 5)
    clock.move(2.5)
    assert await granted(limiter, SONGS, "wren", 9) == 2
    clock.move(0.5)
    assert await granted(limiter, SONGS, "wren", 9) == 1
    clock.move(3600)
    assert await granted(limiter, SONGS, "wren", 9) == 5


async def test_retry_after_is_neither_too_short_nor_too_long(limiter: RateLimiter, clock: HandClock) -> None:
    await granted(limiter, OTHERS, "wren", 1)
    clock.move(3)
    refused = await limiter.take(OTHERS, "wren")
    assert refused.retry_after == 4
    clock.move(3.999)
    assert not (await limiter.take(OTHERS, "wren")).allowed
    clock.move(0.001)
    assert (await limiter.take(OTHERS, "wren")).allowed


async def test_refused_attempts_cost_nothing(limiter: RateLimiter, clock: HandClock) -> None:
    await granted(limiter, SONGS, "wren", 500)
    clock.move(1)
    assert await granted(limiter, SONGS, "wren", 3) == 1


async def test_a_clock_that_steps_back_grants_nothing(limiter: RateLimiter, clock: HandClock) -> None:
    await granted(limiter, SONGS, "wren", 5)
    clock.move(-30)
    assert await granted(limiter, SONGS, "wren", 1) == 0
    clock.move(30)
    assert await granted(limiter, SONGS, "wren", 1) == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.sampled_from([limit for limits in LIMITS.values() for limit in limits]),
    pauses=st.lists(st.integers(0, 100_000), max_size=60),
)
async def test_who_waits_as_long_as_told_is_let_in(
    limiter: RateLimiter, clock: HandClock, limit: Limit, pauses: list[int]
) -> None:
    key = str((limit, pauses))
    for pause in pauses:
        clock.time += pause
        decision = await limiter.take(limit, key)
        if not decision.allowed:
            clock.move(math.ceil(decision.retry_after))
            assert (await limiter.take(limit, key)).allowed
    while (decision := await limiter.take(limit, key)).allowed:
        pass
    clock.move(math.ceil(decision.retry_after))
    assert (await limiter.take(limit, key)).allowed


async def test_buckets_that_are_full_again_take_no_memory(monkeypatch: Any, clock: HandClock) -> None:
    monkeypatch.setattr(memory_limiter, "_SWEEP", 50)
    limiter = MemoryRateLimiter(clock)
    for bird in range(2000):
        await limiter.take(SONGS, str(bird))
        clock.move(1)
    assert len(limiter._full_at) <= 50
