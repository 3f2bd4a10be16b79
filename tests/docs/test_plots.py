"""The plots of the documentation are drawn from the figures that are kept beside it."""

from pathlib import Path

import pytest

from tests.e2e.cli import run

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_each_plot_is_that_of_the_figures_that_are_kept(tmp_path: Path) -> None:
    drawn = run("bench", "plot", "--figures", ROOT / "docs/reference/figures", "--to", tmp_path, "--json").json["drawn"]
    kept = ROOT / "docs/images/figures"
    old = [name for name in drawn if not (kept / f"{name}.svg").exists()]
    old += [
        name
        for name in set(drawn) - set(old)
        if (kept / f"{name}.svg").read_bytes() != (tmp_path / f"{name}.svg").read_bytes()
    ]
    assert old == [], "`chirrup bench plot` draws them anew"
