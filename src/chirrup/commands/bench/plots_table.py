"""Which plots the documentation has: from which facts of which file, over what, in which units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Series:
    """A line, or one bar.

    `facts` is the name of a bar's fact, or the pattern of a line's: its group is x, or is put into `x`, which then is
    the name of the fact that holds it. Values are multiplied by the scales.
    """

    label: str
    facts: str
    x: str = ""
    file: str | None = None
    scale: float = 1.0
    x_scale: float = 1.0


@dataclass(frozen=True)
class Mark:
    """A height to compare with, as an aim."""

    label: str
    y: float


@dataclass(frozen=True)
class Panel:
    """One part of a plot; `file` is where its facts are, without the ending."""

    kind: Literal["lines", "bars"]
    file: str
    series: Sequence[Series]
    title: str = ""
    x: str = ""
    y: str = ""
    log: Literal["", "x", "y", "xy"] = ""
    marks: Sequence[Mark] = ()


@dataclass(frozen=True)
class Plot:
    """One image."""

    name: str
    panels: Sequence[Panel]


_FOLLOWERS = "Followers of the author"

PLOTS: Sequence[Plot] = (
    Plot(
        "delay-by-followers",
        [
            Panel(
                "lines",
                "relay-cluster",
                [
                    Series("p99", r"to_last_of_(\d+)_ms_p99"),
                    Series("median", r"to_last_of_(\d+)_ms_p50"),
                ],
                x=_FOLLOWERS,
                y="Milliseconds until the last follower has the post, 10 posts a second",
                log="x",
            )
        ],
    ),
)
"""What `chirrup bench plot` draws."""
