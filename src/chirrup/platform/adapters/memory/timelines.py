"""Home timelines in the process' own memory: one sorted array of 8-byte ids a user."""

from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from itertools import count

from chirrup.platform.clock import Clock
from chirrup.platform.ports import Timeline

_OWNERS_OF_ONE_PAGE = 1000


class _Entry:
    """A timeline, what was pushed since it was last put in order, and when somebody last read it."""

    __slots__ = ("complete", "pushed", "ticket", "timeline", "touched")

    def __init__(self, ticket: int, touched: int) -> None:
        self.timeline = Timeline(basis=0, floor=0)
        self.pushed: list[int] = []
        self.ticket = ticket
        self.complete = False
        self.touched = touched


class MemoryTimelineStore:
    """The `TimelineStore` port over a dictionary."""

    def __init__(self, clock: Clock, *, bound: int, time_to_live: int) -> None:
        """Keep up to `bound` ids a timeline, and timelines for `time_to_live` milliseconds after their last read."""
        self._clock = clock
        self._bound = bound
        self._patience = bound // 8
        self._time_to_live = time_to_live
        self._entries: dict[int, _Entry] = {}
        self._tickets = count(1)

    async def get(self, owner_id: int) -> Timeline | None:
        """Return a timeline that is complete, marking it as in use."""
        entry = self._entries.get(owner_id)
        if entry is None or not entry.complete:
            return None
        entry.touched = self._clock.now()
        return self._in_order(entry)

    async def peek(self, owner_id: int) -> Timeline | None:
        """Return what `get` would, without marking it as in use."""
        entry = self._entries.get(owner_id)
        return self._in_order(entry) if entry is not None and entry.complete else None

    async def owners(self) -> AsyncIterator[Sequence[int]]:
        """Yield the owners of all timelines, some at a time."""
        owner_ids = list(self._entries)
        for start in range(0, len(owner_ids), _OWNERS_OF_ONE_PAGE):
            yield owner_ids[start : start + _OWNERS_OF_ONE_PAGE]

    async def open(self, owner_id: int) -> int:
        """Let pushes reach a timeline that is about to be built."""
        ticket = next(self._tickets)
        self._entries[owner_id] = _Entry(ticket, self._clock.now())
        return ticket

    async def fill(self, owner_id: int, ticket: int, built: Timeline) -> None:
        """Complete an opened timeline with what the database held."""
        entry = self._entries.get(owner_id)
        if entry is None or entry.ticket != ticket:
            return
        opened = self._in_order(entry)
        # what was pushed meanwhile may have been cut already: that has raised the floor
        floor = max(built.floor, opened.floor)
        entry.timeline = self._cut(Timeline(built.basis, floor, array("Q", sorted({*built.ids, *opened.ids}))))
        entry.complete = True

    async def push(self, owner_ids: Sequence[int], post_ids: Sequence[int]) -> int:
        """Add posts to those of the timelines that exist; return how many those are.

        Each is only appended to a list: its place in the order is found for many of them at a time.
        """
        entries = list(filter(None, map(self._entries.get, owner_ids)))
        patience = self._patience
        for post_id in post_ids:
            for entry in entries:
                pushed = entry.pushed
                pushed.append(post_id)
                if len(pushed) > patience:
                    self._in_order(entry)
        return len(entries)

    async def drop(self, owner_ids: Sequence[int]) -> None:
        """Forget timelines."""
        for owner_id in owner_ids:
            self._entries.pop(owner_id, None)

    async def drop_idle(self) -> int:
        """Forget the timelines that nobody has read for the time to live."""
        oldest = self._clock.now() - self._time_to_live
        idle = [owner_id for owner_id, entry in self._entries.items() if entry.touched < oldest]
        await self.drop(idle)
        return len(idle)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def _in_order(self, entry: _Entry) -> Timeline:
        """Return a timeline with all that was pushed; readers may hold it as it was before, so that it is replaced."""
        if entry.pushed:
            old = entry.timeline
            fresh = list(dict.fromkeys(sorted(entry.pushed)))
            entry.pushed.clear()
            kept = old.ids
            if kept and fresh[0] <= kept[-1]:
                place = bisect_left(kept, fresh[0])
                fresh = sorted({*kept[place:], *fresh})
                kept = kept[:place]
            entry.timeline = self._cut(Timeline(old.basis, old.floor, kept + array("Q", fresh)))
        return entry.timeline

    def _cut(self, timeline: Timeline) -> Timeline:
        """Return the newest ids; below the oldest of them the timeline is no longer complete."""
        surplus = len(timeline.ids) - self._bound
        if surplus <= 0:
            return timeline
        floor = max(timeline.floor, timeline.ids[surplus - 1])
        return Timeline(timeline.basis, floor, timeline.ids[surplus:])
