"""`chirrup bench footprint`: what a row, an event, and the way behind a commit take; of a cluster only."""

from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption, ProfileOption


def footprint(
    posts: Annotated[int, typer.Option(help="How many posts are handled.", min=10)] = 5000,
    rebuilds: Annotated[int, typer.Option(help="How many timelines are built anew.", min=1)] = 200,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Count bytes of rows and events, and microseconds of a core behind a post's commit and for a cold timeline."""
    harness.of_cluster(profile, "footprint").footprint(posts, rebuilds, as_json=as_json)
