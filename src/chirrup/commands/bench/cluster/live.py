"""`chirrup bench live --profile cluster`: two API processes and one worker, told over Redis."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import servers
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.commands.bench.live import Stage, audience
from chirrup.settings import Settings

_AT_ONCE = 200


@contextmanager
def stage(connections: int, pairs: Sequence[tuple[int, int]]) -> Iterator[Stage]:
    """Make the accounts, and run the processes on whatever core."""
    with throwaway(live_connections=connections) as settings:
        tokens = asyncio.run(_seed(settings, connections, pairs))
        with (
            servers.workers(settings) as worker,
            servers.api(settings, core=None) as (one_url, one),
            servers.api(settings, core=None) as (other_url, other),
        ):
            processes = {"one": one.pid, "other": other.pid, "worker": worker.pid}
            yield Stage([one_url, other_url], processes, tokens, audience(connections, pairs))


async def _seed(settings: Settings, connections: int, pairs: Sequence[tuple[int, int]]) -> list[str]:
    filler = Filler(settings.database_url)
    ids = await filler.accounts(connections)
    await filler.follows([(ids[one], ids[other]) for one, other in pairs])
    await filler.analyze()
    tokens: list[str] = []
    async with open_application(settings) as app:
        for start in range(0, connections, _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            tokens += await asyncio.gather(*(harness.access_token(app, account_id) for account_id in some))
    return tokens
