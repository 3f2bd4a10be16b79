"""Authors and their followers, who all have timelines: where the benchmarks under load take place."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application, open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.settings import Settings

_POSTS_OF_EACH = 10


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
        await harness.together([open_timeline(app, reader) for reader in readers])
        return Crowd(
            chosen,
            readers,
            [await harness.access_token(app, author) for author in chosen],
            await asyncio.gather(*(harness.access_token(app, reader) for reader in readers[:reading])),
        )


async def open_timeline(app: Application, reader: int) -> None:
    """Have a reader's timeline built."""
    viewer = Viewer(reader, 0)
    await app.home.timeline(viewer, await app.graph.relations(viewer))
