"""SQLite as the database of one serving process.

Bodies of transactions run one after another on the event loop, each in a savepoint of one shared transaction; a
thread commits the group with one fsync, and only then are its callers answered. While it commits, the next
bodies queue for their turn, so that the group grows with the load (group commit, as in DeWitt et al., 1984).
"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from structlog.contextvars import get_contextvars

from chirrup.platform.adapters.sqlite.dialect import adapt, translate
from chirrup.platform.clock import Clock
from chirrup.platform.errors import StorageFull, Unavailable
from chirrup.platform.events import Event, encode
from chirrup.platform.ports import Cache, Row

LOCK_PATIENCE = 5.0
_WATCH_INTERVAL = 0.1


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open a connection as all of Chirrup uses them: write-ahead log, every commit on disk before it returns."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=0)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "mmap_size=2147418112",
        "journal_size_limit=67108864",
        f"query_only={'ON' if read_only else 'OFF'}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


@contextmanager
def refusals() -> Iterator[None]:
    """Tell the faults of the disk and of locks from those of the program."""
    try:
        yield
    except sqlite3.OperationalError as error:
        # the low byte of an extended code is its primary code
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise StorageFull("The server's disk is full; nothing was saved.") from error
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
            raise Unavailable("The database cannot be used right now; nothing was saved.") from error
        raise


class SqliteReader:
    """Short queries on the event loop: each takes microseconds and waits for no writer."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def all(self, sql: str, *args: object) -> Sequence[Row]:
        """Return all rows of a query."""
        with refusals():
            return self._connection.execute(translate(sql), adapt(args)).fetchall()

    async def first(self, sql: str, *args: object) -> Row | None:
        """Return the first row of a query, if there is one."""
        with refusals():
            row: Row | None = self._connection.execute(translate(sql), adapt(args)).fetchone()
            return row

    async def each(self, sql: str, keys: Sequence[int], *args: object) -> Sequence[Row]:
        """Return the rows of a query for each of the keys."""
        with refusals():
            return _each(self._connection, sql, keys, args)


class SqliteScanner:
    """Long queries in a few threads, each with a connection of its own."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        self._path = path
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sqlite-scan")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []

    async def all(self, sql: str, *args: object) -> Sequence[Row]:
        """Return all rows of a query."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._query, sql, args)

    async def each(self, sql: str, keys: Sequence[int], *args: object) -> Sequence[Row]:
        """Return the rows of a query for each of the keys."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._each, sql, keys, args)

    async def first(self, sql: str, *args: object) -> Row | None:
        """Return the first row of a query, if there is one."""
        rows = await self.all(sql, *args)
        return rows[0] if rows else None

    def close(self) -> None:
        """Wait for the queries under way and close."""
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    def _query(self, sql: str, args: Sequence[object]) -> Sequence[Row]:
        with refusals():
            rows: Sequence[Row] = self._connection().execute(translate(sql), adapt(args)).fetchall()
            return rows

    def _each(self, sql: str, keys: Sequence[int], args: Sequence[object]) -> Sequence[Row]:
        with refusals():
            return _each(self._connection(), sql, keys, args)

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._path, read_only=True)
            self._connections.append(connection)
        return connection


def _each(connection: sqlite3.Connection, sql: str, keys: Sequence[int], args: Sequence[object]) -> list[Row]:
    translated, rest = translate(sql), adapt(args)
    rows: list[Row] = []
    for key in keys:
        rows += connection.execute(translated, [key, *rest]).fetchall()
    return rows


class SqliteTransaction(SqliteReader):
    """One body: reads its own writes."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        super().__init__(connection)
        self._clock = clock
        self.forgotten: list[tuple[str, tuple[int, ...]]] = []
        self.published: list[tuple[object, ...]] = []

    async def run(self, sql: str, *args: object) -> int:
        """Run a statement and return how many rows it changed."""
        with refusals():
            return self._connection.execute(translate(sql), adapt(args)).rowcount

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row of arguments."""
        with refusals():
            self._connection.executemany(translate(sql), [adapt(row) for row in rows])

    def publish(self, event: Event) -> None:
        """Append an event to the outbox."""
        request_id = get_contextvars().get("request_id")
        self.published.append((type(event).__name__, event.key, encode(event), request_id, self._clock.now()))

    def forget(self, space: str, *keys: int) -> None:
        """Drop cache entries after the commit."""
        self.forgotten.append((space, keys))

    def flush(self) -> None:
        """Write the published events, at the end of the body."""
        if self.published:
            self._connection.executemany(
                "INSERT INTO outbox (type, key, payload, request_id, created_at) VALUES (?, ?, ?, ?, ?)", self.published
            )


class _Group:
    """The bodies that share one commit."""

    def __init__(self) -> None:
        self.committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.forgotten: list[tuple[str, tuple[int, ...]]] = []
        self.published = False


class SqliteDatabase:
    """The `Database` port over one SQLite file."""

    def __init__(self, path: Path, clock: Clock, cache: Cache) -> None:
        self._path = path
        self._clock = clock
        self._cache = cache
        self._writer = connect(path)
        self._reading = connect(path, read_only=True)
        self.read = SqliteReader(self._reading)
        self.scan = SqliteScanner(path)
        self._turn = asyncio.Lock()
        self._dirty = asyncio.Event()
        self._group: _Group | None = None
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
        self._version = self._data_version()
        self._on_publish: list[Callable[[], None]] = []
        self._on_foreign_commit: list[Callable[[], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    def on_publish(self, listener: Callable[[], None]) -> None:
        """Call back when there are new events, of this process or another."""
        self._on_publish.append(listener)

    def on_foreign_commit(self, listener: Callable[[], None]) -> None:
        """Call back, within a fraction of a second, after another process has committed."""
        self._on_foreign_commit.append(listener)

    async def __aenter__(self) -> "SqliteDatabase":
        """Start committing."""
        self._tasks = [asyncio.create_task(self._commit_groups()), asyncio.create_task(self._watch())]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Commit what is under way and close."""
        async with self._turn:
            await self._commit_group()
            self._closed = True
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._committer.shutdown()
        self.scan.close()
        self._reading.close()
        self._writer.close()

    @asynccontextmanager
    async def transaction(self, *_keys: int, snapshot: bool = False) -> AsyncIterator[SqliteTransaction]:  # noqa: ARG002
        """Open a transaction: waits for its turn, and leaves once its group is on disk.

        Bodies run one after another whatever their keys, so each sees one moment.
        """
        deadline = asyncio.get_running_loop().time() + LOCK_PATIENCE
        async with self._turn:
            group = self._group or await self._begin(deadline)
            tx = SqliteTransaction(self._writer, self._clock)
            try:
                with refusals():
                    self._writer.execute("SAVEPOINT body")
                yield tx
                with refusals():
                    tx.flush()
                    self._writer.execute("RELEASE body")
            except BaseException as error:
                self._roll_back(group, error)
                raise
            group.forgotten += tx.forgotten
            group.published = group.published or bool(tx.published)
            self._dirty.set()
        await asyncio.shield(group.committed)

    async def _begin(self, deadline: float) -> _Group:
        if self._closed:
            raise Unavailable("The server is stopping; nothing was saved.")
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if busy and asyncio.get_running_loop().time() < deadline:
                    await asyncio.sleep(0.005)
                    continue
                with refusals():
                    raise
            self._group = _Group()
            return self._group

    def _roll_back(self, group: _Group, error: BaseException) -> None:
        """Undo one body; where SQLite has undone the whole transaction, the group has failed with it."""
        try:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK TO body")
                self._writer.execute("RELEASE body")
                self._dirty.set()
                return
        except sqlite3.Error as worse:
            error = worse
        self._fail(group, error)

    def _fail(self, group: _Group, error: BaseException) -> None:
        if self._writer.in_transaction:
            # a rollback that meets an error has rolled back nevertheless
            with suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
        self._group = None
        refusal = error if isinstance(error, (StorageFull, Unavailable)) else Unavailable("Nothing was saved.")
        group.committed.set_exception(refusal)
        # a group may fail before any of its bodies waits for it
        group.committed.exception()

    async def _commit_groups(self) -> None:
        while True:
            await self._dirty.wait()
            async with self._turn:
                await self._commit_group()

    async def _commit_group(self) -> None:
        self._dirty.clear()
        group = self._group
        if group is None:
            return
        loop = asyncio.get_running_loop()
        try:
            with refusals():
                await loop.run_in_executor(self._committer, self._writer.execute, "COMMIT")
        except (StorageFull, Unavailable, sqlite3.Error) as error:
            self._fail(group, error)
            return
        self._group = None
        for space, keys in group.forgotten:
            await self._cache.delete(space, keys)
        group.committed.set_result(None)
        if group.published:
            for listener in self._on_publish:
                listener()

    def _data_version(self) -> int:
        version: int = self._writer.execute("PRAGMA data_version").fetchone()[0]
        return version

    async def _watch(self) -> None:
        """Notice commits of other processes, such as the command line's; this connection's own do not count."""
        while True:
            await asyncio.sleep(_WATCH_INTERVAL)
            try:
                async with self._turn:
                    with refusals():
                        version = self._data_version()
            except Unavailable:
                # the file is locked or its disk in trouble: the next look tells
                continue
            if version != self._version:
                self._version = version
                for listener in [*self._on_foreign_commit, *self._on_publish]:
                    listener()
