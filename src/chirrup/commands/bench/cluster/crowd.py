"""Authors and their followers, who all have timelines: where the benchmarks under load take place."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application, open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.platform.errors import Unavailable
from chirrup.settings import Settings

_POSTS_OF_EACH = 10
_AT_ONCE = 32
_TRIES = 10
_PAUSE = 1.5


@dataclass(frozen=True)
class Crowd:
    """Accounts by id; every reader follows every author, one reader after another, so the last is reached last."""

    authors: Sequence[int]
    readers: Sequence[int]
    author_tokens: Sequence[str]
    reader_tokens: Sequence[str]


async def seed(settings: Settings, authors: int, followers: int, reading: int) -> Crowd:
    """Make authors with some posts, and followers with timelines; the first `reading` of these get access tokens."""
    filler = Filler(settings.database_url)
    ids = await filler.accounts(authors + followers)
    chosen, readers = ids[:authors], ids[authors:]
    await filler.follows([(reader, author) for reader in readers for author in chosen])
    await filler.posts(list(chosen) * _POSTS_OF_EACH)
    await filler.analyze()
    async with open_application(settings) as app:
        await open_timelines(app, readers)
        return Crowd(
            chosen,
            readers,
            [await harness.access_token(app, author) for author in chosen],
            await asyncio.gather(*(harness.access_token(app, reader) for reader in readers[:reading])),
        )


async def open_timelines(app: Application, readers: Sequence[int]) -> None:
    """Have readers' timelines built and stored.

    Raises:
        Unavailable: Redis did not keep one; it gives up what takes it longer than a second.
    """
    for start in range(0, len(readers), _AT_ONCE):
        await asyncio.gather(*(_open_timeline(app, reader) for reader in readers[start : start + _AT_ONCE]))


async def _open_timeline(app: Application, reader: int) -> None:
    viewer = Viewer(reader, 0)
    for _ in range(_TRIES):
        await app.home.timeline(viewer, await app.graph.relations(viewer))
        if await app.timelines.get(reader) is not None:
            return
        await asyncio.sleep(_PAUSE)
    raise Unavailable("A timeline could not be stored; this machine has too much to do.")
