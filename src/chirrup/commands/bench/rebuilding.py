"""How long a page takes whose timeline is not there, by how many the reader follows; the same for all profiles."""

import random
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application
from chirrup.platform.ids import MAX_ID

_PAGE = 20
_WARM_READS = 20


def followees_of(counts: Sequence[int], authors: Sequence[int], readers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the follows of readers, each of another number of the authors."""
    chance = random.Random(1)  # noqa: S311 - the same each time
    chosen = [(reader, chance.sample(list(authors), count)) for reader, count in zip(readers, counts, strict=True)]
    return [(reader, author) for reader, followees in chosen for author in followees]


def written_by(authors: Sequence[int], posts: int) -> list[int]:
    """Return the authors of posts: few who write much, many who write little."""
    chance = random.Random(2)  # noqa: S311 - the same each time
    weights = [(number + 1) ** -0.6 for number in range(len(authors))]
    return chance.choices(list(authors), weights, k=posts)


async def measure(app: Application, readers: Mapping[int, int], rounds: int) -> dict[str, object]:
    """Return milliseconds at the median for each reader, by the number of followees."""
    facts: dict[str, object] = {}
    for count, reader in readers.items():
        facts |= await _measure_one(app, count, Viewer(reader, 0), rounds)
    return facts


async def _measure_one(app: Application, count: int, viewer: Viewer, rounds: int) -> dict[str, object]:
    async def page() -> None:
        await app.home.page(viewer, MAX_ID, _PAGE)

    async def rebuild() -> None:
        await app.home.timeline(viewer, relations)

    async def deeper() -> None:
        await app.home.page(viewer, timeline.floor, _PAGE)

    await page()
    relations = await app.graph.relations(viewer)
    timeline = await app.home.timeline(viewer, relations)
    rebuilds, firsts = [], []
    for _ in range(rounds):
        await app.timelines.drop([viewer.id])
        rebuilds.append(await _time(rebuild))
        await app.timelines.drop([viewer.id])
        await app.home.cache.delete("relations", [viewer.id])
        firsts.append(await _time(page))
    warm = statistics.median([await _time(page) for _ in range(_WARM_READS)])
    below = [await _time(deeper) for _ in range(rounds)] if timeline.floor else []
    found = {
        "rebuild": statistics.median(rebuilds),
        "first_page": statistics.median(firsts),
        "warm_page": warm,
        "page_below_timeline": statistics.median(below) if below else 0.0,
    }
    facts: dict[str, object] = {
        f"{name}_of_{count}_ms_p50": round(seconds * 1000, 2) for name, seconds in found.items()
    }
    return facts | {f"first_over_warm_of_{count}": round(found["first_page"] / warm, 1)}


async def _time(work: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started
