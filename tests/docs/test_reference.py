"""The reference, held against the code that it describes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from chirrup.cli import app
from chirrup.platform.telemetry import Telemetry
from chirrup.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")])


def rows(page: str) -> list[list[str]]:
    """Return the cells of the table rows that begin with a name in backticks, without the backticks."""
    lines = (REFERENCE / page).read_text("utf-8").splitlines()
    return [[cell.strip().strip("`") for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| `")]


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, by its full name."""
    children = getattr(command, "commands", {})
    if not children or command.invoke_without_command:
        yield name, command
    for child_name, child in children.items():
        yield from commands(child, f"{name} {child_name}")


def test_every_setting_is_described_with_its_variable_and_default() -> None:
    defaults = Settings()
    described = {name: (variable, default) for name, variable, default, _ in rows("configuration.md")}
    known = {name: (PREFIX + name.upper(), str(getattr(defaults, name))) for name in Settings.__struct_fields__}
    known["web_dir"] = (known["web_dir"][0], "`web/dist` of the source tree".lstrip("`"))
    assert described == known


def test_every_command_is_described_with_its_options() -> None:
    text = (REFERENCE / "cli.md").read_text("utf-8")
    sections = dict(re.findall(r"^## (chirrup .+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    known = dict(commands(typer.main.get_command(app), "chirrup"))
    assert sections.keys() == known.keys()
    for name, command in known.items():
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        assert options == set(re.findall(r"`(--[a-z-]+)`", sections[name])), name


def test_every_metric_has_a_row() -> None:
    metrics = Telemetry().registry.collect()
    known = {metric.name + ("_total" if metric.type == "counter" else "") for metric in metrics}
    assert {row[0] for row in rows("metrics.md")} == known


def test_every_metric_that_a_guide_names_exists() -> None:
    metrics = Telemetry().registry.collect()
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
    known = {metric.name + suffix for metric in metrics for suffix in suffixes.get(metric.type, [""])}
    guides = "".join(page.read_text("utf-8") for page in ROOT.glob("docs/how-to/*.md"))
    # a query has its metric before a label, a range or an operator
    assert set(re.findall(r"\b(chirrup_[a-z_]+)(?=[{\[)]| [/>])", guides)) <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'(?:src|srcset)="([^"]+)"', text)
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []
