"""What the adapters talk to: Redis as one place, whether it is one server or a cluster."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from hashlib import sha1
from typing import NamedTuple, Self
from urllib.parse import unquote, urlsplit

import hiredis

from chirrup.platform.adapters.redis.node import Access, Address, Node
from chirrup.platform.adapters.redis.topology import Cluster, Single, slot_of
from chirrup.platform.adapters.redis.wire import RedisDown, Reply, Wire, Word

AWAY = b""
"""Stands for the value of a key whose server is away; no value that the adapters write is empty."""
_REDIRECTS = 5
_SCANNED_AT_ONCE = 1000
_NOT_NOW = frozenset({"LOADING", "MASTERDOWN", "CLUSTERDOWN", "READONLY", "BUSY"})


class RedisRefused(RedisDown):
    """Redis answered with an error."""


class Command(NamedTuple):
    """One command and the key that decides where it goes; of a script also its source, for a server without it."""

    key: bytes
    words: tuple[Word, ...]
    source: str | None = None


class Script:
    """A Lua script, sent by its digest."""

    def __init__(self, source: str) -> None:
        """Take the source; it declares one key, or none if it runs on a whole server."""
        self.source = source
        self.digest = sha1(source.encode(), usedforsecurity=False).hexdigest()

    def on(self, key: bytes, *args: Word) -> Command:
        """Return the command that runs it on one key."""
        return Command(key, ("EVALSHA", self.digest, 1, key, *args), self.source)


class RedisLink:
    """The process' connections to Redis, one a server; they are made when they are needed and again when lost.

    A failure is met with `RedisDown` within the timeout, and for a second after it at once.
    """

    def __init__(self, url: str, *, timeout: float = 1.0, pause: float = 1.0) -> None:
        """Take `redis://USER:PASSWORD@HOST:PORT/DATABASE` or `redis+cluster://USER:PASSWORD@HOST:PORT,HOST:PORT`.

        `rediss` in place of `redis` asks for TLS. `timeout` and `pause` are seconds.

        Raises:
            ValueError: the URL is neither.
        """
        self._restart_callbacks: list[Callable[[], None]] = []
        addresses, access = _parsed(url, timeout, pause)
        self._cluster: Cluster | None = None
        self._topology: Single | Cluster
        if access.cluster:
            self._topology = self._cluster = Cluster(addresses, access, self._restarted)
        else:
            self._topology = Single(Node(addresses[0], access, self._restarted))

    async def __aenter__(self) -> Self:
        """Do nothing yet: Redis may be away at start."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._topology.close()

    def on_restart(self, callback: Callable[[], None]) -> None:
        """Call back before anything is read from another run of a server, or from another server, than before."""
        self._restart_callbacks.append(callback)

    async def get(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Return the value of each key, None where there is none, or `AWAY`."""
        if not keys:
            return []
        if self._cluster is None:
            node = self._topology.at(0)
        elif len(keys) == 1:
            slot = slot_of(keys[0])
            node = self._cluster.at(slot) or await self._node_at(slot)
        else:
            return await self._get_spread(keys, self._cluster)
        if node is None:
            return [AWAY] * len(keys)
        wire = node.wire
        try:
            wire = wire or await node.open()
            values = await wire.get(keys)
        except RedisDown as error:
            self._failed(node, wire, error)
            return [AWAY] * len(keys)
        return [await self._found(keys[0], node, values[0])] if isinstance(values[0], hiredis.ReplyError) else values

    async def call(self, command: Command) -> Reply:
        """Return the answer to one command.

        Raises:
            RedisDown: there is none.
        """
        [reply] = await self.calls([command])
        if isinstance(reply, RedisDown):
            raise reply
        return reply

    async def calls(self, commands: Sequence[Command]) -> list[Reply]:
        """Return the answers to commands, in each failed one's place a `RedisDown`."""
        if not commands:
            return []
        replies: list[Reply] = [None] * len(commands)
        shares: dict[Node | None, list[int]] = {}
        if self._cluster is None:
            shares[self._topology.at(0)] = list(range(len(commands)))
        else:
            for place, command in enumerate(commands):
                shares.setdefault(await self._node_at(slot_of(command.key)), []).append(place)
        asked = [self._ask(node, [commands[place].words for place in places]) for node, places in shares.items()]
        answers = await asyncio.gather(*asked) if len(asked) > 1 else [await asked[0]]
        again = []
        for (node, places), answer in zip(shares.items(), answers, strict=True):
            for place, reply in zip(places, answer, strict=True):
                replies[place] = reply
                if isinstance(reply, hiredis.ReplyError):
                    again.append((place, self._insist(commands[place], node, reply)))
        if again:
            others = await asyncio.gather(*(retry for _, retry in again))
            for (place, _), reply in zip(again, others, strict=True):
                replies[place] = reply
        return replies

    def known_server(self, slot: int) -> Node | None:
        """Return the server of a slot, if it is known."""
        return self._topology.at(slot)

    async def server_at(self, slot: int) -> Node:
        """Return the server of a slot.

        Raises:
            RedisDown: it is not known.
        """
        node = await self._node_at(slot)
        if node is None:
            raise RedisDown("no server is known to hold this slot")
        return node

    def look_again(self) -> None:
        """Ask in the background which server holds which slot: somebody else has found that it may have changed."""
        self._topology.learn_soon()

    async def run_on(self, node: Node, script: Script, *args: Word) -> Reply:
        """Run a script that declares no keys on one server.

        Raises:
            RedisRefused: it has failed, perhaps halfway: a key may be on another server by now.
            RedisDown: there is no answer.
        """
        [reply] = await self._ask(node, [("EVALSHA", script.digest, 0, *args)])
        if isinstance(reply, hiredis.ReplyError) and str(reply).startswith("NOSCRIPT"):
            [reply] = await self._ask(node, [("EVAL", script.source, 0, *args)])
        if isinstance(reply, hiredis.ReplyError):
            raise self._refusal(node, str(reply))
        if isinstance(reply, RedisDown):
            raise reply
        return reply

    @property
    def spread(self) -> bool:
        """Whether keys are spread over several servers."""
        return self._cluster is not None

    def tag(self, key: bytes) -> bytes:
        """Return 4 bytes that change when the server of a key has restarted, or another has taken its place."""
        node = self._topology.at(slot_of(key) if self._cluster is not None else 0)
        return node.tag if node is not None else bytes(4)

    async def tag_now(self, key: bytes) -> bytes:
        """Return the tag of a key's server, connected to it.

        Raises:
            RedisDown: it cannot be reached.
        """
        node = await self.server_at(slot_of(key) if self._cluster is not None else 0)
        await node.open()
        return node.tag

    async def keys(self, pattern: str) -> AsyncIterator[list[bytes]]:
        """Yield the keys of all servers that match a pattern, some at a time; one may come twice.

        Raises:
            RedisDown: a server does not answer.
        """
        await self._node_at(0)
        for node in self._topology.all():
            cursor: Word = 0
            while True:
                [reply] = await self._ask(node, [("SCAN", cursor, "MATCH", pattern, "COUNT", _SCANNED_AT_ONCE)])
                if isinstance(reply, hiredis.ReplyError):
                    raise self._refusal(node, str(reply))
                if isinstance(reply, RedisDown):
                    raise reply
                cursor, keys = reply
                if keys:
                    yield keys
                if cursor == b"0":
                    break

    async def check(self) -> None:
        """Ask every server for a sign of life.

        Raises:
            RedisDown: one gives none.
        """
        await self._node_at(0)
        for node in self._topology.all():
            [reply] = await self._ask(node, [("ECHO", "alive")])
            if reply != b"alive":
                raise RedisDown(str(reply))

    async def _get_spread(self, keys: Sequence[bytes], cluster: Cluster) -> list[bytes | None]:
        shares: dict[Node | None, list[int]] = {}
        for place, key in enumerate(keys):
            slot = slot_of(key)
            shares.setdefault(cluster.at(slot) or await self._node_at(slot), []).append(place)
        asked = []
        for node, places in shares.items():
            if node is None:
                continue
            try:
                wire = node.wire or await node.open()
            except RedisDown:
                cluster.learn_soon()
                continue
            asked.append((node, places, wire, wire.get([keys[place] for place in places])))
        values: list[bytes | None] = [AWAY] * len(keys)
        for node, places, wire, future in asked:
            try:
                replies = await future
            except RedisDown as error:
                self._failed(node, wire, error)
                continue
            for place, reply in zip(places, replies, strict=True):
                broken = isinstance(reply, hiredis.ReplyError)
                values[place] = await self._found(keys[place], node, reply) if broken else reply
        return values

    async def _found(self, key: bytes, node: Node, error: Reply) -> bytes | None:
        """Return the value of a key whose server has answered with an error, as while its slot moves."""
        reply = await self._insist(Command(key, ("GET", key)), node, error)
        return AWAY if isinstance(reply, RedisDown) else reply

    def _restarted(self) -> None:
        for callback in self._restart_callbacks:
            callback()

    async def _node_at(self, slot: int) -> Node | None:
        node = self._topology.at(slot)
        if node is None:
            await self._topology.learn()
            node = self._topology.at(slot)
        return node

    async def _ask(self, node: Node | None, commands: Sequence[tuple[Word, ...]]) -> list[Reply]:
        """Return the answers of one server, or as many times that it is down."""
        if node is None:
            return [RedisDown("no server is known to hold this key")] * len(commands)
        wire = node.wire
        try:
            wire = wire or await node.open()
            return await wire.ask(commands)
        except RedisDown as error:
            self._failed(node, wire, error)
            return [error] * len(commands)

    async def _insist(self, command: Command, node: Node | None, reply: Reply) -> Reply:
        """Ask again where and how an error says, a few times."""
        words = command.words
        for attempt in range(_REDIRECTS):
            code, _, rest = str(reply).partition(" ")
            if code == "NOSCRIPT" and command.source is not None:
                words = ("EVAL", command.source, *words[2:])
                [reply] = await self._ask(node, [words])
            elif code in {"MOVED", "ASK"} and self._cluster is not None:
                slot, _, place = rest.partition(" ")
                host, _, port = place.rpartition(":")
                address = Address(host or (node.address.host if node else ""), int(port))
                node = self._cluster.node(address)
                if code == "MOVED":
                    self._cluster.moved(int(slot), address)
                    [reply] = await self._ask(node, [words])
                else:
                    [_, reply] = await self._ask(node, [("ASKING",), words])
            elif code == "TRYAGAIN":
                await asyncio.sleep(0.02 * (attempt + 1))
                [reply] = await self._ask(node, [words])
            else:
                break
            if not isinstance(reply, hiredis.ReplyError):
                return reply
        return self._refusal(node, str(reply))

    def _refusal(self, node: Node | None, text: str) -> RedisRefused:
        if node is not None and text.partition(" ")[0] in _NOT_NOW:
            self._failed(node, node.wire, text)
        return RedisRefused(text)

    def _failed(self, node: Node, wire: Wire | None, reason: object) -> None:
        # without a connection nothing was tried, so that the next try must not be put off
        if wire is not None:
            node.fail(wire, reason)
        self._topology.learn_soon()


def _parsed(url: str, timeout: float, pause: float) -> tuple[list[Address], Access]:
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss", "redis+cluster", "rediss+cluster"}:
        raise ValueError("a Redis URL begins with redis://, rediss://, redis+cluster:// or rediss+cluster://")
    userinfo, _, places = parts.netloc.rpartition("@")
    username, _, password = userinfo.partition(":")
    addresses = []
    for place in places.split(","):
        host, colon, port = place.rpartition(":")
        addresses.append(Address(host.strip("[]") if colon else place, int(port) if colon else 6379))
    access = Access(
        username=unquote(username) or None,
        password=unquote(password) if userinfo else None,
        database=int(parts.path.strip("/") or 0),
        tls=parts.scheme.startswith("rediss"),
        cluster=parts.scheme.endswith("+cluster"),
        timeout=timeout,
        pause=pause,
    )
    if not addresses[0].host:
        raise ValueError("a Redis URL names a host")
    return addresses, access
