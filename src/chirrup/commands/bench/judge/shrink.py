"""Shortening a history that shows a difference.

Delta debugging (A. Zeller, R. Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE Transactions on
Software Engineering 28, 2002): leave out ever smaller parts, as long as the rest still fails.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from chirrup.commands.bench.judge.acts import AnyAct

T = TypeVar("T")
Fails = Callable[[Sequence[AnyAct]], bool]


def shortened(history: Sequence[AnyAct], fails: Fails) -> list[AnyAct]:
    """Return a history that fails, from which no act, and no member of an act's list, can be left out.

    `fails` may say no to everything once there is no more time: then it is merely shorter.
    """
    found, before = list(history), -1
    while len(found) != before:
        before = len(found)
        found = _without(found, fails)
        for place in range(len(found)):
            found[place] = _smaller(found, place, fails)
    return found


def _without(items: list[T], fails: Callable[[list[T]], bool]) -> list[T]:
    """Leave out parts: halves first, single items at last."""
    size = max(1, len(items) // 2)
    while items:
        start = 0
        while start < len(items):
            rest = items[:start] + items[start + size :]
            if fails(rest):
                items = rest
            else:
                start += size
        if size == 1:
            break
        size //= 2
    return items


def _smaller(history: Sequence[AnyAct], place: int, fails: Fails) -> AnyAct:
    """Return an act with as few members of its lists as will do."""
    act = history[place]
    for field in act.__struct_fields__:
        if isinstance(getattr(act, field), tuple):
            act = _with_fewer(history, place, act, field, fails)
    return act


def _with_fewer(history: Sequence[AnyAct], place: int, act: AnyAct, field: str, fails: Fails) -> AnyAct:
    def still_fails(members: list[object]) -> bool:
        return bool(members) and fails([*history[:place], changed(members), *history[place + 1 :]])

    def changed(members: list[object]) -> AnyAct:
        return msgspec.structs.replace(act, **{field: tuple(members)})

    return changed(_without(list(getattr(act, field)), still_fails))
