"""`chirrup search`: the index that posts, people and hashtags are found by."""

import asyncio
import time

import msgspec
import typer

from chirrup.commands.console import print_json, progress
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption
from chirrup.commands.session import opened

app = typer.Typer(no_args_is_help=True, help="The index that posts, people and hashtags are found by.")


@app.callback()
def group() -> None:
    """The index that posts, people and hashtags are found by."""


class Indexed(msgspec.Struct):
    """What a new index holds."""

    posts: int = 0
    people: int = 0
    seconds: float = 0.0


@app.command()
def reindex(data_dir: DataDirOption = None, profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Build the index anew from the database, also while servers are running.

    The old index serves until the new one is complete, and what changes meanwhile goes into both.
    """
    indexed = Indexed()

    async def run() -> None:
        with progress() as bars:
            task = bars.add_task("Indexing", total=None)

            def done(posts: int, people: int) -> None:
                indexed.posts, indexed.people = posts, people
                bars.update(task, completed=posts + people)

            async with opened(data_dir, profile) as instance:
                await instance.indexing.rebuild(done)

    started = time.monotonic()
    asyncio.run(run())
    indexed.seconds = round(time.monotonic() - started, 3)
    if as_json:
        print_json(indexed)
    else:
        typer.echo(f"{indexed.posts:,} posts and {indexed.people:,} people in {indexed.seconds:.1f} s.")
