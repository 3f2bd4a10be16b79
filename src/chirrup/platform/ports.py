"""What the slices need from outside, each with the promise that its contract test checks."""

from array import array
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Container, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from chirrup.platform.events import Event, families

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


class Blob(msgspec.Struct, frozen=True):
    """A blob as it is read: how long it is, in bytes, and its content in pieces."""

    size: int
    content: AsyncIterator[bytes]


class BlobStore(Protocol):
    """Keeps blobs, each under a name that never means another content.

    A name has letters, digits, `-`, `_` and `.`, and its first two are letters or digits that differ at random.
    """

    async def put(self, name: str, source: Path, content_type: str) -> None:
        """Keep what is in a file; it is durable, and whole for whoever reads it, before this returns.

        Raises:
            StorageFull: there is no room.
            Unavailable: the store does not take it now.
        """

    def open(self, name: str) -> AbstractAsyncContextManager[Blob | None]:
        """Read a blob, once and for as long as the block lasts; None where there is none of the name.

        Raises:
            Unavailable: the store does not answer.
        """

    async def link(self, name: str, seconds: int) -> str | None:
        """Return an address where anybody may read a blob for so long, None where only this process hands it out."""

    async def delete(self, names: Sequence[str]) -> None:
        """Delete blobs; those that are not there are no fault.

        Raises:
            Unavailable: the store does not answer; some of them may be gone.
        """

    def names(self) -> AsyncIterator[Sequence[str]]:
        """Yield the names of all blobs, some at a time; those that come or go meanwhile may be left out."""

    async def check(self) -> None:
        """Ask whether the store serves.

        Raises:
            Unavailable: it does not.
        """


class Crop(msgspec.Struct, frozen=True):
    """A rectangle of a picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int


class PictureOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to make of a picture: versions of it whose longer side is one of `edges` at most, in ascending order.

    An edge above the next one that the picture fits into makes none. With a crop, they are of that part only, and
    animations stand still.
    """

    edges: tuple[int, ...]
    crop: Crop | None = None


class Version(msgspec.Struct, frozen=True):
    """One version of a picture: a WebP file in the folder that was named, without any metadata."""

    file: str
    width: int
    height: int
    size: int


class Picture(msgspec.Struct, frozen=True):
    """A picture, upright as it is shown; of an animation, width and height are those of a frame."""

    width: int
    height: int
    animated: bool
    blurhash: str
    versions: tuple[Version, ...]
    """By size, the smallest first; there is at least one."""


class PictureMaker(Protocol):
    """Decodes pictures of strangers, and makes files of them that are safe to hand on."""

    async def make(self, source: Path, folder: Path, order: PictureOrder) -> Picture:
        """Decode a file and write the versions that are ordered to a folder.

        Raises:
            UnsupportedMedia: it is no JPEG, PNG, WebP, AVIF or GIF, whatever its name says.
            RuleBroken: it is damaged, has too many pixels, or the crop is none of its parts.
            StorageFull: there is no room for the versions.
            Unavailable: too many others wait.
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


class LanguageDetector(Protocol):
    """Tells which language a text is in."""

    def detect(self, text: str) -> str:
        """Return the ISO 639 code of two or three small letters; nothing where it is not certain. Raises nothing."""


PushService = Literal["web", "apns", "fcm"]


class PushDevice(msgspec.Struct, frozen=True):
    """Where messages for one device go."""

    service: PushService
    address: str
    """The URL of a Web Push subscription, or the token that Apple's or Google's service gave the app."""
    public_key: str = ""
    secret: str = ""
    """Of a Web Push subscription: `p256dh` and `auth` in URL-safe base64, by which only the device reads messages."""


class PushMessage(msgspec.Struct, frozen=True):
    """What a device shows; a later message of the same id takes the place of an earlier one."""

    id: int
    kind: str
    title: str
    body: str
    path: str
    """Where in the web client it leads."""


class PushGateway(Protocol):
    """Hands messages to the services that bring them to devices."""

    @property
    def services(self) -> Mapping[PushService, str]:
        """The services there are, each with the key that a device subscribes with, or an empty text."""

    def check(self, device: PushDevice) -> None:
        """Refuse a device that no message can be for.

        Raises:
            RuleBroken: its service is not used here, or its address or keys are none.
        """

    async def push(self, device: PushDevice, message: PushMessage) -> bool:
        """Hand over a message; return whether the device is still there.

        Raises:
            PushFailed: the service did not answer in time, or did not take it.
        """


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


Hear = Callable[[str, bytes], None]
"""Takes a channel and a message that was published on it."""

Miss = Callable[[Collection[str]], None]
"""Takes channels on which messages may have passed unheard, once they are heard again."""


class LiveChannel(Protocol):
    """Passes short messages to the processes that listen at that moment; nobody keeps them.

    What is published after a subscription has returned is heard, of each publisher in order; where a message may have
    been lost, the subscriber is told so. Channels are named by `kind:id`.
    """

    def listen(self, hear: Hear, miss: Miss) -> None:
        """Have messages handed to `hear`, and losses told to `miss`, of which there is one each in a process."""

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Publish messages, each on a channel; when that fails, some may have been published.

        Raises:
            Unavailable: not all of them could be published.
        """

    async def subscribe(self, channels: Collection[str]) -> None:
        """Hear what is published on channels from now on; those that are heard already go on.

        Raises:
            Unavailable: not all of them can be heard; none of the new ones is then subscribed to.
        """

    async def unsubscribe(self, channels: Collection[str]) -> None:
        """Hear channels no longer."""
