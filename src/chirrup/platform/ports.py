"""What the slices need from outside, each with the promise that its contract test checks."""

from array import array
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from chirrup.platform.events import Event, families
from chirrup.platform.searching import Hit, PersonDocument, PostDocument, PostSearch, TagCount
from chirrup.platform.words import Phrase

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


Load = Callable[[list[int]], Awaitable[Mapping[int, object]]]
"""Returns the values of those of the keys that have one."""

Wanted = tuple[str, int, Load]
"""A space of a cache, a key of it, and what loads that."""


class Cache(Protocol):
    """Keeps values that are read from elsewhere, by space and id, in bounded memory; any may vanish at any time.

    A value that is deleted while it is being loaded is not kept, so what is kept is never older than its last
    deletion. Many who miss a key at once wait for one load.
    """

    async def fetch(self, space: str, keys: Sequence[int], load: Load) -> list[Any]:
        """Return the value or None for each key; those that are not kept are loaded in one call, and then kept."""

    async def fetch_one(self, space: str, key: int, load: Load) -> Any:
        """Return the value of a key, or None, as `fetch` does."""

    async def fetch_each(self, wanted: Sequence[Wanted]) -> list[Any]:
        """Return the value or None for keys of different spaces, which are asked for together."""

    async def delete(self, space: str, keys: Sequence[int]) -> None:
        """Forget the keys.

        Raises:
            Unavailable: they could not be forgotten everywhere.
        """


@dataclass(slots=True)
class Timeline:
    """One home timeline: distinct post ids in ascending order, complete above `floor`.

    `basis` tells which follows it was built from; with other follows it is void.
    """

    basis: int
    floor: int
    ids: "array[int]" = field(default_factory=lambda: array("Q"))


class TimelineStore(Protocol):
    """Home timelines, bounded and disposable: what is missing is rebuilt from the database."""

    async def get(self, owner_id: int) -> Timeline | None:
        """Return a timeline that is complete, marking it as in use; the caller must not change it."""

    async def peek(self, owner_id: int) -> Timeline | None:
        """Return what `get` would, as it is kept, and without marking it as in use."""

    def owners(self) -> AsyncIterator[Sequence[int]]:
        """Yield the owners of all timelines, some at a time and in no order.

        Who comes or goes meanwhile may be left out or come twice.

        Raises:
            Unavailable: not all of them can be asked for.
        """

    async def open(self, owner_id: int) -> int:
        """Let pushes reach a timeline that is about to be built, so that none is lost meanwhile; return a ticket."""

    async def fill(self, owner_id: int, ticket: int, built: Timeline) -> None:
        """Complete an opened timeline with what the database held; pushes since the opening stay in it.

        A timeline that was dropped or opened anew since the ticket was given stays as it is.
        """

    async def push(self, owner_ids: Sequence[int], post_ids: Sequence[int]) -> int:
        """Add posts to those of the timelines that exist; return how many those are."""

    async def drop(self, owner_ids: Sequence[int]) -> None:
        """Forget timelines."""

    async def drop_idle(self) -> int:
        """Forget the timelines that nobody has read for the time to live; return how many those were."""


class SearchBuild(Protocol):
    """An index on its way to replace the one in use."""

    async def add_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add those of the posts that are not there; what is there has been put meanwhile and is newer."""

    async def add_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add those of the accounts that are not there."""


class SearchIndex(Protocol):
    """Finds posts, people and hashtags by their words; disposable: made from the database.

    What is put is found when the call has returned, or less than a second later. Putting and deleting twice is doing so
    once. All raise Unavailable where the engine does not answer.
    """

    async def put_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add posts, each in the place of what was there under its id."""

    async def delete_posts(self, post_ids: Sequence[int]) -> None:
        """Remove posts."""

    async def put_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add accounts, each in the place of what was there under its id."""

    async def delete_people(self, account_ids: Sequence[int]) -> None:
        """Remove accounts."""

    async def newest_posts(self, wanted: PostSearch, limit: int) -> Sequence[int]:
        """Return posts, newest first."""

    async def best_posts(self, wanted: PostSearch, now: int, after: Hit | None, limit: int) -> Sequence[Hit]:
        """Return posts behind a place, best first: by how much of a post is what was asked for, and by its age.

        Of very many that fit only the newest are ranked. `now`, in milliseconds since the Unix epoch, is when the list
        was begun; with the same one, the order stays the same as long as the posts do.
        """

    async def people(self, names: Sequence[Phrase], username: str, after: Hit | None, limit: int) -> Sequence[Hit]:
        """Return accounts behind a place: who has this username, whose begins with it, and whose names have all of
        these phrases, each by weight.
        """

    async def tags(self, prefix: str, limit: int) -> Sequence[TagCount]:
        """Return the hashtags that begin with a folded text, most used first."""

    async def complete(self) -> bool:
        """Return whether the index has been built from the whole database."""

    def build(self) -> AbstractAsyncContextManager[SearchBuild]:
        """Make an index anew beside the one in use, which it replaces at the end of the block.

        What is put and deleted meanwhile, by whatever process, goes to both. A block that raises leaves the old one.
        A build that has not ended replaces nothing any more once another has begun.
        """


class Limit(msgspec.Struct, frozen=True):
    """A token bucket: `burst` requests at once, refilled at `amount` in `seconds`."""

    name: str
    amount: int
    seconds: int
    burst: int


class Decision(msgspec.Struct, frozen=True):
    """What a rate limiter says of one request."""

    allowed: bool
    limit: Limit
    remaining: int
    retry_after: float
    """Seconds until one more request is allowed; 0 when one is."""


class RateLimiter(Protocol):
    """Counts requests against token buckets."""

    async def take(self, limit: Limit, key: str) -> Decision:
        """Take one token from the bucket of a limit and a key, if there is one."""


class Delivery(msgspec.Struct, frozen=True):
    """One event as a handler gets it."""

    event_id: int
    event: Event
    published_at: int
    """Milliseconds since the Unix epoch."""
    request_id: str | None = None


class Batch(Protocol):
    """Deliveries in order of the log."""

    @property
    def deliveries(self) -> Sequence[Delivery]:
        """What to handle."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open the transaction that also records this batch as handled, so that its writes happen exactly once."""


@dataclass(frozen=True)
class Subscription:
    """A handler and the events that it wants; `name` identifies its position in the log for ever."""

    name: str
    events: Sequence[type[Event]]
    handler: Callable[[Batch], Awaitable[None]]

    @property
    def topics(self) -> list[str]:
        """The families of these events."""
        return families(self.events)


class Bus(Protocol):
    """Delivers each event to each subscription: after its commit, at least once, in order per key.

    A batch whose handler raises is tried again one event at a time; an event that keeps failing becomes a dead letter,
    and the ones behind it go on.
    """

    async def run(self, only: Container[str] | None = None) -> None:
        """Deliver until cancelled; with `only`, to the subscriptions of these names."""

    async def caught_up(self) -> None:
        """Wait until every event committed before this call has been handled or is a dead letter."""
