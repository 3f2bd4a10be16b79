"""What every live channel promises."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack

import pytest

from chirrup.platform.adapters.memory.live import MemoryLiveChannel
from chirrup.platform.adapters.redis.link import RedisLink
from chirrup.platform.adapters.redis.live import RedisLiveChannel
from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import LiveChannel
from tests.contract.stores import KINDS, RedisStores, Stores
from tests.redis_servers import RedisCluster, RedisServer

SECONDS = 10


class Ears:
    """All that a process has heard and missed."""

    def __init__(self, channel: LiveChannel) -> None:
        self.channel = channel
        self.heard: list[tuple[str, bytes]] = []
        self.missed: set[str] = set()
        self._something = asyncio.Event()
        channel.listen(self._hear, self._miss)

    async def hears(self, *messages: tuple[str, bytes]) -> None:
        """Wait until as many messages have come, and compare them."""
        await self.hears_some(len(messages))
        assert self.heard == list(messages)

    async def hears_some(self, number: int) -> None:
        """Wait until as many messages have come."""
        await self._wait(lambda: len(self.heard) >= number)

    async def misses(self, *channels: str) -> None:
        """Wait until it is told that something may have been missed there."""
        await self._wait(lambda: self.missed >= set(channels))

    async def _wait(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(SECONDS):
            while not condition():
                self._something.clear()
                await self._something.wait()

    def _hear(self, channel: str, message: bytes) -> None:
        self.heard.append((channel, message))
        self._something.set()

    def _miss(self, channels: Collection[str]) -> None:
        self.missed.update(channels)
        self._something.set()


class Place:
    """Where processes meet: each has a channel of its own, unless there is one process only."""

    def __init__(self, stores: Stores, stack: AsyncExitStack) -> None:
        self._stores = stores
        self._stack = stack
        self._memory = MemoryLiveChannel()

    async def channel(self) -> LiveChannel:
        """Return the channel of one more process."""
        if not isinstance(self._stores, RedisStores):
            return self._memory
        return await opened(self._stores.server, self._stack)


async def opened(server: RedisServer | RedisCluster, stack: AsyncExitStack) -> RedisLiveChannel:
    """Return a channel over a Redis."""
    link = await stack.enter_async_context(RedisLink(server.url, pause=0.1))
    channel = RedisLiveChannel(link, pause=0.05)
    stack.push_async_callback(channel.close)
    return channel


@pytest.fixture
async def place(stores: Stores) -> AsyncIterator[Place]:
    """Each kind of place."""
    async with AsyncExitStack() as stack:
        yield Place(stores, stack)


def test_there_is_an_adapter_for_each_kind_of_place() -> None:
    assert KINDS == ("memory", "redis", "redis-cluster")


async def test_what_is_published_is_heard_in_order(place: Place) -> None:
    ears = Ears(await place.channel())
    other = await place.channel()
    await ears.channel.subscribe(["author:1", "author:2"])
    await other.publish([("author:1", b"chirp"), ("author:1", b"tweet")])
    await other.publish([("author:1", b"peep")])
    await ears.hears(("author:1", b"chirp"), ("author:1", b"tweet"), ("author:1", b"peep"))
    assert ears.missed == set()


async def test_nothing_else_is_heard(place: Place) -> None:
    ears = Ears(await place.channel())
    other = await place.channel()
    await ears.channel.subscribe(["author:1", "author:2"])
    await ears.channel.unsubscribe(["author:2"])
    await other.publish([("author:2", b"chirp"), ("author:3", b"tweet"), ("author:1", b"peep")])
    await ears.hears(("author:1", b"peep"))


async def test_subscribing_twice_is_subscribing_once(place: Place) -> None:
    ears = Ears(await place.channel())
    other = await place.channel()
    await ears.channel.subscribe(["author:1"])
    await ears.channel.subscribe(["author:1", "author:2"])
    await other.publish([("author:1", b"chirp")])
    await other.publish([("author:1", b"peep")])
    await ears.hears(("author:1", b"chirp"), ("author:1", b"peep"))


async def test_unsubscribing_from_what_is_not_heard_does_nothing(place: Place) -> None:
    ears = Ears(await place.channel())
    await ears.channel.unsubscribe(["author:1"])
    await ears.channel.subscribe(["author:1"])
    await ears.channel.publish([("author:1", b"chirp")])
    await ears.hears(("author:1", b"chirp"))


async def test_many_channels_are_heard(place: Place) -> None:
    ears = Ears(await place.channel())
    other = await place.channel()
    names = [f"author:{number}" for number in range(2000)]
    await ears.channel.subscribe(names)
    await other.publish([(name, b"chirp") for name in names])
    await ears.hears_some(len(names))
    assert sorted(ears.heard) == sorted((name, b"chirp") for name in names)


async def test_any_bytes_are_passed_on(place: Place) -> None:
    ears = Ears(await place.channel())
    await ears.channel.subscribe(["author:1"])
    message = bytes(range(256))
    await ears.channel.publish([("author:1", message)])
    await ears.hears(("author:1", message))


@pytest.mark.parametrize("kind", ["empty_server", "empty_cluster"])
async def test_two_processes_hear_the_same(kind: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(kind)
    async with AsyncExitStack() as stack:
        one, other = Ears(await opened(server, stack)), Ears(await opened(server, stack))
        for ears in (one, other):
            await ears.channel.subscribe(["author:1"])
        await (await opened(server, stack)).publish([("author:1", b"chirp")])
        await one.hears(("author:1", b"chirp"))
        await other.hears(("author:1", b"chirp"))


async def test_a_lost_connection_is_told_once_everything_is_heard_again(own_server: RedisServer) -> None:
    async with AsyncExitStack() as stack:
        ears = Ears(await opened(own_server, stack))
        await ears.channel.subscribe(["author:1", "author:2"])
        await ears.channel.unsubscribe(["author:2"])
        own_server.ask("CLIENT", "KILL", "TYPE", "pubsub")
        await ears.misses("author:1")
        assert ears.missed == {"author:1"}
        await ears.channel.publish([("author:1", b"chirp")])
        await ears.hears(("author:1", b"chirp"))


async def test_a_server_that_comes_back_is_heard_again(own_server: RedisServer) -> None:
    async with AsyncExitStack() as stack:
        ears = Ears(await opened(own_server, stack))
        await ears.channel.subscribe(["author:1"])
        own_server.stop()
        with pytest.raises(Unavailable):
            await ears.channel.publish([("author:1", b"chirp")])
        with pytest.raises(Unavailable):
            await ears.channel.subscribe(["author:2"])
        own_server.start()
        await ears.misses("author:1")
        await ears.channel.subscribe(["author:2"])
        assert ears.missed == {"author:1"}


async def test_channels_of_a_slot_that_moves_are_heard_at_its_new_place(empty_cluster: RedisCluster) -> None:
    async with AsyncExitStack() as stack:
        ears = Ears(await opened(empty_cluster, stack))
        await ears.channel.subscribe(["author:1"])
        slot = int(empty_cluster.servers[0].ask("CLUSTER", "KEYSLOT", "live:author:1"))
        owner = empty_cluster.owner(slot)
        target = next(server for server in empty_cluster.servers if server is not owner)
        with empty_cluster.moving(slot, target):
            pass
        try:
            await ears.misses("author:1")
            await ears.channel.publish([("author:1", b"chirp")])
            await ears.hears(("author:1", b"chirp"))
        finally:
            with empty_cluster.moving(slot, owner):
                pass
