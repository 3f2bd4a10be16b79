"""`chirrup bench mixed`: home reads and fan-out, each alone and both at once; of a cluster only."""

from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption, ProfileOption


def mixed(
    followers: Annotated[int, typer.Option(help="How many active followers each author has.", min=2)] = 1000,
    rounds: Annotated[int, typer.Option(help="How often to measure each.", min=1)] = 3,
    seconds: Annotated[int, typer.Option(help="How long to load each.", min=1)] = 5,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Read home timelines at 32 connections, have posts pushed to the readers, and do both: who slows whom down."""
    harness.of_cluster(profile, "mixed").mixed(followers, rounds, seconds, as_json=as_json)
