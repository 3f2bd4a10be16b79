"""Verbs that run again when the database undid what they did."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from chirrup.platform.errors import Interrupted

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 4
_PAUSE = 0.02


def repeatable(verb: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Run a verb again, a few times, when its transaction was undone for a deadlock or a lost connection.

    Only for verbs that do nothing but look things up and one transaction: then once more is once.
    """

    @wraps(verb)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(ATTEMPTS - 1):
            try:
                return await verb(*args, **kwargs)
            except Interrupted:
                # those who stood in each other's way do not meet again
                await asyncio.sleep(_PAUSE * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311
        return await verb(*args, **kwargs)

    return run
