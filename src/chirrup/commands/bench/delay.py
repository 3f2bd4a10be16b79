"""`chirrup bench delay`: how long posts wait for the last follower under an open-loop load; of a cluster only."""

from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption, ProfileOption


def delay(
    followers: Annotated[int, typer.Option(help="How many active followers each author has.", min=2)] = 1000,
    authors: Annotated[int, typer.Option(help="How many authors post.", min=1)] = 20,
    seconds: Annotated[float, typer.Option(help="How long each load lasts that is reported.", min=0.1)] = 30,
    ramp_seconds: Annotated[float, typer.Option(help="How long each step towards capacity lasts.", min=0.1)] = 4,
    ramp_from: Annotated[float, typer.Option(help="How many posts a second the first step has.", min=0.1)] = 20,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:  # fmt: skip
    """Find how many posts a second are delivered; then time them at 50 % and 90 % of that, from when they are due."""
    bench = harness.of_cluster(profile, "delay")
    bench.delay(followers, authors, seconds, ramp_seconds, ramp_from, as_json=as_json)
