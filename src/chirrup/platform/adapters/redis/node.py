"""One Redis server: its connection, made when it is needed, and a circuit that opens when it fails."""

import asyncio
import ssl
from collections.abc import Callable

import hiredis
import msgspec
import structlog

from chirrup.platform.adapters.redis.wire import RedisDown, Wire, Word

_log = structlog.get_logger()


class Address(msgspec.Struct, frozen=True):
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as in a URL."""
        return f"{self.host}:{self.port}"


class Access(msgspec.Struct, frozen=True):
    """What all servers of one deployment have in common."""

    username: str | None = None
    password: str | None = None
    database: int = 0
    tls: bool = False
    cluster: bool = False
    """Whether each server has a part of the keys."""
    timeout: float = 1.0
    """Seconds until an answer is given up, and until a connection must stand."""
    pause: float = 1.0
    """Seconds without a try after a failure."""


class Node:
    """A server. After a failure everything fails at once, until a try in the background succeeds."""

    def __init__(self, address: Address, access: Access, restarted: Callable[[], None]) -> None:
        """Call `restarted` whenever a connection finds another run of the server than the one before it."""
        self.address = address
        self.wire: Wire | None = None
        self.tag = bytes(4)
        """Tells the runs of servers from each other: what was written under another tag may have missed something."""
        self.access = access
        self._restarted = restarted
        self._opening: asyncio.Task[None] | None = None
        self._closed_until = 0.0
        self._failed = False

    async def open(self) -> Wire:
        """Return the connection.

        Raises:
            RedisDown: there is none.
        """
        if self.wire is not None:
            return self.wire
        if self._opening is None:
            if asyncio.get_running_loop().time() < self._closed_until:
                raise RedisDown(f"{self.address} has failed a moment ago")
            self._opening = asyncio.create_task(self._connect())
            self._opening.add_done_callback(self._opened)
        if not self._failed:
            await asyncio.shield(self._opening)
        if self.wire is None:
            raise RedisDown(f"{self.address} cannot be reached")
        return self.wire

    def fail(self, wire: Wire, reason: object) -> None:
        """Give a connection up, and try no other for a while."""
        if self.wire is not None and self.wire is not wire:
            return
        self.wire = None
        wire.close()
        self._closed_until = asyncio.get_running_loop().time() + self.access.pause
        if not self._failed:
            self._failed = True
            _log.warning("redis.down", server=str(self.address), reason=str(reason))

    async def close(self) -> None:
        """Leave."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        if self.wire is not None:
            self.wire.close()
            self.wire = None

    def _opened(self, _: asyncio.Task[None]) -> None:
        self._opening = None

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        wire = Wire(self.access.timeout, self._lost, one_by_one=self.access.cluster)
        tls = ssl.create_default_context() if self.access.tls else None
        try:
            async with asyncio.timeout(self.access.timeout):
                await loop.create_connection(lambda: wire, self.address.host, self.address.port, ssl=tls)
                tag = await self._greet(wire)
        except (OSError, TimeoutError, RedisDown) as error:
            self.fail(wire, error or type(error).__name__)
            return
        except asyncio.CancelledError:
            wire.close()
            raise
        if self._failed:
            self._failed = False
            _log.info("redis.back", server=str(self.address))
        if tag != self.tag:
            self.tag = tag
            self._restarted()
        self.wire = wire

    async def _greet(self, wire: Wire) -> bytes:
        """Log in; return the tag of the server's present run."""
        access = self.access
        commands: list[tuple[Word, ...]] = [("CLIENT", "SETNAME", "chirrup"), ("INFO", "server")]
        if access.database:
            commands.insert(0, ("SELECT", access.database))
        if access.password is not None:
            commands.insert(0, ("AUTH", *([access.username] if access.username else []), access.password))
        replies = await wire.ask(commands)
        for reply in replies:
            if isinstance(reply, hiredis.ReplyError):
                raise RedisDown(str(reply))
        fields = dict(line.split(b":", 1) for line in replies[-1].splitlines() if b":" in line)
        return bytes.fromhex(fields[b"run_id"].decode())[:4]

    def _lost(self, wire: Wire) -> None:
        # a server may close what is idle: that alone is no reason to pause
        if self.wire is wire:
            self.wire = None
