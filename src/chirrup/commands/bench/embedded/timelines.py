"""What home timelines take of a process' memory."""

import asyncio
import gc
from array import array
from pathlib import Path

from chirrup.commands.bench import harness
from chirrup.platform.adapters.memory.timelines import MemoryTimelineStore
from chirrup.platform.clock import SystemClock
from chirrup.platform.ports import Timeline

_PAGE = 4096
_CHUNK = 1000
_OLDEST = 1 << 60


def timelines(owners: int, size: int, pushes: int, *, as_json: bool) -> None:
    """Build timelines one by one, then push to all of them; compare what the process holds before and after."""
    store = MemoryTimelineStore(SystemClock(), bound=size, time_to_live=3_600_000)
    gc.collect()
    empty = _resident()
    asyncio.run(_build(store, owners, size))
    built = _resident()
    asyncio.run(_push(store, owners, size, pushes))
    pushed = _resident()
    bare = 8 * size
    facts = {
        "timelines": owners,
        "ids_each": size,
        "bytes_each_as_built": round((built - empty) / owners),
        "bytes_each_after_pushes": round((pushed - empty) / owners),
        "bytes_of_the_ids_alone": bare,
        "ratio": round((pushed - empty) / owners / bare, 2),
        "mib_per_million_active": round((pushed - empty) / owners * 1e6 / 2**20),
    }
    harness.report(facts, as_json=as_json)


async def _build(store: MemoryTimelineStore, owners: int, size: int) -> None:
    for owner in range(_OLDEST, _OLDEST + owners):
        ticket = await store.open(owner)
        await store.fill(owner, ticket, Timeline(1, 0, array("Q", range(_OLDEST, _OLDEST + size))))


async def _push(store: MemoryTimelineStore, owners: int, size: int, pushes: int) -> None:
    """Push to each owner, who stands at another place between two times of being put in order than the next one."""
    newest = _OLDEST + size
    for number in range(pushes):
        for start in range(_OLDEST, _OLDEST + owners, _CHUNK):
            some = array("Q", range(start, min(start + _CHUNK, _OLDEST + owners)))
            # fresh numbers, as each event brings its own
            await store.push(some[number % 2 :], [newest + number])


def _resident() -> int:
    """Return the bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
