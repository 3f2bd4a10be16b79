"""A clock that is moved by hand."""

START = 1_790_000_000_000


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, now: int = START) -> None:
        self.time = now

    def now(self) -> int:
        """Return milliseconds since the Unix epoch."""
        return self.time

    def move(self, seconds: float) -> None:
        """Move on, or back."""
        self.time += round(seconds * 1000)
