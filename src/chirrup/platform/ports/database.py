"""The database: queries, transactions, and hearing of commits."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from chirrup.platform.events import Event

Row = Sequence[Any]


class Reader(Protocol):
    """Runs queries; each sees all that was committed, by whatever process, before it was asked.

    SQL is PostgreSQL's: `$1` parameters, `= ANY($1)` for a list of integers or strings, and `unnest($1::bigint[]) AS
    t(c)` for one that is a table.
    """

    async def all(self, sql: str, *args: object) -> Sequence[Row]:
        """Return all rows of a query."""

    async def first(self, sql: str, *args: object) -> Row | None:
        """Return the first row of a query, if there is one."""

    async def each(self, sql: str, keys: Sequence[int], *args: object) -> Sequence[Row]:
        """Return the rows of a query for each of the keys, which are its `$1`; the other arguments follow."""


class Transaction(Reader, Protocol):
    """Everything done through it happens together, and is durable before the block is left.

    Each query sees what is committed by then and its own writes. Inside the block await nothing but the transaction:
    others are waiting for their turn.
    """

    async def run(self, sql: str, *args: object) -> int:
        """Run a statement and return how many rows it changed."""

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row of arguments."""

    def publish(self, event: Event) -> None:
        """Append an event to the outbox: delivered after the commit, or never if the block raises."""

    def forget(self, space: str, *keys: int) -> None:
        """Drop cache entries after the commit and before the block is left, or never if the block raises."""


class Database(Protocol):
    """The relational data: the truth that everything else can be rebuilt from."""

    @property
    def read(self) -> Reader:
        """Short queries."""

    @property
    def scan(self) -> Reader:
        """Long queries, which must not hold up the short ones."""

    def transaction(self, *keys: int, snapshot: bool = False) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction.

        Those that name a common key run one after another, so that what one has looked up stays true until it is
        through; others may run at the same time. With `snapshot` all queries see the one moment of the first.

        Raises:
            StorageFull: the disk is full.
            Interrupted: the database undid it, and it may be tried again.
            Unavailable: the database cannot be reached or stays locked.
        """
