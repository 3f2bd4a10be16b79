"""`chirrup bench simulate`: from measured rates and a community's laws to the machines for so many daily users."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from chirrup.commands.options import JsonOption
from chirrup.platform.errors import StartRefused

RATES = Path("docs/reference/figures/rates.json")
POWER_LAW = "powerlaw"


def simulate(
    users: Annotated[int, typer.Option(help="How many people come on a day.", min=1000)] = 200_000_000,
    graph: Annotated[
        str, typer.Option(help="Who follows whom: a file of `follower followee`, or the law.")
    ] = POWER_LAW,
    reads: Annotated[float, typer.Option(help="Home reads of each a day.", min=0.1)] = 100.0,
    writes: Annotated[float, typer.Option(help="Writes of each a day.", min=0.1)] = 10.0,
    threshold: Annotated[int, typer.Option(help="Above this many followers an author is pulled.", min=1)] = 10_000,
    rates: Annotated[Path, typer.Option(help="The file with the measured rates.")] = RATES,
    refresh: Annotated[
        str, typer.Option(help="First take the rates anew from the figures beside the file; says how they were taken.")
    ] = "",
    to: Annotated[Path | None, typer.Option(help="The page whose tables and plots to make.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Plan the capacity for a number of daily users: rates, memory, processes and machines."""
    try:
        # by name, so that nobody who plans nothing needs the extra
        planning = import_module("chirrup.commands.bench.simulate_command")
    except ModuleNotFoundError as missing:
        raise StartRefused(f"A plan needs the extra `bench`, and {missing.name} is not installed.") from missing
    graph_file = None if graph == POWER_LAW else graph
    habits = {"reads": reads, "writes": writes, "threshold": threshold}
    planning.simulate(users, graph_file, habits, rates, refresh, to, as_json=as_json)
