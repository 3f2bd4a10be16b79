"""What a bus itself tells."""

from collections.abc import Callable

from chirrup.platform.events import Event
from chirrup.platform.outbox import LONGEST_ERROR, Entry


class DeadLettered(Event, frozen=True, kw_only=True):
    """A consumer has given up on an event, which is kept in the database as a dead letter."""

    family = "dead-letters"

    consumer: str
    event_id: int
    type: str
    error: str

    @property
    def key(self) -> int:
        """Dead letters of one event stay in order."""
        return self.event_id

    @staticmethod
    def of(consumer: str) -> Callable[[Entry, str], "DeadLettered"]:
        """Return what makes the event for a consumer, an entry and its error."""
        return lambda entry, fault: DeadLettered(
            consumer=consumer, event_id=entry.event_id, type=entry.type, error=fault[:LONGEST_ERROR]
        )
