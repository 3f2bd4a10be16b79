import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from chirrup.platform.datadir import DataDir
from tests.e2e.cli import chirrup, succeed
from tests.support import Server

pytestmark = pytest.mark.embedded

COMMANDS = [("user", "list"), ("check",), ("reconcile",), ("outbox",), ("migrate",)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_newer_database_is_refused_in_one_sentence(data_dir: Path, command: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(data_dir / "chirrup.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    ran = chirrup(*command, data_dir=data_dir)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "newer version of Chirrup" in ran.err


@pytest.mark.parametrize("content", [b"once upon a time, " * 100, b"SQLite format 3\0" + bytes(4080)])
def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "chirrup.db").write_bytes(content)
    ran = chirrup("user", "list", data_dir=tmp_path)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "cannot be read as a database" in ran.err


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "chirrup.db")) as database:
        database.execute("CREATE TABLE eggs (id INTEGER)")
        database.commit()
    ran = chirrup("user", "list", data_dir=tmp_path)
    assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_a_second_server_is_refused_in_one_sentence(server: Server) -> None:
    ran = chirrup("serve", "--port", "0", data_dir=server.data_dir)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "in use by another running instance" in ran.err


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    ran = chirrup("user", "list", data_dir=tmp_path / "data")
    assert (ran.code, ran.err.count("\n")) == (2, 1)


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root to become somebody else")
@pytest.mark.parametrize("closed", [".", "chirrup.db", "lock"])
def test_what_this_user_may_not_write_is_refused_in_one_sentence(prepared_data: Path, closed: str) -> None:
    # the folders above a test's own are closed to others
    root = Path("/var/tmp") / f"chirrup-test-{os.getpid()}"
    try:
        shutil.copytree(prepared_data, root)
        (root / "lock").touch()
        for path in [root, *root.rglob("*")]:
            os.chown(path, 65534, 65534)
        os.chown(root / closed, 0, 0)
        (root / closed).chmod(0o755 if closed == "." else 0o644)
        script = "import sys; from chirrup.cli import main; main(sys.argv[1:])"
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        ran = subprocess.run(
            [*nobody, sys.executable, "-c", script, "user", "list", "--data-dir", str(root)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        shutil.rmtree(root)
    assert ran.returncode == 2, ran.stderr
    assert ran.stderr.count("\n") == 1


def test_what_an_interrupted_load_left_to_do_is_done_by_the_next_command(data_dir: Path) -> None:
    data = DataDir(data_dir)
    data.begin("CREATE UNIQUE INDEX IF NOT EXISTS follows_of_followee ON follows (followee_id, id, follower_id)")
    with closing(sqlite3.connect(data.database)) as database:
        database.execute("DROP INDEX follows_of_followee")
        database.commit()
    succeed("user", "list", data_dir=data_dir)
    assert not data.unfinished.exists()
    with closing(sqlite3.connect(data.database)) as database:
        assert database.execute("SELECT 1 FROM sqlite_master WHERE name = 'follows_of_followee'").fetchone()


def test_facts_go_to_standard_output_and_nothing_else_does(data_dir: Path) -> None:
    ran = succeed("reconcile", "--json", data_dir=data_dir)
    assert ran.err == ""
    assert {drift["wrong"] for drift in ran.json["counts"]} == {0}
