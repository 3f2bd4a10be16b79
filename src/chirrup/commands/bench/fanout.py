"""`chirrup bench fanout`: visits of followers' timelines."""

from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.bench.embedded import fanout as embedded
from chirrup.commands.options import JsonOption, ProfileOption


def fanout(
    followers: Annotated[int, typer.Option(help="How many followers the author has.", min=2)] = 20_000,
    posts: Annotated[int, typer.Option(help="How many posts are pushed to all.", min=1)] = 100,
    rounds: Annotated[int, typer.Option(help="Embedded: how often to measure each.", min=1)] = 5,
    seconds: Annotated[int, typer.Option(help="Embedded: how long to post over HTTP.", min=1)] = 5,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Push posts to followers in chunks of 1,000, half of them without a timeline, the others with 800 ids or more."""
    if bench := harness.for_profile(profile, "fanout"):
        bench.fanout(followers, posts, as_json=as_json)
        return
    embedded.fanout(followers, posts, rounds, seconds, as_json=as_json)
