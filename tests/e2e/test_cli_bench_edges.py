"""`chirrup bench edges`: a day replayed under rules of push and pull."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cli import run

pytestmark = [pytest.mark.slow, pytest.mark.embedded]


def test_rules_are_held_against_a_fixed_threshold() -> None:
    ran = run("bench", "edges", "--accounts", 1000, "--follows", 10, "--threshold", 100, "--ratio", 3, "--json")
    assert ran.code == 0, ran.err
    found: Any = ran.json
    assert found["embedded"]["visit"] > 0
    (replay,) = found["replays"]
    lines = {line["policy"]: line for line in replay["lines"]}
    assert lines["fixed 100"]["embedded_ratio"]["work"] == 1
    assert lines["push-only"]["counted"]["merged_mean"] == 0
    assert lines["pull-only"]["counted"]["visits"] == 0
    assert 0 < lines["adaptive by embedded, capped, margin 1"]["counted"]["longest"] <= 100


def test_a_graph_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "birds.txt"
    file.write_text("".join(f"{follower} {follower % 7 + 100}\n" for follower in range(60)))
    ran = run("bench", "edges", "--graph", file, "--threshold", 5, "--seed", 1, "--seed", 2, "--ratio", 2)
    assert ran.code == 0, ran.err
    assert ran.out.count("67 accounts, 60 follows") == 2


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    ran = run("bench", "edges", "--graph", tmp_path / "nothing.txt")
    assert ran.code == 2
    assert "There is no file" in ran.err
