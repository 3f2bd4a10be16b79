"""What is committed says nothing of the machines it was made on, and explains what it stands on."""

import json
import re
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# in pieces, so that this file does not hold what it looks for
REGISTRIES = ("registry.npm" + "js.org", "pypi" + ".org", "files.python" + "hosted.org", "index" + "-url")
MACHINE = re.compile("|".join("/" + place for place in (r"work/(main|shared)", r"tmp/scratch", r"root/", r"home/\w+/")))


def committed() -> list[Path]:
    """Return the files under version control that are text."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [file for file in files if file.is_file() and b"\0" not in file.read_bytes()[:8000]]


def test_no_file_names_a_package_registry() -> None:
    found = [
        str(file.relative_to(ROOT)) for file in committed() if any(name in file.read_text() for name in REGISTRIES)
    ]
    assert found == []


def test_no_file_names_a_folder_of_somebody_s_machine() -> None:
    assert [str(file.relative_to(ROOT)) for file in committed() if MACHINE.search(file.read_text())] == []


def test_the_lock_of_the_client_is_bound_to_no_registry() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    unchecked = {name for name, package in lock["packages"].items() if name and "integrity" not in package}
    # what comes inside another package is checked with that one
    assert {name for name in unchecked if "inBundle" not in lock["packages"][name]} == set()


def test_each_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    client = json.loads((ROOT / "web" / "package.json").read_text())
    extras = project["project"]["optional-dependencies"].values()
    python = [*project["project"]["dependencies"], *chain(*extras), *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=~! ;]", requirement)[0] for requirement in python}
    names |= client["dependencies"].keys() | client["devDependencies"].keys()
    page = (ROOT / "docs" / "reference" / "dependencies.md").read_text()
    explained = {
        name for row in re.findall(r"^\| (`[^|]+)\|", page, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    }
    assert names - explained == set()
