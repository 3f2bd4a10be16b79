"""`chirrup bench fanout` of one process: visits of followers' timelines, alone and with all that leads to them."""

import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.embedded import posting
from chirrup.commands.bench.embedded.filling import Filler
from chirrup.graph.store import GraphStore
from chirrup.platform.adapters.memory.timelines import MemoryTimelineStore
from chirrup.platform.adapters.sqlite.database import connect
from chirrup.platform.clock import SystemClock
from chirrup.platform.datadir import DataDir
from chirrup.platform.ids import MAX_ID
from chirrup.platform.ports import Reader, Timeline
from chirrup.settings import Settings

_CHUNK = 1000
_SIZE = 800
_HELD = array("Q", range(1 << 60, (1 << 60) + _SIZE))
_BARE = "SELECT follower_id FROM follows WHERE followee_id = ? ORDER BY id"


def fanout(followers: int, posts: int, rounds: int, seconds: int, *, as_json: bool) -> None:
    """Push as the fan-out does, in turn with the plainest loops that do the same; then post over HTTP."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        filler = Filler(data_dir)
        author, *owners = filler.accounts(followers + 1)
        random.Random(1).shuffle(owners)  # noqa: S311 - the same each time
        filler.follows([(owner, author) for owner in owners])
        seconds_of = asyncio.run(_measure(data_dir, author, owners, posts, rounds))
    facts = {"followers": followers, "posts": posts} | _facts(seconds_of, followers * posts)
    harness.report(facts | posting.end_to_end(seconds), as_json=as_json)


def _facts(seconds_of: Mapping[str, Sequence[float]], visits: int) -> dict[str, object]:
    def rate(name: str) -> int:
        return round(visits / statistics.median(seconds_of[name]))

    def ratio(ours: str, twin: str) -> float:
        pairs = zip(seconds_of[ours], seconds_of[twin], strict=True)
        return round(statistics.median(other / own for own, other in pairs), 2)

    return {
        "visits_per_second": rate("fan_out"),
        "pushes_alone_per_second": rate("push"),
        "bare_loop_per_second": rate("bare_loop"),
        "push_ratio": ratio("push", "bare_loop"),
        "followers_read_per_second": rate("read"),
        "bare_select_per_second": rate("bare_select"),
        "read_ratio": ratio("read", "bare_select"),
    }


@dataclass(frozen=True, slots=True)
class _Subjects:
    """What is measured, over the same followers."""

    reader: Reader
    bare: sqlite3.Connection
    store: MemoryTimelineStore
    held: "dict[int, array[int]]"
    """What the bare loop appends to."""
    author: int
    chunks: "Sequence[array[int]]"

    async def fan_out(self, post_id: int) -> None:
        """Read the followers, and push to them, chunk by chunk."""
        async for followers in self._followers():
            await self.store.push(followers, [post_id])

    async def push(self, post_id: int) -> None:
        """Push to followers who are known."""
        for followers in self.chunks:
            await self.store.push(followers, [post_id])

    async def bare_loop(self, post_id: int) -> None:
        """Append to the arrays of those who have one, and keep no bound nor order."""
        get = self.held.get
        for followers in self.chunks:
            for owner_id in followers:
                ids = get(owner_id)
                if ids is not None:
                    ids.append(post_id)

    async def read(self, _: int) -> None:
        """Read the followers, chunk by chunk."""
        async for _followers in self._followers():
            pass

    async def bare_select(self, _: int) -> None:
        """Have the driver fetch all followers at once."""
        self.bare.execute(_BARE, (self.author,)).fetchall()

    async def _followers(self) -> "AsyncIterator[array[int]]":
        after = 0
        while True:
            followers, after = await GraphStore().follower_ids(self.reader, self.author, after, MAX_ID, _CHUNK)
            if followers:
                yield followers
            if len(followers) < _CHUNK:
                return


async def _measure(
    data_dir: Path, author: int, owners: Sequence[int], posts: int, rounds: int
) -> dict[str, list[float]]:  # fmt: skip
    harness.pin(harness.SERVER_CORE)
    chunks = [array("Q", owners[start : start + _CHUNK]) for start in range(0, len(owners), _CHUNK)]
    store = MemoryTimelineStore(SystemClock(), bound=_SIZE, time_to_live=3_600_000)
    active = owners[::2]
    await _fill(store, active)
    settings = Settings(data_dir=data_dir)
    async with open_application(settings) as app:
        with closing(connect(DataDir(data_dir).database, read_only=True)) as bare:
            held = {owner: array("Q", _HELD) for owner in active}
            subjects = _Subjects(app.db.read, bare, store, held, author, chunks)
            works = [subjects.fan_out, subjects.push, subjects.bare_loop, subjects.read, subjects.bare_select]
            return await _in_turn(works, subjects, posts, rounds)


async def _in_turn(
    works: Sequence[Callable[[int], Awaitable[None]]], subjects: _Subjects, posts: int, rounds: int
) -> dict[str, list[float]]:
    newest = time.time_ns()
    seconds_of: dict[str, list[float]] = {work.__name__: [] for work in works}
    for _ in range(rounds):
        for work in works:
            started = time.process_time()
            for number in range(posts):
                await work(newest + number)
            seconds_of[work.__name__].append(time.process_time() - started)
            newest += posts
        for ids in subjects.held.values():
            del ids[_SIZE:]
    return seconds_of


async def _fill(store: MemoryTimelineStore, owners: Sequence[int]) -> None:
    """Give timelines to owners, each somewhere between two times of being put in order."""
    chance = random.Random(2)  # noqa: S311 - the same each time
    for owner in owners:
        await store.fill(owner, await store.open(owner), Timeline(1, 0, _HELD[:]))
        await store.push([owner], range(_HELD[-1] + 1, _HELD[-1] + 1 + chance.randrange(_SIZE // 8)))
