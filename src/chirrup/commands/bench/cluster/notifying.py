"""`chirrup bench notifications --profile cluster`: the same over PostgreSQL."""

import asyncio

from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.commands.bench.notifying import measure


def notifications(likes: int, rounds: int, *, as_json: bool) -> None:
    """Tell of likes over a database of their own."""
    with throwaway() as settings:
        harness.report(asyncio.run(measure(settings, likes, rounds)), as_json=as_json)
