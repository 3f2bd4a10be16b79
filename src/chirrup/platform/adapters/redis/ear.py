"""A connection on which one Redis server passes on what is published on channels of its slots."""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

import hiredis

from chirrup.platform.adapters.redis.node import Node
from chirrup.platform.adapters.redis.wire import RedisDown, Reply, Word, pack

PING_SECONDS = 5.0
"""After how long a silent connection is asked for a sign of life."""


class _Asked:
    """A command whose answer is to come; of a subscription the channel, else none."""

    __slots__ = ("channel", "future", "kind")

    def __init__(self, kind: bytes, channel: bytes, future: "asyncio.Future[None]") -> None:
        self.kind = kind
        self.channel = channel
        self.future = future


class Ear(asyncio.Protocol):
    """Sharded subscriptions (Redis 7, `SSUBSCRIBE`) at one server; once the connection is lost it stays lost."""

    def __init__(
        self,
        timeout: float,
        heard: Callable[[bytes, bytes], None],
        dropped: Callable[["Ear", bytes], None],
        lost: Callable[["Ear"], None],
    ) -> None:
        """Call `dropped` when the server gives a channel up, as its slot moves away, and `lost` at the end."""
        self._timeout = timeout
        self._heard = heard
        self._dropped = dropped
        self._on_loss = lost
        self._loop = asyncio.get_running_loop()
        self._replies = hiredis.Reader()
        self._asked: deque[_Asked] = deque()
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether it hears."""
        return self._transport is not None

    async def open(self, node: Node) -> None:
        """Connect and log in.

        Raises:
            RedisDown: that fails, or takes too long.
        """
        access = node.access
        tls = ssl.create_default_context() if access.tls else None
        try:
            async with asyncio.timeout(self._timeout):
                await self._loop.create_connection(lambda: self, node.address.host, node.address.port, ssl=tls)
                if access.password is not None:
                    user = [access.username] if access.username else []
                    await self._ask([("AUTH", *user, access.password)], b"", [b""])
                await self._ask([("CLIENT", "SETNAME", "chirrup-live")], b"", [b""])
        except (OSError, TimeoutError) as error:
            self.close()
            raise RedisDown(str(error) or f"{node.address} does not answer") from error
        self._watch = asyncio.create_task(self._keep_watch())

    async def subscribe(self, channels: Sequence[bytes]) -> None:
        """Hear channels, all of which are in slots of this server.

        Raises:
            RedisDown: not all of them can be heard.
        """
        await self._within([("SSUBSCRIBE", channel) for channel in channels], b"ssubscribe", channels)

    async def unsubscribe(self, channels: Sequence[bytes]) -> None:
        """Hear channels no longer.

        Raises:
            RedisDown: the connection is lost, and with it the channels.
        """
        await self._within([("SUNSUBSCRIBE", channel) for channel in channels], b"sunsubscribe", channels)

    def close(self) -> None:
        """Leave."""
        if self._watch is not None:
            self._watch.cancel()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand out messages and answers."""
        try:
            self._replies.feed(data)
            while (reply := self._replies.gets()) is not False:
                self._take(reply)
        except (hiredis.ProtocolError, IndexError):
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all who wait, and whose ear it is."""
        self._transport = None
        if self._watch is not None:
            self._watch.cancel()
        asked, self._asked = self._asked, deque()
        for one in asked:
            _fail(one.future, RedisDown(f"the connection was lost: {exc or 'closed'}"))
        self._on_loss(self)

    def _take(self, reply: Reply) -> None:
        kind = reply[0] if isinstance(reply, list) else b""
        if kind == b"smessage":
            self._heard(reply[1], reply[2])
        elif kind == b"sunsubscribe" and not (
            self._asked and self._asked[0].kind == kind and self._asked[0].channel == reply[1]
        ):
            self._dropped(self, reply[1])
        else:
            asked = self._asked.popleft()
            if isinstance(reply, hiredis.ReplyError):
                _fail(asked.future, RedisDown(str(reply)))
            elif not asked.future.done():
                asked.future.set_result(None)

    async def _within(self, commands: Sequence[tuple[Word, ...]], kind: bytes, channels: Sequence[bytes]) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await self._ask(commands, kind, channels)
        except TimeoutError as error:
            self.close()
            raise RedisDown("no answer in time") from error

    async def _ask(self, commands: Sequence[tuple[Word, ...]], kind: bytes, channels: Sequence[bytes]) -> None:
        if self._transport is None:
            raise RedisDown("the connection was lost")
        asked = [_Asked(kind, channel, self._loop.create_future()) for channel in channels]
        self._asked += asked
        self._transport.write(b"".join(map(pack, commands)))
        answers = await asyncio.gather(*(one.future for one in asked), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer

    async def _keep_watch(self) -> None:
        with suppress(RedisDown):
            while True:
                await asyncio.sleep(PING_SECONDS)
                await self._within([("PING",)], b"", [b""])


def _fail(future: "asyncio.Future[None]", error: RedisDown) -> None:
    if not future.done():
        future.set_exception(error)
