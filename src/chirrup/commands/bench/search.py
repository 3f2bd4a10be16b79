"""`chirrup bench search`: finding posts among very many, against the engine asked directly."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from chirrup.bootstrap import open_application
from chirrup.commands.bench import finding, harness
from chirrup.commands.bench.embedded import community
from chirrup.commands.bench.embedded.filling import Filler
from chirrup.commands.options import JsonOption, ProfileOption
from chirrup.platform.datadir import DataDir
from chirrup.settings import Settings

AUTHORS = 10_000


def search(
    posts: Annotated[int, typer.Option(min=1000, help="How many posts there are.")] = 1_000_000,
    questions: Annotated[int, typer.Option(min=5, help="How many questions are asked in each way.")] = 500,
    singles: Annotated[int, typer.Option(min=1, help="How many posts to publish one after another.")] = 50,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Search among posts over HTTP, in turn with the engine asked directly; and how soon a post is found."""
    if bench := harness.for_profile(profile, "search"):
        bench.search(posts, questions, singles, as_json=as_json)
        return
    corpus = finding.Corpus(posts, AUTHORS)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        data_dir = Path(folder) / "data"
        filler = Filler(data_dir)
        accounts = filler.accounts(AUTHORS)
        filler.posts([accounts[number] for number in corpus.authors], corpus.texts)
        seconds = asyncio.run(_build(data_dir))
        asked = corpus.questions(questions, accounts)
        token = community.sign_in(data_dir, accounts[:1])[0]
        with community.serving(data_dir) as (url, _):
            harness.pin(harness.CLIENT_CORE)
            facts = asyncio.run(_ask(data_dir, url, asked))
            facts |= finding.findable(url, token, singles)
        facts |= {
            "posts": posts,
            "indexed_per_second": round(posts / seconds),
            "index_bytes_per_post": round(DataDir(data_dir).search.stat().st_size / posts),
        }
    harness.report(facts, as_json=as_json)


async def _build(data_dir: Path) -> float:
    """Build the index; return how long it takes."""
    async with open_application(Settings(data_dir=data_dir)) as app:
        started = time.perf_counter()
        await app.indexing.rebuild(lambda _posts, _people: None)
        return time.perf_counter() - started


async def _ask(data_dir: Path, url: str, asked: Sequence[finding.Question]) -> dict[str, object]:
    async with open_application(Settings(data_dir=data_dir)) as app:
        return await finding.measure(url, app.search.index, asked)
