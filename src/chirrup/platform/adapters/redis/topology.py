"""Which server holds which key: the only one, or the masters of a Redis Cluster."""

import asyncio
from binascii import crc_hqx
from collections.abc import Callable, Sequence
from typing import Any

import hiredis
import structlog

from chirrup.platform.adapters.redis.node import Access, Address, Node
from chirrup.platform.adapters.redis.wire import RedisDown

SLOTS = 16_384
_log = structlog.get_logger()


def slot_of(key: bytes) -> int:
    """Return the hash slot of a key: CRC16/XMODEM of the part in braces, if there is one, or of all of it."""
    if b"{" in key:
        tagged, closed, _ = key.partition(b"{")[2].partition(b"}")
        if tagged and closed:
            key = tagged
    return crc_hqx(key, 0) % SLOTS


class Single:
    """One server that holds everything."""

    def __init__(self, node: Node) -> None:
        self.node = node

    def at(self, _slot: int) -> Node:
        """Return the server."""
        return self.node

    def all(self) -> list[Node | None]:
        """Return the server."""
        return [self.node]

    async def learn(self) -> None:
        """There is nothing to learn."""

    def learn_soon(self) -> None:
        """There is nothing to learn."""

    async def close(self) -> None:
        """Leave."""
        await self.node.close()


class Cluster:
    """The masters of a Redis Cluster, as one of them last told."""

    def __init__(self, seeds: Sequence[Address], access: Access, changed: Callable[[], None]) -> None:
        """Start from servers of which one must be up; call `changed` when a slot is or may be on another run."""
        self._access = access
        self._changed = changed
        self._seeds = seeds
        self._nodes: dict[Address, Node] = {}
        self._slots: list[Node | None] = [None] * SLOTS
        self._learning: asyncio.Task[None] | None = None
        self._not_before = 0.0

    def at(self, slot: int) -> Node | None:
        """Return the server of a slot, if it is known."""
        return self._slots[slot]

    def all(self) -> list[Node | None]:
        """Return the servers of all slots, with None for slots that nobody is known to hold."""
        return list(dict.fromkeys(self._slots))

    def node(self, address: Address) -> Node:
        """Return the server at an address."""
        node = self._nodes.get(address)
        if node is None:
            node = self._nodes[address] = Node(address, self._access, self._changed)
        return node

    def moved(self, slot: int, address: Address) -> None:
        """Believe a server that names another one for a slot."""
        self._slots[slot] = self.node(address)
        self._changed()
        self.learn_soon()

    def learn_soon(self) -> None:
        """Ask in the background which server holds which slot, unless that was asked a moment ago."""
        loop = asyncio.get_running_loop()
        if self._learning is None and loop.time() >= self._not_before:
            self._not_before = loop.time() + self._access.pause
            self._learning = asyncio.create_task(self._learn())
            self._learning.add_done_callback(self._learned)

    async def learn(self) -> None:
        """Ask which server holds which slot, if that is not known at all."""
        self.learn_soon()
        if self._learning is not None:
            await asyncio.shield(self._learning)

    async def close(self) -> None:
        """Leave."""
        if self._learning is not None:
            self._learning.cancel()
            await asyncio.wait([self._learning])
        for node in self._nodes.values():
            await node.close()

    def _learned(self, _: "asyncio.Task[None]") -> None:
        self._learning = None

    async def _learn(self) -> None:
        reason: object = "no server is known"
        for address in dict.fromkeys([*self._nodes, *self._seeds]):
            try:
                wire = await self.node(address).open()
                [table] = await wire.ask([("CLUSTER", "SLOTS")])
            except RedisDown as error:
                reason = error
                continue
            if not isinstance(table, hiredis.ReplyError):
                self._apply(table, address)
                return
            reason = table
        _log.warning("redis.cluster_unknown", reason=str(reason))

    def _apply(self, table: list[list[Any]], source: Address) -> None:
        slots: list[Node | None] = [None] * SLOTS
        for first, last, master, *_ in table:
            # a server that does not know its own name gives none
            address = Address(master[0].decode() if master[0] else source.host, master[1])
            slots[first : last + 1] = [self.node(address)] * (last + 1 - first)
        if slots != self._slots:
            self._slots = slots
            self._changed()
