"""Plots of kept figures."""

import json
from pathlib import Path
from typing import Any

import pytest

from chirrup.commands.bench.drawing import Chart, Line, draw, short
from chirrup.commands.bench.plots import Missing, flat, points
from chirrup.commands.bench.plots_table import PLOTS, Series, command
from tests.e2e.cli import run

WORDS = {1.5: "1.5", 0.123456: "0.123", 999: "999", 2500: "2,500", 10_000: "10 k", 1e6: "1 M", 2.34e9: "2.34 G"}

POLICIES = [series.label for plot in PLOTS if plot.name == "policies" for series in plot.panels[0].series]


def charts() -> list[Chart]:
    lines = [Line("push", [(1000, 2.0), (10_000, 20.0)]), Line("aim", [(1000, 9.0), (10_000, 9.0)], is_mark=True)]
    return [Chart("lines", "", "Followers", "ms", lines=lines, log="x"), Chart("bars", "", "MiB", "", bars=[("a", 3)])]


def test_the_same_figures_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw(charts(), tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_plot_has_no_background_of_its_own(tmp_path: Path) -> None:
    draw(charts(), tmp_path / "plot.svg")
    assert "fill: #ffffff" not in (tmp_path / "plot.svg").read_text()


@pytest.mark.parametrize(("number", "word"), WORDS.items())
def test_a_number_is_short(number: float, word: str) -> None:
    assert short(number) == word


def test_points_are_found_by_the_facts_names_and_ordered() -> None:
    facts = {"ms_of_100": 2, "ms_of_20": 1, "other": 5}
    assert points(Series("", r"ms_of_(\d+)"), facts) == [(20, 1), (100, 2)]


def test_points_are_found_in_rows() -> None:
    facts = dict(flat({"rows": [{"users": 5, "ms": 2.0}, {"users": 3, "ms": 1.0}]}))
    assert points(Series("", r"rows\.(\d+)\.ms", x="rows.{}.users", scale=10), facts) == [(3, 10), (5, 20)]


def test_a_fact_that_is_not_there_is_named() -> None:
    with pytest.raises(Missing, match="ms_of"):
        points(Series("", r"ms_of_(\d+)"), {"other": 1})


def test_a_figure_that_is_not_there_is_named_and_nothing_is_skipped_silently(tmp_path: Path) -> None:
    ran = run("bench", "plot", "--figures", tmp_path, "--to", tmp_path / "images")
    assert ran.code == 1
    assert all(f"missing: {plot.name}: " in ran.out for plot in PLOTS)
    assert all(f"{plot.panels[0].file}.json is not there" in ran.out for plot in PLOTS)


@pytest.mark.parametrize(
    ("file", "expected"),
    [("giants", "chirrup bench giants --json"), ("delay-cluster", "chirrup bench delay --profile cluster --json")],
)
def test_a_file_s_name_tells_what_makes_it(file: str, expected: str) -> None:
    assert command(file) == expected


def test_a_bar_is_found_by_the_name_of_its_row(tmp_path: Path) -> None:
    lines = [{"policy": policy, "embedded_ratio": {"work": n, "read_p99": n}} for n, policy in enumerate(POLICIES)]
    (tmp_path / "edges.json").write_text(json.dumps({"replays": [{}, {"lines": lines}]}))
    ran = run("bench", "plot", "--figures", tmp_path, "--to", tmp_path / "images", "--json")
    assert ran.json["drawn"] == ["policies"]


def test_what_is_there_is_drawn(tmp_path: Path) -> None:
    kept: dict[str, dict[str, Any]] = {"relay-cluster": {"to_last_of_10_ms_p50": 1, "to_last_of_10_ms_p99": 2}}
    for name, facts in kept.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(facts))
    ran = run("bench", "plot", "--figures", tmp_path, "--to", tmp_path / "images", "--json")
    assert "delay-by-followers" in ran.json["drawn"]
    assert (tmp_path / "images" / "delay-by-followers.svg").read_text().startswith("<?xml")


def test_every_axis_says_what_it_shows_and_every_plot_has_a_name_of_its_own() -> None:
    panels = [panel for plot in PLOTS for panel in plot.panels]
    assert all(panel.x and (panel.y or panel.kind == "bars") for panel in panels)
    assert len({plot.name for plot in PLOTS}) == len(PLOTS)
