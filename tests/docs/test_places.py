"""The places in the code that explanations name: files that are there, and names that are defined in them."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(ROOT.glob("docs/explanation/*.md"))
# a link to a module, whose text holds a part of its path and names that it defines, each in backticks
LINK = re.compile(r"\[((?:`[^`]+`(?:, )?)+)\]\(([^)#\s]+\.py)\)")


@cache
def defined(file: Path) -> frozenset[str]:
    """Return the names that a module defines, and those of its classes as `Class.name`."""
    names = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        for name in named(node):
            names.add(name)
            if isinstance(node, ast.ClassDef):
                names.update(f"{name}.{inner}" for statement in node.body for inner in named(statement))
    return frozenset(names)


def named(node: ast.stmt) -> list[str]:
    """Return the names that a statement gives."""
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return [node.name]
        case ast.Assign():
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_place_in_the_code_is_where_the_page_says(page: Path) -> None:
    wrong = []
    for text, link in LINK.findall(page.read_text("utf-8")):
        file = (page.parent / link).resolve()
        for name in re.findall(r"`([^`]+)`", text):
            there = f"/{name}" in str(file) if "/" in name or name.endswith(".py") else name in defined(file)
            if not there:
                wrong.append(f"{name} in {link}")
    assert wrong == []


def test_the_home_timeline_s_page_names_its_places() -> None:
    links = LINK.findall((ROOT / "docs" / "explanation" / "home-timeline.md").read_text("utf-8"))
    assert len(links) > 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", page.read_text("utf-8"))
    inside = [(link, heading) for link, heading in links if "://" not in link]
    missing = []
    for link, heading in inside:
        target = (page.parent / link) if link else page
        titles = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
        anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
        if heading not in anchors:
            missing.append(f"{link}#{heading}")
    assert missing == []
