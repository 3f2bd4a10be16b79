"""Recounting: kept counts against the rows that they count, also while a server is at work.

A count lags behind its rows by exactly the events that its consumer has not handled yet, since a consumer's position
moves in the transaction that adds what it counted. So at any moment, in one transaction,

    kept count = rows − changes of the events behind the consumer's position

and whatever differs from that is drift. A first query finds suspects without holding up anybody; each suspect is then
judged, and repaired, within a short transaction in which nothing can move. What a consumer gave up on (its dead
letters) is missing in the counts, so these letters are dropped before: rows are counted instead.
"""

from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from chirrup.accounts import Counter
from chirrup.accounts.store import AccountStore
from chirrup.engagement import handlers as engagement_handlers
from chirrup.engagement.store import LikeStore
from chirrup.graph import handlers as graph_handlers
from chirrup.graph.store import GraphStore
from chirrup.platform.events import Event, EventTypes, families
from chirrup.platform.outbox import Entry, OutboxStore
from chirrup.platform.ports import Database, Reader, Transaction
from chirrup.platform.repeating import repeatable
from chirrup.posts import handlers as post_handlers
from chirrup.posts.store import PostStore

_STEP = 500
_PAGE = 1000
_SHOWN = 20

CountsOf = Callable[[Reader, Sequence[int]], Awaitable[dict[int, int]]]


class Drift(msgspec.Struct, frozen=True):
    """What was wrong with one kind of count; `examples` are the first (id, kept, right)."""

    counted: str
    wrong: int
    repaired: bool
    examples: list[tuple[str, int, int]]


class Report(msgspec.Struct, frozen=True):
    """What a reconciliation found."""

    counts: list[Drift]
    dead_letters_dropped: int

    @property
    def wrong(self) -> int:
        """How many counts were wrong."""
        return sum(drift.wrong for drift in self.counts)


@dataclass(frozen=True, slots=True)
class Source:
    """A consumer that counts, and what the events that it handles change."""

    consumer: str
    events: Sequence[type[Event]]
    changes: Callable[[Event], Iterable[tuple[str, int, int]]]


@dataclass(frozen=True, slots=True)
class Counted:
    """One kind of count: where it is kept, and what it counts."""

    name: str
    source: Source
    suspects: Callable[[Reader], Awaitable[list[int]]]
    rows: CountsOf
    kept: CountsOf
    keep: Callable[[Transaction, Mapping[int, int]], Awaitable[None]]


def everything_counted() -> list[Counted]:
    """Return all kinds of counts."""
    accounts, graph, posts, likes = AccountStore(), GraphStore(), PostStore(), LikeStore()
    follows = Source(graph_handlers.COUNT, graph_handlers.COUNTED, graph_handlers.changes)
    written = Source(post_handlers.COUNT, post_handlers.COUNTED, post_handlers.changes)
    liked = Source(engagement_handlers.COUNT, engagement_handlers.COUNTED, engagement_handlers.changes)

    def of_accounts(
        counter: Counter, source: Source, suspects: Callable[[Reader], Awaitable[list[int]]], rows: CountsOf
    ) -> Counted:
        async def kept(reader: Reader, ids: Sequence[int]) -> dict[int, int]:
            return await accounts.kept_counts(reader, counter, ids)

        async def keep(tx: Transaction, counts: Mapping[int, int]) -> None:
            await accounts.set_counts(tx, counter, counts)
            tx.forget("profile", *counts)

        return Counted(counter.value, source, suspects, rows, kept, keep)

    def of_posts(
        column: str, source: Source, suspects: Callable[[Reader], Awaitable[list[int]]], rows: CountsOf
    ) -> Counted:
        async def kept(reader: Reader, ids: Sequence[int]) -> dict[int, int]:
            return await posts.kept_counts(reader, column, ids)

        async def keep(tx: Transaction, counts: Mapping[int, int]) -> None:
            await posts.set_counts(tx, column, counts)
            tx.forget("card", *counts)

        return Counted(column, source, suspects, rows, kept, keep)

    return [
        of_accounts(Counter.FOLLOWERS, follows, graph.miscounted_followers, graph.follower_counts),
        of_accounts(Counter.FOLLOWING, follows, graph.miscounted_following, graph.following_counts),
        of_accounts(Counter.POSTS, written, posts.miscounted_authors, posts.posts_counts),
        of_posts("replies", written, posts.miscounted_replies, posts.replies_counts),
        of_posts("retweets", written, posts.miscounted_retweets, posts.retweets_counts),
        of_posts("likes", liked, likes.miscounted_likes, likes.likes_counts),
    ]


class _Log:
    """The outbox as one kind of count sees it."""

    def __init__(self, counted: Counted, store: OutboxStore) -> None:
        self._counted = counted
        self._store = store
        self._types = EventTypes(counted.source.events)
        self._names = {kind.__name__ for kind in counted.source.events}
        self._topics = families(counted.source.events)
        self._position: Hashable = None
        self._newest: Hashable = None
        self._placed: Tally[int] = Tally()

    async def position(self, reader: Reader) -> Hashable:
        """Return the position up to which events are in the counts."""
        return await self._store.position(reader, self._counted.source.consumer, self._topics)

    async def unhandled(self, reader: Reader) -> Tally[int]:
        """Return the change for each id by the events that are not in the counts at the reader's moment."""
        position = await self.position(reader)
        if position != self._position:
            self._position = self._newest = position
            self._placed = Tally()
        self._newest = await self._add_behind(reader, self._newest, self._placed)
        unhandled = self._placed.copy()
        self._add(await self._store.unplaced(reader, self._topics), unhandled)
        return unhandled

    async def touched(self, reader: Reader, position: Hashable) -> set[int]:
        """Return the ids that events behind a position change."""
        tally: Tally[int] = Tally()
        await self._add_behind(reader, position, tally)
        self._add(await self._store.unplaced(reader, self._topics), tally)
        return set(tally)

    async def _add_behind(self, reader: Reader, position: Hashable, tally: Tally[int]) -> Hashable:
        """Add the changes by the events behind a position to a tally, and return the position after these."""
        while True:
            entries, position = await self._store.behind(reader, position, _PAGE)
            if not entries:
                return position
            self._add(entries, tally)

    def _add(self, entries: Iterable[Entry], tally: Tally[int]) -> None:
        for entry in entries:
            for name, key, change in self._changes(entry):
                if name == self._counted.name:
                    tally[key] += change

    def _changes(self, entry: Entry) -> Iterable[tuple[str, int, int]]:
        if entry.type not in self._names:
            return ()
        try:
            return self._counted.source.changes(self._types.decode(entry.type, entry.payload))
        except msgspec.DecodeError:
            # its consumer will not be able to count it either
            return ()


async def reconcile(
    db: Database, outbox: OutboxStore, *, repair: bool, done: Callable[[str], None] = lambda _: None
) -> Report:
    """Compare all counts with their rows and set right what is wrong; `done` hears of each kind that is through."""
    kinds = everything_counted()
    dropped = 0
    if repair:
        for consumer in dict.fromkeys(counted.source.consumer for counted in kinds):
            async with db.transaction() as tx:
                dropped += await outbox.delete_dead_letters(tx, consumer)
    counts = []
    for counted in kinds:
        counts.append(await _settle(db, outbox, counted, repair=repair))
        done(counted.name)
    return Report(counts, dropped)


async def _settle(db: Database, outbox: OutboxStore, counted: Counted, *, repair: bool) -> Drift:
    log = _Log(counted, outbox)
    # a wrong count can look right to the first query only by what is unhandled then, and that is behind `start`
    start = await log.position(db.read)
    suspects = set(await counted.suspects(db.scan))
    suspects |= await log.touched(db.read, start)
    wrong: dict[int, tuple[int, int]] = {}
    for step in _steps(sorted(suspects)):
        wrong |= await _settle_step(db, counted, log, step, repair=repair)
    examples = [(str(key), kept, right) for key, (kept, right) in list(wrong.items())[:_SHOWN]]
    return Drift(counted.name, len(wrong), repair, examples)


@repeatable
async def _settle_step(
    db: Database, counted: Counted, log: _Log, step: Sequence[int], *, repair: bool
) -> dict[int, tuple[int, int]]:
    async with db.transaction(snapshot=True) as tx:
        found = await _judge(tx, counted, await log.unhandled(tx), step)
        if repair and found:
            await counted.keep(tx, {key: right for key, (_, right) in found.items()})
    return found


async def _judge(
    tx: Transaction, counted: Counted, unhandled: Mapping[int, int], ids: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Return (kept, right) for each of the ids whose count is wrong."""
    rows = await counted.rows(tx, ids)
    kept = await counted.kept(tx, ids)
    right = {key: max(0, rows.get(key, 0) - unhandled.get(key, 0)) for key in kept}
    return {key: (count, right[key]) for key, count in kept.items() if count != right[key]}


def _steps(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _STEP):
        yield ids[start : start + _STEP]
