"""Which posts are still on their way to followers, as the log tells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from chirrup.platform.events import Event, EventTypes
from chirrup.platform.outbox import Entry, OutboxStore
from chirrup.platform.ports import Database, Subscription

_PAGE = 1000


class Unfinished(msgspec.Struct, frozen=True):
    """What the fan-out has not handled yet."""

    posts: frozenset[int] = frozenset()
    authors: frozenset[int] = frozenset()
    """Authors of whom more than single posts is under way, such as the way back to being pushed."""
    countless: bool = False
    """Whether it is too much to look at, so that any post may be under way."""

    def holds(self, post_id: int, author_id: int) -> bool:
        """Return whether a post may still have to reach timelines."""
        return self.countless or post_id in self.posts or author_id in self.authors


@dataclass(frozen=True, slots=True)
class FanOutLog:
    """The events of the fan-out that are not handled yet."""

    db: Database
    outbox: OutboxStore
    subscriptions: Sequence[Subscription]
    """Those of the fan-out, each before those that handle what it publishes."""
    most: int = 50_000
    """How many events are looked at before any post counts as under way."""

    async def unfinished(self) -> Unfinished:
        """Return what was not handled when this was called, and perhaps is by now.

        A step publishes the next one in the transaction that marks it as handled, and a position is read before the
        events behind it: so some unhandled event is met of each post that is under way.
        """
        reader, most = self.db.read, self.most
        found: list[Event] = []
        for subscription in self.subscriptions:
            types = EventTypes(subscription.events)
            names = {kind.__name__ for kind in subscription.events}
            position = await self.outbox.position(reader, subscription.name, subscription.topics)
            if (await self.outbox.backlog(reader)).pending > most:
                return Unfinished(countless=True)
            entries: Sequence[Entry] = await self.outbox.unplaced(reader, subscription.topics)
            found += _events(entries, types, names)
            while entries := (page := await self.outbox.behind(reader, position, _PAGE))[0]:
                position = page[1]
                found += _events(entries, types, names)
                most -= len(entries)
                if most < 0:
                    return Unfinished(countless=True)
        posts: frozenset[int] = frozenset(getattr(event, "post_id", 0) for event in found)
        # what is not about one post has its author as its key
        return Unfinished(posts, frozenset(event.key for event in found if not hasattr(event, "post_id")))


def _events(entries: Iterable[Entry], types: EventTypes, names: set[str]) -> list[Event]:
    """Return the events of these types; one that cannot be read will not be handled either."""
    found = []
    for entry in entries:
        if entry.type in names:
            try:
                found.append(types.decode(entry.type, entry.payload))
            except msgspec.DecodeError:
                continue
    return found
