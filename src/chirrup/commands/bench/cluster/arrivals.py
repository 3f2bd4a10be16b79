"""When posts come into a timeline."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress

from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import Timeline, TimelineStore

_LOOK = 0.001
_LOOKS = 30
_PAUSE = 0.2


class Watch:
    """Looks at a timeline about a thousand times a second, and notes what is new in it."""

    def __init__(self, timelines: TimelineStore, owner: int) -> None:
        self._timelines = timelines
        self._owner = owner
        self._last: Timeline | None = None
        self.seen: dict[int, float] = {}
        """When each post was seen first, in seconds of the event loop."""

    async def look(self) -> None:
        """Look once; when Redis does not answer in time, what is new is seen later."""
        timeline = await self._timelines.get(self._owner)
        if timeline is not None and timeline is not self._last:
            self._last = timeline
            now = asyncio.get_running_loop().time()
            self.seen.update(dict.fromkeys(set(timeline.ids).difference(self.seen), now))

    async def wait_for(self, post_ids: Collection[int], seconds: float) -> int:
        """Wait until all posts have been seen, but no longer than some seconds; return how many have not."""
        ends = asyncio.get_running_loop().time() + seconds
        while (missing := self.missing(post_ids)) and asyncio.get_running_loop().time() < ends:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK)
        return missing

    def missing(self, post_ids: Iterable[int]) -> int:
        """Return how many of the posts have not been seen."""
        return sum(post_id not in self.seen for post_id in post_ids)


@asynccontextmanager
async def watching(timelines: TimelineStore, owners: Sequence[int]) -> AsyncIterator[list[Watch]]:
    """Watch the timelines of some owners for as long as the block lasts."""
    watches = [Watch(timelines, owner) for owner in owners]

    async def watch() -> None:
        while True:
            for each in watches:
                await each.look()
            await asyncio.sleep(_LOOK)

    task = asyncio.create_task(watch())
    try:
        yield watches
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def lacking(timelines: TimelineStore, owners: Sequence[int], post_ids: Collection[int]) -> int:
    """Return how many of some posts are missing in owners' timelines, all together, where these are complete."""
    count = 0
    for owner in owners:
        timeline = await _held(timelines, owner)
        held, floor = set(timeline.ids), timeline.floor
        count += sum(post_id > floor and post_id not in held for post_id in post_ids)
    return count


async def _held(timelines: TimelineStore, owner: int) -> Timeline:
    for _ in range(_LOOKS):
        if timeline := await timelines.get(owner):
            return timeline
        await asyncio.sleep(_PAUSE)
    raise Unavailable("A timeline that was pushed to is no longer there.")
