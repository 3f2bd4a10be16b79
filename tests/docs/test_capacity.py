"""The capacity plan's page is what its command makes of the rates that are kept."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.cli import run

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("docs/explanation/capacity.md")
IMAGES = Path("docs/images/figures")


@pytest.mark.slow
def test_the_page_and_its_plots_are_what_the_command_makes(tmp_path: Path) -> None:
    copy = tmp_path / PAGE
    copy.parent.mkdir(parents=True)
    shutil.copy(ROOT / PAGE, copy)
    ran = run("bench", "simulate", "--rates", ROOT / "docs/reference/figures/rates.json", "--to", copy)
    assert ran.code == 0, ran.err
    assert copy.read_text() == (ROOT / PAGE).read_text()
    made = sorted(image.name for image in (tmp_path / IMAGES).iterdir())
    assert made == ["capacity-delay.svg", "capacity-growth.svg", "capacity-threshold.svg"]
    assert [
        name for name in made if (tmp_path / IMAGES / name).read_bytes() != (ROOT / IMAGES / name).read_bytes()
    ] == []
