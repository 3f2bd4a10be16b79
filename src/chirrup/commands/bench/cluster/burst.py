"""`chirrup bench burst --profile cluster`: an API process and a worker process over the services."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import servers
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.settings import Settings


@contextmanager
def community(followers: int) -> Iterator[tuple[str, str, list[str]]]:
    """Serve an author and followers; yield the server's address and access tokens of the author and of these."""
    with throwaway() as settings:
        author, *readers = asyncio.run(_seed(settings, followers))
        with servers.workers(settings), servers.api(settings, core=None) as (url, _):
            yield url, author, readers


async def _seed(settings: Settings, followers: int) -> list[str]:
    filler = Filler(settings.database_url)
    author, *readers = await filler.accounts(followers + 1)
    await filler.follows([(reader, author) for reader in readers])
    await filler.analyze()
    async with open_application(settings) as app:
        return [await harness.access_token(app, account_id) for account_id in (author, *readers)]
