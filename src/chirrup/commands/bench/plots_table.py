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
    row: tuple[str, str] | None = None
    """Of a bar: the pattern of facts that name rows, and the name; the group is put into `facts`."""


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
_FOLLOWEES = "Accounts that the reader follows"
_MILLION = 1e-6
_POLICY = r"replays\.1\.lines\.(\d+)\.policy"
"""The second replay has ten reads for each post."""
_POLICIES = ("push-only", "fixed 100000", "fixed 10000", "fixed 1000", "pull-only", "adaptive by embedded, margin 1",
             "best by embedded")  # fmt: skip


def _rebuild(file: str, title: str) -> Panel:
    lines = [
        Series("timeline built first", r"first_page_of_(\d+)_ms_p50"),
        Series("below the timeline", r"page_below_timeline_of_(\d+)_ms_p50"),
        Series("warm", r"warm_page_of_(\d+)_ms_p50"),
    ]
    return Panel("lines", file, lines, title, _FOLLOWEES, "Milliseconds for a page, median", log="xy")


def _shapes(title: str, unit: str, fact: str, scale: float = 1.0) -> Panel:
    names = {"packed": "packed string", "list": "list", "sorted_set": "sorted set"}
    return Panel("bars", "structures", [Series(names[n], f"{n}_{fact}", scale=scale) for n in names], title, unit)


def _delays(share: int) -> Panel:
    facts = {"median": "p50", "p99": "p99", "p99.9": "p99_9"}
    bars = [Series(label, f"at_{share}_to_last_ms_{fact}") for label, fact in facts.items()]
    return Panel("bars", "delay-cluster", bars, f"{share} % of capacity", "Milliseconds to the last follower")


def _mixed(title: str, unit: str, alone: str, both: str) -> Panel:
    return Panel("bars", "mixed-cluster", [Series("alone", alone), Series("both at once", both)], title, unit)


def _policies(title: str, fact: str) -> Panel:
    bars = [Series(name, f"replays.1.lines.{{}}.embedded_ratio.{fact}", row=(_POLICY, name)) for name in _POLICIES]
    return Panel("bars", "edges", bars, title, "fixed threshold of 10,000 = 1")


PLOTS: Sequence[Plot] = (
    Plot(
        "fanout",
        [
            Panel(
                "bars",
                "fanout",
                [
                    Series("fan-out: read, then push", "visits_per_second", scale=_MILLION),
                    Series("push alone", "pushes_alone_per_second", scale=_MILLION),
                    Series("yardstick: a bare loop", "bare_loop_per_second", scale=_MILLION),
                    Series("read alone", "followers_read_per_second", scale=_MILLION),
                    Series("yardstick: a bare query", "bare_select_per_second", scale=_MILLION),
                    Series("from posts over HTTP", "end_to_end_visits_per_second", scale=_MILLION),
                ],
                x="Million followers a second, one core",
            )
        ],
    ),
    Plot(
        "giants",
        [
            Panel(
                "lines",
                "giants",
                [
                    Series("last can read it", r"last_reads_of_(\d+)_ms_p50"),
                    Series("answered", r"answered_of_(\d+)_ms_p50"),
                    Series("time of the core", r"core_of_(\d+)_ms_per_post"),
                ],
                x=_FOLLOWERS,
                y="Milliseconds for one post, median; threshold 10,000",
                log="xy",
            )
        ],
    ),
    Plot(
        "fairness",
        [
            Panel(
                "bars",
                "fairness",
                [
                    Series("alone", "alone_ms_p99"),
                    Series("while a million followers are pushed to", "beside_giant_ms_p99"),
                ],
                x="Milliseconds until a small account's post can be read, p99",
            )
        ],
    ),
    Plot(
        "home-scale",
        [
            Panel(
                "lines",
                "scale",
                [Series("p99", r"ms_p99_at_(\d+)"), Series("median", r"ms_p50_at_(\d+)")],
                x="Accounts",
                y="Milliseconds for a home read",
                log="x",
            )
        ],
    ),
    Plot("rebuild", [_rebuild("rebuild", "embedded"), _rebuild("rebuild-cluster", "cluster")]),
    Plot(
        "structures",
        [
            _shapes("Memory", "bytes an id", "bytes_per_id_pushed"),
            _shapes("Push", "M followers/s of a Redis core", "pushes_by_script_per_redis_core", _MILLION),
            _shapes("Read all", "1,000 timelines/s", "reads_of_all_per_redis_core", 1e-3),
        ],
    ),
    Plot("delay", [_delays(50), _delays(90)]),
    Plot(
        "delay-by-followers",
        [
            Panel(
                "lines",
                "relay-cluster",
                [Series("p99", r"to_last_of_(\d+)_ms_p99"), Series("median", r"to_last_of_(\d+)_ms_p50")],
                x=_FOLLOWERS,
                y="Milliseconds until the last follower has the post, 10 posts a second",
                log="x",
            )
        ],
    ),
    Plot(
        "mixed",
        [
            _mixed("Home reads", "a second", "reads_alone_per_second", "reads_both_per_second"),
            _mixed("Home reads", "milliseconds, p99", "reads_alone_ms_p99", "reads_both_ms_p99"),
            _mixed("Deliveries", "a second", "deliveries_alone_per_second", "deliveries_both_per_second"),
        ],
    ),
    Plot("policies", [_policies("Work of pushing and merging", "work"), _policies("One read, p99", "read_p99")]),
)
"""What `chirrup bench plot` draws."""


def command(file: str) -> str:
    """Return what makes a file of figures, by its name."""
    bench, _, profile = file.partition("-")
    return f"chirrup bench {bench}{f' --profile {profile}' if profile else ''} --json"
