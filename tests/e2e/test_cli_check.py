import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from chirrup.accounts.tokens import Keys
from chirrup.platform.datadir import DataDir
from tests.e2e.cli import chirrup, succeed
from tests.pictures import picture, stored_in
from tests.support import API, PASSWORD, Server

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with a small community in it, which tests copy."""
    root = tmp_path_factory.mktemp("filled") / "data"
    succeed("demo", "--accounts", 40, "--posts", 120, "--pictures", 0, data_dir=root)
    return root


@pytest.fixture
def busy_dir(filled: Path, tmp_path: Path) -> Path:
    """An instance of a test's own with a small community in it."""
    return Path(shutil.copytree(filled, tmp_path / "busy"))


def change(data_dir: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data_dir / "chirrup.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def faults(data_dir: Path) -> set[str]:
    ran = chirrup("check", "--json", data_dir=data_dir)
    found = {result["examined"] for result in ran.json["results"] if result["result"] == "fault"}
    assert ran.code == bool(found)
    return found


def test_a_whole_instance_has_no_faults(busy_dir: Path) -> None:
    assert faults(busy_dir) == set()
    assert succeed("check", data_dir=busy_dir).out.endswith("All is well.\n")


def test_an_instance_is_checked_while_it_is_served(server: Server) -> None:
    assert faults(server.data_dir) == set()


@pytest.mark.parametrize(
    ("damage", "examined"),
    [
        ("DELETE FROM accounts WHERE id = (SELECT author_id FROM posts LIMIT 1)", "posts.author_id"),
        ("INSERT INTO follows (follower_id, followee_id, id) SELECT id, 12345, 1 FROM accounts LIMIT 1",
         "follows.followee_id"),
        ("INSERT INTO likes (account_id, post_id, id) SELECT id, 12345, 1 FROM accounts LIMIT 1", "likes.post_id"),
        ("UPDATE posts SET reply_to = 12345 WHERE id = (SELECT max(id) FROM posts)", "posts.reply_to"),
        ("DELETE FROM post_counts WHERE post_id = (SELECT max(id) FROM posts)", "post_counts"),
        ("INSERT INTO sessions VALUES (1, 12345, 0, 0, 0, '', '', NULL)", "foreign keys"),
        ("UPDATE consumers SET position = 10000000 WHERE name = 'graph.count'", "outbox positions"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_found(busy_dir: Path, damage: str, examined: str) -> None:
    change(busy_dir, damage)
    assert examined in faults(busy_dir)


def test_a_damaged_page_is_found(busy_dir: Path) -> None:
    file = busy_dir / "chirrup.db"
    change(busy_dir, "PRAGMA wal_checkpoint(TRUNCATE)")
    with closing(sqlite3.connect(file)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'likes_of_post'").fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096 + 100 : page * 4096] = b"\xa5" * 3996
    file.write_bytes(content)
    assert "database file" in faults(busy_dir)


def test_drift_is_a_warning(busy_dir: Path) -> None:
    change(busy_dir, "UPDATE accounts SET followers_count = followers_count + 3")
    ran = succeed("check", "--json", data_dir=busy_dir)
    (warning,) = [result for result in ran.json["results"] if result["result"] == "warning"]
    assert (warning["examined"], warning["wrong"]) == ("count of followers", 40)


def test_a_picture_that_is_missing_is_a_fault(server: Server) -> None:
    who = {"username": "wren", "email": "wren@example.org", "password": PASSWORD}
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}{API}", timeout=30) as client:
        token = client.post("/auth/register", json=who).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.post("/media", files={"file": ("wren.png", picture(), "image/png")}).status_code == 201
    assert faults(server.data_dir) == set()
    (file,) = stored_in(server.data_dir / "media")
    file.unlink()
    assert faults(server.data_dir) == {"pictures"}


def test_a_key_that_others_can_read_is_a_fault(data_dir: Path) -> None:
    Keys(DataDir(data_dir).keys)
    for key in (data_dir / "keys").glob("*.pem"):
        key.chmod(0o644)
    assert faults(data_dir) == {"signing keys"}
