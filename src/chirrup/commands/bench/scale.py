"""`chirrup bench scale`: home reads of instances of different sizes."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption
from chirrup.platform.errors import StartRefused

_SIZES = (10_000, 100_000, 1_000_000)


def scale(
    accounts: Annotated[list[int] | None, typer.Option(help="How many accounts an instance has; several.")] = None,
    mean_follows: Annotated[float, typer.Option(help="How many others an account follows on average.", min=1)] = 50.0,
    days: Annotated[float, typer.Option(help="For how many days people have posted.", min=0.01)] = 3.0,
    readers: Annotated[int, typer.Option(help="How many accounts read; drawn by how often they do.", min=2)] = 4000,
    cold: Annotated[
        float, typer.Option(help="The share of the reads by somebody without a timeline.", min=0, max=0.5)
    ] = 0.02,
    rounds: Annotated[int, typer.Option(help="How often to load each.", min=1)] = 3,
    seconds: Annotated[int, typer.Option(help="How long to load each.", min=1)] = 4,
    keep: Annotated[Path | None, typer.Option(help="A folder in which the instances stay, to be used again.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Read the home timelines of many accounts, of instances of each size in turn, at 32 connections.

    Follows, posts and reads are spread by power laws; who has more than 10,000 followers is merged at read. A million
    accounts with 50 follows each take some 5 GB of disk and some minutes to write. Needs the extra `bench`.
    """
    sizes = accounts or list(_SIZES)
    if min(sizes) < 10:
        raise StartRefused("An instance has at least 10 accounts here.")
    try:
        # by name, so that a server needs no numpy
        bench = import_module("chirrup.commands.bench.embedded.scale")
    except ModuleNotFoundError as missing:
        raise StartRefused(f"This needs the extra `bench`, and {missing.name} is not installed.") from missing
    plan = bench.Plan(mean_follows=mean_follows, days=days, readers=readers, cold=cold, rounds=rounds, seconds=seconds)
    harness.report(bench.scale(sizes, plan, keep), as_json=as_json)
