"""Time as the program sees it: milliseconds since the Unix epoch."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; tests replace it."""

    def now(self) -> int:
        """Return milliseconds since the Unix epoch."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """Return milliseconds since the Unix epoch."""
        return time.time_ns() // 1_000_000


def rfc3339(milliseconds: int) -> str:
    """Return a moment as RFC 3339 in UTC with milliseconds, such as `2026-11-21T08:45:27.123Z`."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
