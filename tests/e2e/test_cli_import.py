import gzip
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chirrup.platform.datadir import DataDir
from tests.e2e.cli import chirrup, succeed
from tests.support import Server

pytestmark = pytest.mark.embedded


def follows(data_dir: Path) -> set[tuple[str, str]]:
    """Return (follower, followee) by username."""
    return set(
        rows(
            data_dir,
            "SELECT a.username, b.username FROM follows JOIN accounts a ON a.id = follower_id"
            " JOIN accounts b ON b.id = followee_id",
        )
    )


def rows(data_dir: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(data_dir / "chirrup.db")) as database:
        found: list[Any] = database.execute(sql).fetchall()
        return found


def assert_counts_are_right(data_dir: Path) -> None:
    assert {
        drift["wrong"] for drift in succeed("reconcile", "--dry-run", "--json", data_dir=data_dir).json["counts"]
    } == {0}


def write_graph(file: Path, edges: int, nodes: int) -> set[tuple[str, str]]:
    """Write a random graph whose few famous accounts have most followers, and return its follows."""
    chance = random.Random(7)
    pairs = [(chance.randrange(nodes), int(nodes * chance.random() ** 4)) for _ in range(edges)]
    pairs = [(one, other) for one, other in pairs if one != other]
    file.write_text("".join(f"{one} {other}\n" for one, other in pairs))
    return {(f"u{one}", f"u{other}") for one, other in pairs}


@pytest.mark.parametrize("separator", [" ", "\t", ",", ", ", "   "])
def test_pairs_make_accounts_and_follows(data_dir: Path, tmp_path: Path, separator: str) -> None:
    file = tmp_path / "graph.txt"
    file.write_text("".join(f"{pair.replace(' ', separator)}\n" for pair in ("1 2", "2 1", "3 1", "0 3")))
    loaded = succeed("import", "graph", file, "--json", data_dir=data_dir).json
    assert (loaded["edges"], loaded["follows"], loaded["accounts"], loaded["faults"]) == (4, 4, 4, 0)
    assert follows(data_dir) == {("u1", "u2"), ("u2", "u1"), ("u3", "u1"), ("u0", "u3")}
    counts = dict(rows(data_dir, "SELECT username, followers_count || '/' || following_count FROM accounts"))
    assert counts == {"u0": "0/1", "u1": "2/1", "u2": "1/1", "u3": "1/1"}


def test_comments_and_empty_lines_are_skipped_and_the_last_line_needs_no_end(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.txt"
    file.write_bytes(b"# nodes: 3\r\n% a matrix\r\n\r\n1 2\r\n  # more\n2 3")
    succeed("import", "graph", file, data_dir=data_dir)
    assert follows(data_dir) == {("u1", "u2"), ("u2", "u3")}


def test_a_gzipped_file_is_known_by_its_content(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.txt"
    file.write_bytes(gzip.compress(b"1 2\n2 3\n"))
    succeed("import", "graph", file, data_dir=data_dir)
    assert len(follows(data_dir)) == 2


def test_a_cut_gzip_keeps_what_was_whole_and_says_so(data_dir: Path, tmp_path: Path) -> None:
    edges = "".join(f"{number} {number * 7 + 1}\n" for number in range(200_000)).encode()
    file = tmp_path / "graph.gz"
    file.write_bytes(gzip.compress(edges)[:-1000])
    ran = chirrup("import", "graph", file, data_dir=data_dir)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "damaged" in ran.err
    assert len(follows(data_dir)) > 50_000
    assert_counts_are_right(data_dir)


def test_standard_input_is_read(data_dir: Path) -> None:
    succeed("import", "graph", "-", data_dir=data_dir, stdin="1 2\n")
    assert follows(data_dir) == {("u1", "u2")}


def test_unusable_lines_are_reported_by_number_and_do_not_stop_the_rest(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.txt"
    file.write_text("1 2\n5 5\none two\n3\n-1 4\n1 2 3\n2 99999999999999999999999\n2 3\n")
    ran = chirrup("import", "graph", file, "--json", data_dir=data_dir)
    assert ran.code == 1
    assert [fault["line"] for fault in ran.json["first_faults"]] == [2, 3, 4, 5, 6, 7]
    assert ran.json["faults"] == 6
    assert follows(data_dir) == {("u1", "u2"), ("u2", "u3")}
    table = chirrup("import", "graph", file, data_dir=data_dir)
    assert "line 2: 5 follows itself\n" in table.err


def test_of_many_unusable_lines_the_first_twenty_are_shown(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.txt"
    file.write_text("1 2\n" + "x\n" * 5000 + "y" * 3_000_000 + "\n3 4\n")
    ran = chirrup("import", "graph", file, "--json", data_dir=data_dir)
    assert len(ran.json["first_faults"]) == 20
    assert ran.json["faults"] >= 5001
    assert follows(data_dir) == {("u1", "u2"), ("u3", "u4")}


def test_repeating_adds_nothing_and_more_adds_only_what_is_new(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.txt"
    graph = write_graph(file, 3000, 300)
    succeed("import", "graph", file, "--batch", 500, data_dir=data_dir)
    again = succeed("import", "graph", file, "--json", data_dir=data_dir).json
    assert (again["follows"], again["accounts"]) == (0, 0)
    assert follows(data_dir) == graph
    file.write_text("1000 2000\n")
    assert succeed("import", "graph", file, "--json", data_dir=data_dir).json["follows"] == 1
    assert_counts_are_right(data_dir)
    succeed("check", data_dir=data_dir)


def test_a_name_that_somebody_has_means_that_account(data_dir: Path, tmp_path: Path) -> None:
    for name in ("u5", "u05", "u5x"):
        succeed("user", "create", name, data_dir=data_dir)
    file = tmp_path / "graph.txt"
    file.write_text("5 6\n6 5\n")
    succeed("import", "graph", file, data_dir=data_dir)
    assert follows(data_dir) == {("u5", "u6"), ("u6", "u5")}
    assert len(rows(data_dir, "SELECT 1 FROM accounts")) == 4


def test_a_loaded_account_cannot_log_in(data_dir: Path, tmp_path: Path) -> None:
    succeed("import", "graph", "-", data_dir=data_dir, stdin="1 2\n")
    assert rows(data_dir, "SELECT DISTINCT password_hash FROM accounts") == [(None,)]


def test_a_load_beside_a_running_server_is_refused(server: Server, tmp_path: Path) -> None:
    ran = chirrup("import", "graph", "-", data_dir=server.data_dir, stdin="1 2\n")
    assert ran.code == 2
    assert "in use by another running instance" in ran.err


def test_a_missing_file_is_refused(data_dir: Path) -> None:
    assert chirrup("import", "graph", "nowhere.txt", data_dir=data_dir).code == 2


def test_a_load_that_was_killed_is_right_as_far_as_it_came_and_goes_on(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.txt"
    graph = write_graph(file, 200_000, 20_000)
    command = [sys.executable, "-c", "from chirrup.cli import main; main()", "import", "graph", str(file)]
    load = subprocess.Popen([*command, "--batch", "2000", "--data-dir", str(data_dir)])
    deadline = time.monotonic() + 60
    while not _loaded(data_dir):
        assert load.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)
    load.send_signal(signal.SIGKILL)
    load.wait(timeout=10)
    assert DataDir(data_dir).unfinished.exists()
    part = follows(data_dir)
    assert part < graph
    assert_counts_are_right(data_dir)
    assert rows(data_dir, "SELECT 1 FROM sqlite_master WHERE name = 'follows_of_followee'")
    succeed("import", "graph", file, data_dir=data_dir)
    assert follows(data_dir) == graph
    assert_counts_are_right(data_dir)
    succeed("check", data_dir=data_dir)


def _loaded(data_dir: Path) -> bool:
    return bool(rows(data_dir, "SELECT 1 FROM follows LIMIT 1"))
