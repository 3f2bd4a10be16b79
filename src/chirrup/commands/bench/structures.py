"""`chirrup bench structures`: ways to keep a home timeline in Redis, side by side; needs `redis-server` only."""

from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption


def structures(
    followers: Annotated[int, typer.Option(help="How many followers the author has.", min=2)] = 10_000,
    posts: Annotated[int, typer.Option(help="How many posts are pushed to all in one round.", min=1)] = 20,
    rounds: Annotated[int, typer.Option(help="How often to measure each.", min=1)] = 5,
    as_json: JsonOption = False,
) -> None:
    """Push to lists, sorted sets and packed strings, half of the followers without one, and read them, in turn."""
    harness.of_cluster("cluster", "structures").structures(followers, posts, rounds, as_json=as_json)
