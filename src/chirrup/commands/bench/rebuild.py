"""`chirrup bench rebuild`: what somebody waits for who returns after months."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness, rebuilding
from chirrup.commands.bench.embedded.filling import Filler
from chirrup.commands.options import JsonOption, ProfileOption
from chirrup.settings import Settings

_DEFAULT = [100, 1_000, 10_000]


def rebuild(
    followees: Annotated[list[int], typer.Option(help="How many a reader follows; again for more readers.", min=1)] = (
        _DEFAULT
    ),
    posts: Annotated[int, typer.Option(help="How many posts there are.", min=1)] = 600_000,
    rounds: Annotated[int, typer.Option(help="How often to read without a timeline.", min=1)] = 20,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Read home timelines that have to be built first, and pages below them, by how many the reader follows."""
    if bench := harness.for_profile(profile, "rebuild"):
        bench.rebuild(followees, posts, rounds, as_json=as_json)
        return
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        filler = Filler(data_dir)
        authors = filler.accounts(max(followees) + 1, "author")
        readers = filler.accounts(len(followees), "reader")
        filler.posts(rebuilding.written_by(authors, posts))
        filler.follows(rebuilding.followees_of(followees, authors, readers))
        harness.pin(harness.SERVER_CORE)
        facts = asyncio.run(_measure(data_dir, dict(zip(followees, readers, strict=True)), rounds))
    harness.report({"posts": posts} | facts, as_json=as_json)


async def _measure(data_dir: Path, readers: dict[int, int], rounds: int) -> dict[str, object]:
    async with open_application(Settings(data_dir=data_dir)) as app:
        return await rebuilding.measure(app, readers, rounds)
