"""`chirrup bench search --profile cluster`: the same over PostgreSQL's full text or OpenSearch."""

import asyncio
import time
from collections.abc import Sequence

from chirrup.bootstrap import open_application
from chirrup.commands.bench import finding, harness
from chirrup.commands.bench.cluster import servers, usage
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.settings import Settings

_AUTHORS = 10_000


def search(posts: int, questions: int, singles: int, *, as_json: bool) -> None:
    """Ask one API process and the engine in turn; then post, with workers that index."""
    corpus = finding.Corpus(posts, _AUTHORS)
    with throwaway() as settings:
        accounts, token, seconds = asyncio.run(_fill(settings, corpus))
        with servers.api(settings) as (url, _):
            facts = asyncio.run(_ask(settings, url, corpus.questions(questions, accounts)))
            with servers.workers(settings):
                facts |= finding.findable(url, token, singles)
    facts |= {"engine": settings.search_engine, "posts": posts, "indexed_per_second": round(posts / seconds)}
    harness.report(facts | usage.machine(), as_json=as_json)


async def _fill(settings: Settings, corpus: finding.Corpus) -> tuple[list[int], str, float]:
    """Write and index the posts; return the authors, the token of one, and how long indexing took."""
    filler = Filler(settings.database_url)
    accounts = await filler.accounts(_AUTHORS)
    await filler.posts([accounts[number] for number in corpus.authors], corpus.texts)
    await filler.analyze()
    async with open_application(settings) as app:
        token = await harness.access_token(app, accounts[0])
        started = time.perf_counter()
        await app.indexing.rebuild(lambda _posts, _people: None)
        seconds = time.perf_counter() - started
    await filler.analyze()
    return accounts, token, seconds


async def _ask(settings: Settings, url: str, asked: Sequence[finding.Question]) -> dict[str, object]:
    async with open_application(settings) as app:
        return await finding.measure(url, app.search.index, asked)
