"""`chirrup bench relay`: from the outbox to the log, and from a commit to the last delivery; of a cluster only."""

from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption, ProfileOption


def relay(
    events: Annotated[int, typer.Option(help="How many events wait for the relay.", min=1)] = 100_000,
    posts: Annotated[int, typer.Option(help="How many posts to time for each author.", min=1)] = 200,
    rate: Annotated[float, typer.Option(help="How many posts a second while these are timed.", min=0.1)] = 10,
    followers: Annotated[
        list[int] | None, typer.Option(help="How many followers an author has; by default one has 100, one 10,000.")
    ] = None,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Publish a backlog by one relay; then time posts from their commit until the last follower's timeline has them."""
    bench = harness.of_cluster(profile, "relay")
    bench.relay(events, posts, rate, followers or [100, 10_000], as_json=as_json)
