"""Subscriptions follow listeners."""

import asyncio
from collections.abc import Collection

import pytest

from chirrup.live.interests import Interests
from chirrup.platform.adapters.memory.live import MemoryLiveChannel
from chirrup.platform.errors import Unavailable


class SlowChannel(MemoryLiveChannel):
    """Counts calls, and takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, list[str]]] = []
        self.fault: Exception | None = None

    async def subscribe(self, channels: Collection[str]) -> None:
        """Hear channels, or fail."""
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault
        self.calls.append(("subscribe", sorted(channels)))
        await super().subscribe(channels)

    async def unsubscribe(self, channels: Collection[str]) -> None:
        """Hear channels no longer."""
        await asyncio.sleep(0)
        self.calls.append(("unsubscribe", sorted(channels)))
        await super().unsubscribe(channels)


async def settle() -> None:
    """Let everything that is under way come to its end."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_channel_is_subscribed_to_once_and_left_by_the_last() -> None:
    channel = SlowChannel()
    interests: Interests[str] = Interests(channel)
    await interests.add("wren", ["author:1"])
    await interests.add("robin", ["author:1"])
    interests.drop("wren", ["author:1"])
    await settle()
    assert channel.calls == [("subscribe", ["author:1"])]
    interests.drop("robin", ["author:1"])
    await settle()
    assert channel.calls[1:] == [("unsubscribe", ["author:1"])]
    assert interests.channels == 0


async def test_what_many_want_at_the_same_time_is_few_calls() -> None:
    channel = SlowChannel()
    interests: Interests[int] = Interests(channel)
    await asyncio.gather(*(interests.add(number, [f"author:{number}", "author:0"]) for number in range(100)))
    assert len(channel.calls) <= 2
    assert interests.channels == 100


async def test_who_comes_back_while_a_channel_is_left_hears_it() -> None:
    channel = SlowChannel()
    interests: Interests[str] = Interests(channel)
    await interests.add("wren", ["author:1"])
    interests.drop("wren", ["author:1"])
    await asyncio.sleep(0)
    await interests.add("wren", ["author:1"])
    heard: list[bytes] = []
    channel.listen(lambda _, message: heard.append(message), lambda _: None)
    await channel.publish([("author:1", b"chirp")])
    assert heard == [b"chirp"]


async def test_a_failure_is_told_to_those_who_wait_and_tried_again_by_the_next() -> None:
    channel = SlowChannel()
    channel.fault = Unavailable("It does not answer.")
    interests: Interests[str] = Interests(channel)
    with pytest.raises(Unavailable):
        await interests.add("wren", ["author:1"])
    interests.drop("wren", ["author:1"])
    channel.fault = None
    await interests.add("wren", ["author:1"])
    assert interests.channels == 1


async def test_who_waits_hears_of_a_fault_that_nobody_expected() -> None:
    channel = SlowChannel()
    channel.fault = ValueError("It is broken.")
    interests: Interests[str] = Interests(channel)
    with pytest.raises(ValueError, match="broken"):
        await interests.add("wren", ["author:1"])
