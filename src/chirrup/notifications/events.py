"""What happens to notifications."""

from chirrup.platform.events import Event


class Notified(Event, frozen=True, kw_only=True):
    """There is something to read in a notification in which there was nothing since it was last read."""

    family = "notifications"

    notification_id: int
    recipient_id: int

    @property
    def key(self) -> int:
        """Events of one recipient stay in order."""
        return self.recipient_id


EVENTS = (Notified,)
