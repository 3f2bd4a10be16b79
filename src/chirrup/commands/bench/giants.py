"""`chirrup bench giants` and `chirrup bench fairness`: posts by accounts with very many followers."""

from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.bench.embedded import giants as embedded
from chirrup.commands.options import JsonOption, ProfileOption

_DEFAULT = [1_000, 10_000, 100_000, 1_000_000, 5_000_000]


def giants(
    followers: Annotated[list[int], typer.Option(help="How many follow an author; again for more authors.", min=1)] = (
        _DEFAULT
    ),
    posts: Annotated[int, typer.Option(help="How many posts of each are timed.", min=1)] = 20,
    threshold: Annotated[int, typer.Option(help="Above this many followers posts are merged at read.", min=1)] = 10_000,
    as_json: JsonOption = False,
) -> None:
    """Post by authors with ever more followers: the answer's time, the core's, and until the last one can read it."""
    embedded.giants(followers, posts, threshold, as_json=as_json)


def fairness(
    followers: Annotated[int, typer.Option(help="How many followers the giant has.", min=1)] = 1_000_000,
    posts: Annotated[int, typer.Option(help="How many posts of a small account are timed.", min=1)] = 200,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
) -> None:
    """Post by a small account, alone and while a giant just below the threshold is pushed again and again."""
    if bench := harness.for_profile(profile, "fairness"):
        bench.fairness(followers, posts, as_json=as_json)
        return
    embedded.fairness(followers, posts, as_json=as_json)
