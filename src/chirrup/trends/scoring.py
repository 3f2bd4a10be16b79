"""How much more a subject is used than usually: (observed - expected)² / expected.

Observed is a sum over accounts, each of which counts once in a sliding window, by its first use there, and half as much
after each half-life. Expected is the same sum as the subject's own history has it for this time of day and week.
"""

import math
from collections.abc import Mapping, Sequence

from chirrup.trends.models import HOUR

HALF_LIVES = 6
"""How long the window is; what is older counts for less than a sixty-fourth."""
PRIOR = 0.5
"""Expected of what nobody ever used, so that one use of it is no wonder."""
LEAST_SCORE = 4.0
"""Below two standard deviations, were uses independent of each other, nothing trends."""
HISTORY = 28 * 24
"""How many hours are remembered."""
_DAY, _WEEK = 24, 7 * 24
_LAST_DAYS = 7
_LEAST = 2


def window(half_life: int) -> int:
    """Return how long the window is, in the unit of the half-life."""
    return HALF_LIVES * half_life


def decayed(age: float, half_life: int) -> float:
    """Return what a use of this age counts: 1 when it is new, half as much after each half-life."""
    return math.exp2(-max(0.0, age) / half_life)


def score(observed: float, expected: float) -> float:
    """Return how unusual it is to observe that much; 0 where it is not more than expected."""
    usual = expected + PRIOR
    return (observed - usual) ** 2 / usual if observed > usual else 0.0


def expected(history: Mapping[int, int], began: int, now: int, half_life: int) -> float:
    """Return what the window would hold at this moment if the subject were used as it usually is.

    `history` has the number of accounts by hour (since the Unix epoch); hours without any are left out. `began` is the
    first hour that was counted, `now` and `half_life` are milliseconds. The hour that goes on is expected as a whole,
    since what is usual in it may well come at its beginning.
    """
    first = (now - window(half_life)) // HOUR
    total = 0.0
    for hour in range(first, now // HOUR + 1):
        newest = max(0, now - (hour + 1) * HOUR)
        oldest = min(window(half_life), max(HOUR, now - hour * HOUR))
        total += usual(history, began, hour, first) * _mass(newest, oldest, half_life)
    return total


def usual(history: Mapping[int, int], began: int, hour: int, first: int) -> float:
    """Return how many accounts usually use a subject in an hour, from what lies before the window's `first` hour.

    That is the mean of this hour of earlier weeks or of the last days, whichever is more: so neither what comes back
    every week nor what has come to stay is news. Where there are not two of either, it is the mean of all hours.
    """
    weeks = [hour - n * _WEEK for n in range(1, HISTORY // _WEEK + 1)]
    days = [hour - n * _DAY for n in range(1, _LAST_DAYS + 1)]
    counted = [[past for past in hours if began <= past < first] for hours in (weeks, days)]
    means = [_mean(history, hours) for hours in counted if len(hours) >= _LEAST]
    if means:
        return max(means)
    return _mean(history, range(max(began, first - HISTORY), first))


def _mean(history: Mapping[int, int], hours: Sequence[int]) -> float:
    return sum(history.get(hour, 0) for hour in hours) / len(hours) if hours else 0.0


def _mass(newest: int, oldest: int, half_life: int) -> float:
    """Return what one use an hour, spread evenly, counts between two ages: an integral of `decayed`."""
    if oldest <= newest:
        return 0.0
    # the integral of 2^(-t/h) is -h/ln 2 · 2^(-t/h)
    return half_life / math.log(2) * (decayed(newest, half_life) - decayed(oldest, half_life)) / HOUR
