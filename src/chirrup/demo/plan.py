"""What the demo's members do next, and when: rounds in which everything happens, in an order by chance."""

import random
from collections import deque
from typing import Literal, get_args

Act = Literal[
    "post", "post_to_guest", "reply", "reply_to_guest", "like", "like_guest", "pass_on", "pass_on_guest",
    "follow", "follow_guest",
]  # fmt: skip
"""What ends in `to_guest` or `guest` reaches the account that a visitor logs in as."""

ACTS: tuple[Act, ...] = get_args(Act)
_ROUND: tuple[Act, ...] = (
    "post", "post_to_guest", "post_to_guest", "reply", "reply_to_guest", "like", "like", "like_guest",
)  # fmt: skip
_SOMETIMES: tuple[tuple[Act, Act], ...] = (("pass_on", "pass_on_guest"), ("follow_guest", "follow"))
_BEGINNING: tuple[Act, ...] = ("post_to_guest", "reply_to_guest", "like_guest")
_SPREAD = 0.6


class Plan:
    """An endless series of acts with pauses between them."""

    def __init__(self, chance: random.Random, per_minute: float) -> None:
        self._chance = chance
        self._mean = 60 / per_minute
        # somebody who has just opened the page sees at once that it lives
        self._coming = deque(self._round(*_BEGINNING))

    def next(self) -> Act:
        """Return the next act; each ten are a round in which every kind has its turn."""
        if not self._coming:
            self._coming.extend(self._round())
        return self._coming.popleft()

    def pause(self) -> float:
        """Return how many seconds to wait for it, near the mean and never none."""
        return self._mean * self._chance.uniform(1 - _SPREAD, 1 + _SPREAD)

    def _round(self, *first: Act) -> list[Act]:
        acts = [*_ROUND, *(self._chance.choice(pair) for pair in _SOMETIMES)]
        for act in first:
            acts.remove(act)
        self._chance.shuffle(acts)
        return [*first, *acts]
