"""Live messages over Redis' sharded Pub/Sub: a message costs as much as there are processes that listen for it."""

import asyncio
from collections.abc import Collection, Sequence

import structlog

from chirrup.platform.adapters.redis.ear import Ear
from chirrup.platform.adapters.redis.link import Command, RedisLink
from chirrup.platform.adapters.redis.node import Node
from chirrup.platform.adapters.redis.topology import slot_of
from chirrup.platform.adapters.redis.wire import RedisDown
from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import Hear, Miss

_log = structlog.get_logger()


class RedisLiveChannel:
    """The `LiveChannel` port. A connection that is lost is made again, and its channels are told as missed."""

    def __init__(self, link: RedisLink, *, prefix: str = "live:", timeout: float = 2.0, pause: float = 0.5) -> None:
        """Name channels with a prefix; wait `timeout` seconds for Redis, and `pause` seconds after a failure."""
        self._link = link
        self._prefix = prefix
        self._timeout = timeout
        self._pause = pause
        self._hear: Hear | None = None
        self._miss: Miss | None = None
        self._ears: dict[Node, Ear] = {}
        self._heard: dict[bytes, Ear] = {}
        """What is subscribed to, and where."""
        self._missing: set[bytes] = set()
        """What was subscribed to when a connection was lost."""
        self._restoring: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    def listen(self, hear: Hear, miss: Miss) -> None:
        """Have messages handed over."""
        self._hear, self._miss = hear, miss

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Publish messages."""
        names = [self._name(channel) for channel, _ in messages]
        commands = [
            Command(name, ("SPUBLISH", name, message)) for name, (_, message) in zip(names, messages, strict=True)
        ]
        for reply in await self._link.calls(commands):
            if isinstance(reply, RedisDown):
                raise Unavailable(f"Redis does not pass live messages on: {reply}") from reply

    async def subscribe(self, channels: Collection[str]) -> None:
        """Hear channels."""
        names = [name for channel in channels if (name := self._name(channel)) not in self._heard]
        if not names:
            return
        missing = self._missing.intersection(names)
        try:
            await self._subscribe(names)
        except RedisDown as error:
            fresh = [name for name in names if name not in missing]
            self._missing.difference_update(fresh)
            await self._forget(fresh)
            raise Unavailable(f"Redis does not take subscriptions: {error}") from error
        self._found(missing.intersection(self._missing))

    async def unsubscribe(self, channels: Collection[str]) -> None:
        """Hear channels no longer."""
        names = [self._name(channel) for channel in channels]
        self._missing.difference_update(names)
        await self._forget(names)

    async def close(self) -> None:
        """Leave."""
        self._missing.clear()
        self._heard.clear()
        if self._restoring is not None:
            self._restoring.cancel()
            await asyncio.wait([self._restoring])
        for ear in list(self._ears.values()):
            ear.close()

    def _name(self, channel: str) -> bytes:
        return (self._prefix + channel).encode()

    async def _subscribe(self, names: Sequence[bytes]) -> None:
        shares: dict[Node, list[bytes]] = {}
        for name in names:
            shares.setdefault(await self._link.server_at(slot_of(name)), []).append(name)

        async def one(node: Node, share: list[bytes]) -> None:
            ear = await self._ear(node)
            # noted before the answer, so that a loss in between is seen
            self._heard.update(dict.fromkeys(share, ear))
            await ear.subscribe(share)

        results = await asyncio.gather(*(one(node, share) for node, share in shares.items()), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                self._link.look_again()
                raise result

    async def _forget(self, names: Sequence[bytes]) -> None:
        shares: dict[Ear, list[bytes]] = {}
        for name in names:
            ear = self._heard.pop(name, None)
            if ear is not None and ear.alive:
                shares.setdefault(ear, []).append(name)
        for ear, share in shares.items():
            try:
                await ear.unsubscribe(share)
            except RedisDown as error:
                _log.info("live.unsubscribe_failed", reason=str(error))

    async def _ear(self, node: Node) -> Ear:
        async with self._opening:
            ear = self._ears.get(node)
            if ear is None or not ear.alive:
                ear = Ear(self._timeout, self._pass_on, self._dropped, self._lost)
                await ear.open(node)
                self._ears[node] = ear
            return ear

    def _pass_on(self, name: bytes, message: bytes) -> None:
        if self._hear is not None and name in self._heard:
            self._hear(name.decode().removeprefix(self._prefix), message)

    def _dropped(self, ear: Ear, name: bytes) -> None:
        if self._heard.get(name) is ear:
            del self._heard[name]
            self._restore([name])

    def _lost(self, ear: Ear) -> None:
        self._ears = {node: other for node, other in self._ears.items() if other is not ear}
        names = [name for name, place in self._heard.items() if place is ear]
        for name in names:
            del self._heard[name]
        if names:
            _log.warning("live.lost", channels=len(names))
            self._restore(names)

    def _restore(self, names: Collection[bytes]) -> None:
        self._missing.update(names)
        self._link.look_again()
        if self._restoring is None:
            self._restoring = asyncio.create_task(self._resubscribe())
            self._restoring.add_done_callback(self._restored)

    def _restored(self, _: "asyncio.Task[None]") -> None:
        self._restoring = None

    async def _resubscribe(self) -> None:
        """Hear again what was lost, and tell of it; go on trying as long as somebody wants to hear."""
        while self._missing:
            names = list(self._missing)
            try:
                await self._subscribe(names)
            except RedisDown:
                for name in names:
                    self._heard.pop(name, None)
                await asyncio.sleep(self._pause)
                continue
            kept = self._missing.intersection(names)
            await self._forget([name for name in names if name not in kept])
            self._found(kept)

    def _found(self, names: Collection[bytes]) -> None:
        self._missing.difference_update(names)
        if self._miss is not None and names:
            _log.info("live.back", channels=len(names))
            self._miss([name.decode().removeprefix(self._prefix) for name in names])
