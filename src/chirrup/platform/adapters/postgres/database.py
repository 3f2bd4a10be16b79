"""PostgreSQL as the database of many processes.

Nothing here is bound to a session, so that a pooler may stand between which lends connections by the transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog

from chirrup.platform.adapters.postgres.faults import CONNECT_FAULTS, Fault, fault_of, refusal, unreachable
from chirrup.platform.adapters.postgres.index import ReadIndex
from chirrup.platform.adapters.postgres.pools import Connection, Connector, Pool, PoolStats, cut, is_closed
from chirrup.platform.adapters.postgres.queries import PostgresReader
from chirrup.platform.adapters.postgres.reading import ReplicatedReads
from chirrup.platform.adapters.postgres.transactions import PostgresTransaction
from chirrup.platform.clock import Clock
from chirrup.platform.errors import Interrupted, Unavailable
from chirrup.platform.ports import Cache

READ_TIMEOUT = 2.0
REPLICA_READ_TIMEOUT = 0.5
"""Shorter, since the primary is asked then."""
SCAN_TIMEOUT = 30.0
WRITE_TIMEOUT = 5.0
"""Seconds that a statement may take, waiting for locks included."""
INDEX_TIMEOUT = 1.0
SCANS = 2
"""Long queries of a process at a time."""
_BEGINNINGS = 3
_LONGEST_END = 10.0

log = structlog.get_logger()


class PostgresDatabase:
    """The `Database` port over a primary and, if there is one, its replica; to be made where an event loop runs."""

    def __init__(
        self, primary_url: str, replica_url: str, clock: Clock, cache: Cache, *, pool: int = 20, prepared: bool = True
    ) -> None:
        """`pool` connections at most take short queries, and as many take transactions.

        Without a `replica_url` the primary answers all. With `prepared` off, a pooler in transaction mode may stand
        between.
        """
        self._clock = clock
        self._cache = cache

        def to_primary(name: str, size: int, timeout: float) -> Pool:
            connector = Connector(primary_url, prepared=prepared, timeout=timeout)
            return Pool(name, connector, size, patience=max(WRITE_TIMEOUT, timeout))

        self._writing = to_primary("write", pool, WRITE_TIMEOUT)
        self._reading = to_primary("read", pool, READ_TIMEOUT)
        self._scanning = to_primary("scan", SCANS, SCAN_TIMEOUT)
        self._pools = [self._writing, self._reading, self._scanning]
        read, scan = self._reading.fetch, self._scanning.fetch
        self.replicated: ReplicatedReads | None = None
        if replica_url:
            asking = to_primary("primary_position", 1, INDEX_TIMEOUT)
            reads = ReplicatedReads(ReadIndex(asking), replica_url, prepared=prepared)
            read = reads.over(self._reading, "replica_read", pool, REPLICA_READ_TIMEOUT)
            scan = reads.over(self._scanning, "replica_scan", SCANS, SCAN_TIMEOUT)
            self.replicated = reads
            self._pools += [asking, *reads.pools]
        self.read = PostgresReader(read)
        self.scan = PostgresReader(scan)
        self._on_publish: list[Callable[[], None]] = []
        self._ending: set[asyncio.Task[Any]] = set()

    def on_publish(self, listener: Callable[[], None]) -> None:
        """Call back when this process has committed new events."""
        self._on_publish.append(listener)

    def pool_stats(self) -> list[PoolStats]:
        """Return how many connections there are of each kind."""
        return [pool.stats() for pool in self._pools]

    async def __aenter__(self) -> "PostgresDatabase":
        """Make ready; connections are opened when they are needed."""
        for pool in self._pools:
            await pool.open()
        if self.replicated:
            self.replicated.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let transactions end that are ending, and close."""
        if self._ending:
            await asyncio.wait(self._ending, timeout=_LONGEST_END)
        if self.replicated:
            await self.replicated.close()
        await asyncio.gather(*(pool.close() for pool in self._pools))

    @asynccontextmanager
    async def transaction(self, *keys: int, snapshot: bool = False) -> AsyncIterator[PostgresTransaction]:
        """Open a transaction; it leaves once it is durable.

        A snapshot is as old as the wait for the keys would be long, so there is none with keys.
        """
        if keys and snapshot:
            raise ValueError("a transaction has keys or a snapshot, not both")
        connection = await self._begin(keys, snapshot=snapshot)
        tx = PostgresTransaction(connection, self._clock)
        try:
            yield tx
        except BaseException:
            await self._undo(connection, wait=not tx.waits_in_vain)
            raise
        await asyncio.shield(self._to_the_end(self._finish(connection, tx)))

    async def _begin(self, keys: tuple[int, ...], *, snapshot: bool) -> Connection:
        """Begin on a connection that is alive, with the locks of the keys, in one journey."""
        begin = f"BEGIN ISOLATION LEVEL {'REPEATABLE READ' if snapshot else 'READ COMMITTED'}"
        # always in the same order, so that no two wait for each other
        locks = [f"SELECT pg_advisory_xact_lock({key:d})" for key in sorted(set(keys))]
        for _ in range(_BEGINNINGS):
            connection = await self._writing.acquire()
            try:
                await connection.execute("; ".join([begin, *locks]))
            except BaseException as error:
                fault = fault_of(error, closed=is_closed(connection))
                await self._undo(connection, wait=fault is not Fault.BUSY)
                if fault is Fault.LOST:
                    await self._writing.expire()
                    continue
                if fault is None:
                    raise
                raise refusal(fault) from error
            return connection
        raise unreachable()

    async def _undo(self, connection: Connection, *, wait: bool) -> None:
        """Undo what was done; nobody has to wait for that where the server is silent."""
        undone = self._to_the_end(self._roll_back(connection))
        if wait:
            await asyncio.shield(undone)

    async def _roll_back(self, connection: Connection) -> None:
        """Undo what was done, if the connection is still there, and give it back."""
        try:
            if not is_closed(connection):
                await connection.execute("ROLLBACK")
        except CONNECT_FAULTS as error:
            # without its connection the server undoes it by itself
            log.info("postgres.rollback_by_disconnection", error=f"{type(error).__name__}: {error}")
            cut(connection)
        finally:
            await self._writing.release(connection)

    async def _finish(self, connection: Connection, tx: PostgresTransaction) -> None:
        try:
            await tx.flush()
        except BaseException:
            await self._undo(connection, wait=not tx.waits_in_vain)
            raise
        try:
            await self._commit(connection)
        except Interrupted:
            raise
        except Unavailable:
            # it may have been saved
            await self._forget(tx)
            raise
        await self._forget(tx)
        if tx.has_published:
            for listener in self._on_publish:
                listener()

    async def _commit(self, connection: Connection) -> None:
        try:
            if is_closed(connection):
                raise refusal(Fault.LOST)
            status = await connection.execute("COMMIT")
        except CONNECT_FAULTS as error:
            match fault_of(error, closed=is_closed(connection)):
                case None:
                    raise
                case Fault.LOST | Fault.BUSY:
                    cut(connection)
                    raise Unavailable("The database broke off; it is not known whether this was saved.") from error
                case fault:
                    raise refusal(fault) from error
        finally:
            await self._writing.release(connection)
        if status != "COMMIT":
            raise asyncpg.InFailedSQLTransactionError("a statement failed, and the body went on: nothing was saved")

    async def _forget(self, tx: PostgresTransaction) -> None:
        for space, keys in tx.forgotten.items():
            try:
                await self._cache.delete(space, sorted(keys))
            except Unavailable as refused:
                # the event that says so is in the log, and is handled until it has succeeded
                log.warning("cache.not_forgotten", space=space, reason=refused.detail)

    def _to_the_end(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Do something to its end, also if the caller leaves."""
        task = asyncio.create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._ending.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # whoever waits for it hears of it; nobody may be waiting any more
            log.info("postgres.transaction_ended", error=f"{type(error).__name__}: {error}")
