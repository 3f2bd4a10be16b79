"""`chirrup bench edges`: what is pushed and what is merged at read, by which rule, and what that costs."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from chirrup.commands.options import JsonOption
from chirrup.platform.errors import StartRefused


def edges(
    accounts: Annotated[int, typer.Option(help="How many accounts the community has.", min=10)] = 100_000,
    follows: Annotated[float, typer.Option(help="How many of them an account follows, on average.", min=1)] = 50.0,
    graph: Annotated[Path | None, typer.Option(help="A file with the follows instead; gzipped or not.")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="Of the community and what it does; several for several.")] = (
        None
    ),
    ratio: Annotated[list[float] | None, typer.Option(help="How many home reads there are for each post.")] = None,
    threshold: Annotated[int, typer.Option(help="The fixed threshold that the others are held against.", min=1)] = (
        10_000
    ),
    as_json: JsonOption = False,
) -> None:
    """Replay one day's posts and reads under rules of push and pull; weigh what they did by measured costs.

    Needs the extra `bench`. Costs of the embedded server are measured first, in this process; those of a cluster are
    the ones in docs/reference/performance.md.
    """
    if graph is not None and not graph.is_file():
        raise StartRefused(f"There is no file {graph}.")
    try:
        # by name, so that a server needs no numpy
        table = import_module("chirrup.commands.bench.replay.table")
    except ModuleNotFoundError as missing:
        raise StartRefused(f"This needs the extra `bench`, and {missing.name} is not installed.") from missing
    found = table.replay(accounts, follows, graph, seed or [1], ratio or [1.0, 10.0, 100.0], threshold)
    typer.echo(table.as_json(found) if as_json else table.as_text(found))
