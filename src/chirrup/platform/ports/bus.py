"""The delivery of events."""

from collections.abc import Awaitable, Callable, Container, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

import msgspec

from chirrup.platform.events import Event, families
from chirrup.platform.ports.database import Transaction


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
