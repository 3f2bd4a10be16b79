"""`chirrup bench timelines`: what the timelines of active users take of an embedded server's memory."""

from typing import Annotated

import typer

from chirrup.commands.bench.embedded import timelines as embedded
from chirrup.commands.options import JsonOption


def timelines(
    owners: Annotated[int, typer.Option(help="How many timelines there are.", min=100)] = 100_000,
    size: Annotated[int, typer.Option(help="How many ids each holds.", min=8)] = 800,
    pushes: Annotated[int, typer.Option(help="How many posts are pushed to all.", min=1)] = 250,
    as_json: JsonOption = False,
) -> None:
    """Build timelines in this process and push to them; tell the memory of each, and of a million."""
    embedded.timelines(owners, size, pushes, as_json=as_json)
