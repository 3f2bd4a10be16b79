"""How much an account counts when it is asked what trends.

An account grows to its full weight with its age, and needs somebody who knows it: a follower who is not new either
and does not use the same subject just now. So neither a crowd of new accounts nor a young ring that follows itself
makes a trend, nor one that new accounts follow. Old accounts count without followers, since a community of friends
looks like a ring, and differs from one by its age. Accounts that are not established weigh at most as much together as
those that are.

What this does not withstand: accounts that were made in good time and that others follow which were, too; accounts of
established members that were taken over or hired; and many who really mean it.
"""

from collections.abc import Sequence

import msgspec

ESTABLISHED = 0.5
"""From this weight an account is established."""
MOST_SUBJECTS = 10
"""Who uses more subjects than this in a window divides its weight among them."""
SENIOR = 8
"""At how many times the age from which they count in full accounts need no followers."""


class Standing(msgspec.Struct, frozen=True):
    """What is known of an account that uses a subject."""

    age: float
    """Days."""
    known_by: int
    """How many of its followers are old enough and do not use the subject."""
    subjects: int
    """How many subjects it uses in the window."""


def weight(standing: Standing, days: float) -> float:
    """Return how much an account counts, from 0 to 1; `days` is the age from which it may count in full."""
    share = min(1.0, MOST_SUBJECTS / max(1, standing.subjects))
    if days <= 0:
        return share
    age = max(0.0, standing.age)
    known = standing.known_by / (standing.known_by + 1)
    senior = (age - days) / ((SENIOR - 1) * days)
    return min(1.0, age / days) * max(known, min(1.0, senior), 0.0) * share


def together(weighed: Sequence[tuple[float, float]]) -> tuple[float, int]:
    """Return what accounts weigh together and how many are established, of (weight, what is left by decay) of each."""
    established = [(one, left) for one, left in weighed if one >= ESTABLISHED]
    trusted = sum(one * left for one, left in established)
    others = sum(one * left for one, left in weighed if one < ESTABLISHED)
    return trusted + min(trusted, others), len(established)
