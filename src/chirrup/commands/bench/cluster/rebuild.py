"""`chirrup bench rebuild --profile cluster`: timelines built from PostgreSQL into Redis."""

import asyncio
from collections.abc import Sequence

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness, rebuilding
from chirrup.commands.bench.cluster import usage
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.settings import Settings


def rebuild(followees: Sequence[int], posts: int, rounds: int, *, as_json: bool) -> None:
    """Read home timelines that have to be built first."""
    with throwaway() as settings:
        facts = asyncio.run(_measure(settings, followees, posts, rounds))
    harness.report({"posts": posts} | facts | usage.machine(), as_json=as_json)


async def _measure(settings: Settings, followees: Sequence[int], posts: int, rounds: int) -> dict[str, object]:
    filler = Filler(settings.database_url)
    accounts = await filler.accounts(max(followees) + 1 + len(followees))
    authors, readers = accounts[: -len(followees)], accounts[-len(followees) :]
    await filler.posts(rebuilding.written_by(authors, posts))
    await filler.follows(rebuilding.followees_of(followees, authors, readers))
    await filler.analyze()
    async with open_application(settings) as app:
        return await rebuilding.measure(app, dict(zip(followees, readers, strict=True)), rounds)
