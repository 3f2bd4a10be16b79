"""`chirrup bench plot`: draws the figures that are kept in the documentation; what is drawn is in `plots_table`.

A figure is kept as the facts that its command printed with `--json`, in a file of its own.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import regex
import typer

from chirrup.commands.bench import harness
from chirrup.commands.bench.plots_table import PLOTS, Mark, Panel, Series, command
from chirrup.commands.options import JsonOption

FIGURES = Path("docs/reference/figures")
IMAGES = Path("docs/images/figures")
FiguresOption = Annotated[Path, typer.Option("--figures", help="The folder with the figures, as JSON.")]


class Missing(Exception):  # noqa: N818 - it is about a figure
    """A plot cannot be drawn, since a figure is not there; the message says which."""


def plot(
    figures: FiguresOption = FIGURES,
    to: Annotated[Path, typer.Option(help="The folder for the plots, as SVG.")] = IMAGES,
    as_json: JsonOption = False,
) -> None:
    """Draw all plots of the documentation from the figures that are kept; exit with 1 if one is missing."""
    drawing = harness.drawing()
    drawn, missing = [], []
    for each in PLOTS:
        try:
            charts = [_chart(drawing, panel, figures) for panel in each.panels]
        except Missing as reason:
            missing.append(f"{each.name}: {reason}")
        else:
            drawing.draw(charts, to / f"{each.name}.svg")
            drawn.append(each.name)
    if as_json:
        harness.report({"drawn": drawn, "missing": missing}, as_json=True)
    else:
        typer.echo("\n".join([f"drawn: {name}.svg" for name in drawn] + [f"missing: {line}" for line in missing]))
    if missing:
        raise typer.Exit(1)


def flat(facts: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each fact of nested ones by its full name, the parts joined by dots; lists count from 0."""
    inner: Iterator[tuple[Any, Any]]
    match facts:
        case Mapping():
            inner = iter(facts.items())
        case list():
            inner = iter(enumerate(facts))
        case _:
            yield name, facts
            return
    for part, value in inner:
        yield from flat(value, f"{name}.{part}" if name else str(part))


def points(series: Series, facts: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return the points of a series in order of x, which is in the fact's name or in another fact of its row.

    Raises:
        Missing: there are none.
    """
    found = []
    for name, value in facts.items():
        if (match := regex.fullmatch(series.facts, name)) and value is not None:
            x = facts[series.x.format(match[1])] if series.x else match[1]
            found.append((float(x) * series.x_scale, float(value) * series.scale))
    if not found:
        raise Missing(f"no fact is named {series.facts}")
    return sorted(found)


def _chart(drawing: Any, panel: Panel, figures: Path) -> Any:
    lines, bars = [], []
    for series in panel.series:
        facts = _facts(panel.file if series.file is None else series.file, figures)
        try:
            if panel.kind == "bars":
                bars.append((series.label, _one(series, facts)))
            else:
                lines.append(drawing.Line(series.label, points(series, facts)))
        except Missing as missing:
            raise Missing(f"in {series.file or panel.file}, {missing}") from missing
    lines += [drawing.Line(mark.label, _across(mark, lines), is_mark=True) for mark in panel.marks]
    return drawing.Chart(panel.kind, panel.title, panel.x, panel.y, lines, bars, panel.log)


def _one(series: Series, facts: Mapping[str, Any]) -> float:
    name = series.facts
    if series.row is not None:
        pattern, wanted = series.row
        rows = (regex.fullmatch(pattern, fact) for fact, value in facts.items() if value == wanted)
        row = next((match for match in rows if match), None)
        if row is None:
            raise Missing(f"no row is named {wanted}")
        name = name.format(row[1])
    if facts.get(name) is None:
        raise Missing(f"no fact is named {name}")
    return float(facts[name]) * series.scale


def _across(mark: Mark, lines: list[Any]) -> list[tuple[float, float]]:
    xs = [x for line in lines for x, _ in line.points]
    return [(min(xs), mark.y), (max(xs), mark.y)]


def _facts(name: str, figures: Path) -> dict[str, Any]:
    file = figures / f"{name}.json"
    if not file.exists():
        raise Missing(f"{file} is not there; `{command(name)}` makes it")
    return dict(flat(json.loads(file.read_text("utf-8"))))
