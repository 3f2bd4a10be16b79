"""The store of home timelines."""

from array import array
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol


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
