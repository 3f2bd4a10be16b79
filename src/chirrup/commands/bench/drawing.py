"""Drawing plots as SVG that is readable on light and on dark pages, the same bytes for the same figures.

The only module that needs matplotlib, which is part of the extra `bench`; others load it by `harness.drawing`.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

# mid-tones: each has a contrast above 4 with GitHub's white and with its darkest background
_INK = "#757d87"
_COLOURS = ("#2f81c7", "#b9691f", "#2f8f62", "#8a63c9", "#c2516b")
_HEIGHT = 3.4
_WIDTH = 7.6
_LINE_OF_TEXT = 13.0
_FEW = 12
"""More points than these are not marked one by one."""
_STYLE: Any = {
    "svg.hashsalt": "chirrup",
    "svg.fonttype": "path",
    "font.size": 9.5,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.titlesize": 9.5,
    "axes.titlecolor": _INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "text.color": _INK,
    "grid.color": _INK,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
}

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """One line: its label, its points of (x, y), and whether it is a mark to compare with."""

    label: str
    points: Points
    is_mark: bool = False


@dataclass(frozen=True)
class Chart:
    """One part of a plot: lines over a common axis, or bars from left to right that have a label each."""

    kind: Literal["lines", "bars"]
    title: str
    x: str
    y: str
    lines: Sequence[Line] = ()
    bars: Sequence[tuple[str, float]] = ()
    log: Literal["", "x", "y", "xy"] = ""


def draw(charts: Sequence[Chart], file: Path) -> None:
    """Write the charts, side by side, into one SVG file."""
    with mpl.rc_context(_STYLE):
        figure = _figure(charts)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    file.parent.mkdir(parents=True, exist_ok=True)
    # matplotlib leaves blanks at the ends of lines
    lines = drawn.getvalue().decode().splitlines()
    file.write_text("".join(f"{line.rstrip()}\n" for line in lines))


def _figure(charts: Sequence[Chart]) -> Figure:
    most_bars = max(len(chart.bars) for chart in charts)
    height = 1.0 + 0.34 * most_bars if all(chart.bars for chart in charts) else _HEIGHT
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    for number, chart in enumerate(charts):
        axes = figure.add_subplot(1, len(charts), number + 1)
        axes.set_title(chart.title, loc="left", pad=10)
        if chart.kind == "bars":
            # what is measured alike is drawn alike
            longest = max(value for other in charts if other.x == chart.x for _, value in other.bars)
            _bars(axes, chart, longest, with_names=number == 0 or _names(chart) != _names(charts[0]))
        else:
            _lines(axes, chart)
    figure.draw_without_rendering()
    for axes, chart in zip(figure.axes, charts, strict=True):
        if chart.kind == "lines":
            _label_ends(axes, chart.lines, 72 / figure.dpi)
    return figure


def _bars(axes: Axes, chart: Chart, longest: float, *, with_names: bool) -> None:
    names = _names(chart)
    places = range(len(names))
    values = [value for _, value in chart.bars]
    drawn = axes.barh(list(places), values, color=_COLOURS[0], height=0.62)
    axes.bar_label(drawn, labels=[short(value) for value in values], padding=4)
    axes.set_yticks(list(places), names if with_names else [""] * len(names))
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(chart.x)
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))
    axes.locator_params(axis="x", nbins=4)
    # room for the number behind the longest bar
    axes.set_xlim(0, longest * 1.28 or 1.0)


def _names(chart: Chart) -> list[str]:
    return [name for name, _ in chart.bars]


def _lines(axes: Axes, chart: Chart) -> None:
    colours = cycle(_COLOURS)
    for line in chart.lines:
        xs, ys = [x for x, _ in line.points], [y for _, y in line.points]
        if line.is_mark:
            axes.plot(xs, ys, color=_INK, linewidth=1.0, linestyle=(0, (4, 3)))
        else:
            few = len(xs) <= _FEW
            axes.plot(xs, ys, color=next(colours), linewidth=1.8, marker="o" if few else None, markersize=4)
    if "x" in chart.log:
        axes.set_xscale("log")
    if "y" in chart.log:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
        axes.margins(y=0.12)
    for axis, name in ((axes.xaxis, "x"), (axes.yaxis, "y")):
        if name in chart.log:
            axis.set_major_locator(LogLocator(10, numticks=12))
            axis.set_minor_formatter(NullFormatter())
            axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(_tick))
    axes.grid(visible=True, axis="y")
    axes.set_xlabel(chart.x)
    axes.set_title(f"{chart.title}\n{chart.y}" if chart.title else chart.y, loc="left", pad=10)


def _label_ends(axes: Axes, lines: Sequence[Line], points_per_pixel: float) -> None:
    """Write each line's label behind its last point, apart from each other."""
    colours = dict(zip([line.label for line in lines if not line.is_mark], cycle(_COLOURS), strict=False))
    ends = [(float(axes.transData.transform(line.points[-1])[1]) * points_per_pixel, line) for line in lines]
    lowest = float("-inf")
    for height, line in sorted(ends, key=lambda end: end[0]):
        lowest = max(height, lowest + _LINE_OF_TEXT)
        axes.annotate(
            line.label, line.points[-1], xytext=(7, lowest - height), textcoords="offset points",
            va="center", color=colours.get(line.label, _INK), annotation_clip=False,
        )  # fmt: skip


def _tick(value: float, _place: object) -> str:
    return short(value)


def short(value: float) -> str:
    """Return a number as people write it: `1.5`, `250`, `10 k`, `2.1 M`."""
    for size, unit in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            scale = 1e3 if unit == "k" else size
            return f"{_digits(value / scale)} {unit}"
    return _digits(value)


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
