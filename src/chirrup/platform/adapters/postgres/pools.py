"""Connections to PostgreSQL, a bounded number of them, with a bound on every wait."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

import asyncpg
import msgspec
import structlog
from asyncpg.pool import PoolConnectionProxy

from chirrup.platform.adapters.postgres.faults import CONNECT_FAULTS, Fault, fault_of, unreachable
from chirrup.platform.errors import Unavailable

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

T = TypeVar("T")

CONNECT_TIMEOUT = 2.0
"""Seconds that one host may take."""
_IDLE_SECONDS = 300.0
_RELEASE_TIMEOUT = 2.0

log = structlog.get_logger()


class PoolStats(msgspec.Struct, frozen=True):
    """How many connections a pool has."""

    name: str
    limit: int
    open: int
    in_use: int


class Connector:
    """Opens connections to whichever of a URL's hosts serves, that one first which did so last time.

    A host that is silent, as one without power is, costs its timeout once and not each time.
    """

    def __init__(self, url: str, *, prepared: bool, timeout: float, opened: Callable[[], None] | None = None) -> None:
        """`timeout` bounds each statement; `opened` hears of each new connection."""
        self._url = url
        self._opened = opened
        self._options: dict[str, Any] = {"timeout": CONNECT_TIMEOUT, "command_timeout": timeout}
        if not prepared:
            # a pooler may give each transaction another session, which knows no statement of an earlier one
            self._options["statement_cache_size"] = 0
        self._hosts = hosts_of(url)

    async def __call__(self, *_: Any, **pool_options: Any) -> "asyncpg.Connection[asyncpg.Record]":
        """Open a connection."""
        fault: Exception | None = None
        for host in list(self._hosts):
            place: dict[str, Any] = {"host": host[0], "port": host[1]} if host else {}
            try:
                connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
                    self._url, **place, **self._options, **pool_options
                )
            except CONNECT_FAULTS as error:
                fault = error
                continue
            self._hosts.remove(host)
            self._hosts.insert(0, host)
            if self._opened:
                self._opened()
            return connection
        assert fault is not None
        raise fault


def hosts_of(url: str) -> list[tuple[str, int] | None]:
    """Return the hosts and ports of a URL; None stands for a place that only the driver can tell."""
    place = urlsplit(url).netloc.rpartition("@")[2]
    if not place:
        return [None]
    parts = [urlsplit(f"//{part}") for part in place.split(",")]
    return [(part.hostname or "localhost", part.port or 5432) for part in parts]


def is_closed(connection: Connection) -> bool:
    """Return whether a connection that was acquired has broken; the pool has taken it back by then."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


def cut(connection: Connection) -> None:
    """Use a connection no more."""
    if not is_closed(connection):
        connection.terminate()


class Pool:
    """Connections that are opened when needed, up to a number, and closed when idle."""

    def __init__(self, name: str, connector: Connector, size: int, patience: float) -> None:
        """`patience` is how many seconds to wait for a connection."""
        self.name = name
        self._size = size
        self._patience = patience
        self._releasing: set[asyncio.Task[None]] = set()
        self._pool: asyncpg.Pool[asyncpg.Record] = asyncpg.create_pool(
            connect=connector,
            min_size=0,
            max_size=size,
            max_inactive_connection_lifetime=_IDLE_SECONDS,
            # nothing here changes a session, so there is nothing to reset
            reset=_leave,
        )

    async def open(self) -> None:
        """Make ready; nothing is connected yet."""
        await self._pool

    async def close(self) -> None:
        """Close the connections, also those that are in use after a while."""
        try:
            async with asyncio.timeout(_RELEASE_TIMEOUT):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def acquire(self) -> Connection:
        """Return a connection.

        Raises:
            Unavailable: none could be had.
        """
        if self._pool.is_closing():
            raise Unavailable("The server is stopping; nothing was saved.")
        try:
            return await self._pool.acquire(timeout=self._patience)
        except CONNECT_FAULTS as error:
            raise unreachable() from error

    async def release(self, connection: Connection) -> None:
        """Give a connection back."""
        try:
            await self._pool.release(connection, timeout=_RELEASE_TIMEOUT)
        except CONNECT_FAULTS as error:
            # the pool has cut it, and opens another in its place
            log.warning("postgres.connection_cut", pool=self.name, error=f"{type(error).__name__}: {error}")

    def release_later(self, connection: Connection) -> None:
        """Give a connection back whose server is silent, once it has taken note that nobody waits for its answer."""
        task = asyncio.create_task(self.release(connection))
        self._releasing.add(task)
        task.add_done_callback(self._releasing.discard)

    async def expire(self) -> None:
        """Use none of the present connections any more: the server that they led to has gone."""
        await self._pool.expire_connections()

    async def fetch(self, sql: str, args: Sequence[object]) -> list[asyncpg.Record]:
        """Run a query; on a second connection where the first has been lost.

        Raises:
            Unavailable: there was no answer.
        """
        try:
            return await self._fetch(sql, args)
        except _Lost:
            await self.expire()
        try:
            return await self._fetch(sql, args)
        except _Lost as error:
            raise unreachable() from error

    async def fetch_if(
        self, proves: Callable[[Connection], Awaitable[bool]], sql: str, args: Sequence[object], *, together: bool
    ) -> list[asyncpg.Record] | None:
        """Run a query on a connection of which something holds; return None where it does not hold.

        With `together`, proof and query are in one transaction and so of one session, also behind a pooler.

        Raises:
            Unavailable: there was no answer.
        """

        async def proven(connection: Connection) -> list[asyncpg.Record] | None:
            return await connection.fetch(sql, *args) if await proves(connection) else None

        async def in_transaction(connection: Connection) -> list[asyncpg.Record] | None:
            async with connection.transaction(readonly=True):
                return await proven(connection)

        try:
            return await self._use(in_transaction if together else proven)
        except _Lost as error:
            raise unreachable() from error

    async def _fetch(self, sql: str, args: Sequence[object]) -> list[asyncpg.Record]:
        return await self._use(lambda connection: connection.fetch(sql, *args))

    async def _use(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        connection = await self.acquire()
        fault = None
        try:
            return await work(connection)
        except CONNECT_FAULTS as error:
            fault = fault_of(error, closed=is_closed(connection))
            if fault is None:
                raise
            if fault is Fault.LOST:
                cut(connection)
                raise _Lost from error
            raise unreachable() from error
        finally:
            if fault is Fault.BUSY:
                self.release_later(connection)
            else:
                await self.release(connection)

    def stats(self) -> PoolStats:
        """Return how many connections there are."""
        size = self._pool.get_size()
        return PoolStats(self.name, self._size, size, size - self._pool.get_idle_size())


class _Lost(Exception):  # noqa: N818 - the caller tries again
    """The connection broke under a query."""


async def _leave(_: object) -> None:
    """Leave a session as it is."""
