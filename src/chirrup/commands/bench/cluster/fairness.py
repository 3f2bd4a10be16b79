"""`chirrup bench fairness --profile cluster`: an API process and a worker process over the services."""

import asyncio

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import servers, usage
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.commands.bench.embedded.giants import NEVER_LATE, SMALL, Stage, beside_giant
from chirrup.settings import Settings

_STRANGERS = 1 << 61
"""Ids of followers without an account begin here."""


def fairness(followers: int, posts: int, *, as_json: bool) -> None:
    """Post by a small account, alone and while a giant below the threshold is pushed again and again."""
    with throwaway(fanout_threshold=2 * followers, fanout_late_seconds=NEVER_LATE) as settings:
        tokens = asyncio.run(_seed(settings, [SMALL, followers]))
        authors = {SMALL: tokens[0], followers: tokens[1]}
        readers = {SMALL: tokens[2], followers: tokens[3]}
        with servers.workers(settings), servers.api(settings, core=None) as (url, child):
            facts = beside_giant(Stage(url, child.pid, authors, readers, 2 * followers), followers, posts)
    harness.report({"followers_of_the_giant": followers} | facts | usage.machine(), as_json=as_json)


async def _seed(settings: Settings, followers: list[int]) -> list[str]:
    """Return the tokens of an author for each number of followers, and then of the last follower of each."""
    filler = Filler(settings.database_url)
    accounts = await filler.accounts(2 * len(followers))
    authors, readers = accounts[: len(followers)], accounts[len(followers) :]
    for count, author, reader in zip(followers, authors, readers, strict=True):
        strangers = range(_STRANGERS, _STRANGERS + count - 1)
        await filler.follows([*((stranger, author) for stranger in strangers), (reader, author)])
    await filler.analyze()
    async with open_application(settings) as app:
        return [await harness.access_token(app, account_id) for account_id in accounts]
