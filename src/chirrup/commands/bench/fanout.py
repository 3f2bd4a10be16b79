"""`chirrup bench fanout`: visits of followers' timelines; of a cluster only."""

from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption, ProfileOption


def fanout(
    followers: Annotated[int, typer.Option(help="How many followers the author has.", min=2)] = 20_000,
    posts: Annotated[int, typer.Option(help="How many posts are pushed to all.", min=1)] = 100,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Push posts to followers in chunks of 1,000, half of them without a timeline, the others with 800 ids or more."""
    harness.of_cluster(profile, "fanout").fanout(followers, posts, as_json=as_json)
