"""How late deliveries are, and how many followers an author may have meanwhile to be pushed."""

from collections.abc import Iterable

from chirrup.platform.clock import Clock


class Pressure:
    """Lowers the threshold as deliveries come late, so that the most expensive fan-outs stop first.

    What is measured in one process stands for all, since each has its share of every large fan-out. A measurement
    counts for less each millisecond: where nothing waits any more, nothing is measured.
    """

    def __init__(self, clock: Clock, *, threshold: int, chunk: int, late: int) -> None:
        """Deliveries are late after `late` milliseconds; who has `chunk` followers or fewer is always pushed."""
        self._clock = clock
        self._threshold = threshold
        self._least = min(chunk, threshold)
        self._late = late
        self._measured: dict[str, tuple[int, int]] = {}

    def measure(self, stream: str, made_at: Iterable[int]) -> None:
        """Note that a stream delivers now what was made at some times, in milliseconds since the Unix epoch."""
        now = self._clock.now()
        self._measured[stream] = now - min(made_at), now

    @property
    def lateness(self) -> int:
        """How many milliseconds after its publication a post is delivered."""
        now = self._clock.now()
        return max(0, *(late - max(0, now - at) for late, at in self._measured.values()), 0)

    @property
    def threshold(self) -> int:
        """Above this many followers an author is pulled."""
        lateness = self.lateness
        if lateness <= self._late:
            return self._threshold
        return max(self._least, self._threshold * self._late // lateness)

    @property
    def relieved(self) -> bool:
        """Whether so little is late that authors may be pushed again."""
        return self.lateness * 4 <= self._late
