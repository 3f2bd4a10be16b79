import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cli import chirrup, succeed
from tests.support import Client, Server

pytestmark = pytest.mark.embedded

SMALL = ("--accounts", 60, "--posts", 300, "--pictures", 3)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A demo instance, and what the command said of it."""
    root = tmp_path_factory.mktemp("filled") / "data"
    facts: dict[str, Any] = succeed("demo", *SMALL, "--json", data_dir=root).json
    return root, facts


def rows(data_dir: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(data_dir / "chirrup.db")) as database:
        found: list[Any] = database.execute(sql).fetchall()
        return found


def test_everything_counts_and_fits_together(filled: tuple[Path, dict[str, Any]]) -> None:
    root, facts = filled
    checked = succeed("check", "--json", data_dir=root).json
    assert {result["result"] for result in checked["results"]} == {"ok"}
    assert rows(root, "SELECT count(*) FROM accounts") == [(facts["counts"]["accounts"],)]
    assert rows(root, "SELECT count(*) FROM likes") == [(facts["counts"]["likes"],)]


def test_posts_lie_in_the_past_and_answers_come_after_what_they_answer(filled: tuple[Path, dict[str, Any]]) -> None:
    root, _ = filled
    now = (int(time.time() * 1000) - 1_735_689_600_000) << 22
    assert rows(root, f"SELECT count(*) FROM posts WHERE id > {now}") == [(0,)]
    day = 86_400_000 << 22
    assert all(
        rows(root, f"SELECT 1 FROM posts WHERE id > {now - (n + 1) * day} AND id < {now - n * day}") for n in range(5)
    )
    assert rows(root, "SELECT count(*) FROM posts WHERE reply_to > id OR retweet_of > id") == [(0,)]
    assert rows(root, "SELECT count(*) FROM follows WHERE id < follower_id OR id < followee_id") == [(0,)]


def test_there_is_something_of_everything(filled: tuple[Path, dict[str, Any]]) -> None:
    root, facts = filled
    assert all(facts["counts"].values())
    for what in ("is_bot", "verified", "role = 'admin'"):
        assert rows(root, f"SELECT count(*) FROM accounts WHERE {what}")[0][0] > 0
    for entity in ("mention", "hashtag", "link"):
        assert rows(root, f"SELECT count(*) FROM posts WHERE entities LIKE '%\"{entity}\"%'")[0][0] > 0


async def test_pictures_are_shown_and_described(
    filled: tuple[Path, dict[str, Any]], start_server: Callable[..., Server]
) -> None:
    root, facts = filled
    server = start_server(root)
    async with server.client() as client:
        login = {"username": facts["username"], "password": facts["password"]}
        robin = (await client.post("/auth/login", json=login)).json()
        client.headers["Authorization"] = f"Bearer {robin['access_token']}"
        assert (await client.get(server.base + robin["user"]["avatar_url"])).headers["content-type"] == "image/webp"
        feed = [post for post in await everything(client, "/feed") if post["attachments"]]
        shown = [medium for post in feed for medium in post["attachments"]]
        assert len(feed) == 3
        assert len(shown) == facts["counts"]["pictures"]
        for medium in shown:
            assert medium["alt"].startswith("A drawing: ")
            assert (await client.get(server.base + medium["url"])).headers["content-type"] == "image/webp"


async def test_something_trends_and_the_guest_has_something_to_read(
    filled: tuple[Path, dict[str, Any]], start_server: Callable[..., Server]
) -> None:
    root, facts = filled
    server = start_server(root)
    async with server.client() as client:
        login = {"username": facts["username"], "password": facts["password"]}
        token = (await client.post("/auth/login", json=login)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        trends = (await client.get("/trends")).json()["items"]
        assert {trend["name"] for trend in trends} & {"BigSitDay", "OwlNight", "FirstFrost", "NestCamLive"}
        noticed = await everything(client, "/notifications")
        read = [one["is_read"] for one in noticed]
        # the newest are unread
        assert read == sorted(read)
        assert 0 < read.count(False) < len(read)
        assert {"follow", "like", "reply"} <= {one["type"] for one in noticed}


async def everything(client: Client, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = (await client.get(path, params={"limit": 100} | ({"cursor": cursor} if cursor else {}))).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def test_no_slot_of_the_grammar_stays_open(filled: tuple[Path, dict[str, Any]]) -> None:
    root, _ = filled
    assert rows(root, "SELECT text FROM posts WHERE text LIKE '%{%' OR text LIKE '%}%'") == []
    assert rows(root, "SELECT display_name FROM accounts WHERE display_name || bio LIKE '%{%'") == []


def test_the_same_seed_makes_the_same_community(tmp_path: Path) -> None:
    told = []
    for name in ("one", "other"):
        succeed("demo", *SMALL, "--seed", 5, data_dir=tmp_path / name)
        told.append(rows(tmp_path / name, "SELECT username, bio FROM accounts ORDER BY id"))
    assert told[0] == told[1]


async def test_the_printed_logins_work_and_home_is_full(
    filled: tuple[Path, dict[str, Any]], start_server: Callable[..., Server]
) -> None:
    root, facts = filled
    server = start_server(root)
    async with server.client() as visitor:
        for who in ("", "admin_"):
            login = {"username": facts[f"{who}username"], "password": facts[f"{who}password"]}
            answer = await visitor.post("/auth/login", json=login)
            assert answer.status_code == 200
            async with server.client(answer.json()["access_token"]) as client:
                assert len((await client.get("/feed")).json()["items"]) == 20


def test_an_instance_with_accounts_is_left_alone(data_dir: Path) -> None:
    succeed("user", "create", "wren", data_dir=data_dir)
    ran = chirrup("demo", *SMALL, data_dir=data_dir)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert succeed("demo", *SMALL, "--if-empty", data_dir=data_dir).out == ""
    assert rows(data_dir, "SELECT username FROM accounts") == [("wren",)]


async def test_a_served_instance_is_left_alone(server: Server) -> None:
    ran = await asyncio.to_thread(chirrup, "demo", *SMALL, data_dir=server.data_dir)
    assert ran.code == 2
