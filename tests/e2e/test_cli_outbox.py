import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.cli import chirrup, succeed
from tests.support import PASSWORD, Server

pytestmark = pytest.mark.embedded

# an event that was given up on: wren's first follower is not counted
LETTER = (
    "INSERT INTO dead_letters (consumer, event_id, type, payload, published_at, error, attempts, created_at)"
    " SELECT 'graph.count', id, type, payload, created_at, 'KeyError: nest', 5, created_at FROM outbox"
    " WHERE type = 'FollowCreated' LIMIT 1"
)
UNREADABLE = (
    "INSERT INTO dead_letters (consumer, event_id, type, payload, published_at, error, attempts, created_at)"
    " VALUES ('graph.count', 1, 'FollowCreated', x'7b7d', 0, 'broken', 5, 0)"
)


def change(data_dir: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data_dir / "chirrup.db", timeout=10)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


async def follow(server: Server) -> None:
    """Have robin follow wren, and wait until that is counted."""
    tokens = {}
    async with server.client() as visitor:
        for name in ("wren", "robin"):
            who = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
            tokens[name] = (await visitor.post("/auth/register", json=who)).json()["access_token"]
    async with server.client(tokens["robin"]) as robin:
        await robin.post("/users/wren/follow")
    await until(lambda: followers(server.data_dir) == 1)


def followers(data_dir: Path) -> int:
    with closing(sqlite3.connect(data_dir / "chirrup.db", timeout=10)) as database:
        count: int = database.execute("SELECT followers_count FROM accounts WHERE username = 'wren'").fetchone()[0]
        return count


def letters(data_dir: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = succeed("outbox", "--json", data_dir=data_dir).json["dead_letters"]
    return found


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_a_dead_letter_is_handled_by_the_running_server_when_asked(server: Server) -> None:
    await follow(server)
    change(server.data_dir, "UPDATE accounts SET followers_count = 0 WHERE username = 'wren'", LETTER)
    (letter,) = await asyncio.to_thread(letters, server.data_dir)
    assert (letter["consumer"], letter["error"]) == ("graph.count", "KeyError: nest")
    asked = await asyncio.to_thread(succeed, "outbox", "retry", letter["id"], "--json", data_dir=server.data_dir)
    assert asked.json == {"asked": 1}
    await until(lambda: letters(server.data_dir) == [])
    assert followers(server.data_dir) == 1


async def test_what_fails_again_stays_a_dead_letter(server: Server) -> None:
    await follow(server)
    change(server.data_dir, UNREADABLE)
    await asyncio.to_thread(succeed, "outbox", "retry", "--all", data_dir=server.data_dir)
    await until(lambda: letters(server.data_dir)[0]["attempts"] == 6)
    (letter,) = await asyncio.to_thread(letters, server.data_dir)
    assert not letter["retrying"]
    assert followers(server.data_dir) == 1


async def test_each_consumer_catches_up(server: Server) -> None:
    await follow(server)

    def caught_up() -> bool:
        facts = succeed("outbox", "--json", data_dir=server.data_dir).json
        return facts["newest"] > 0 and {consumer["lag"] for consumer in facts["consumers"]} == {0}

    await until(caught_up)


def test_dead_letters_are_shown_as_a_table(data_dir: Path) -> None:
    assert "No dead letters." in succeed("outbox", data_dir=data_dir).out
    change(data_dir, UNREADABLE)
    assert "broken" in succeed("outbox", data_dir=data_dir).out


def test_a_letter_that_is_not_there_is_refused_and_none_is_asked_for(data_dir: Path) -> None:
    change(data_dir, UNREADABLE)
    ran = chirrup("outbox", "retry", 1, 77, data_dir=data_dir)
    assert (ran.code, ran.err) == (2, "chirrup: There is no dead letter 77.\n")
    assert not letters(data_dir)[0]["retrying"]


def test_either_letters_or_all_are_named(data_dir: Path) -> None:
    assert chirrup("outbox", "retry", data_dir=data_dir).code == 2
    assert chirrup("outbox", "retry", "1", "--all", data_dir=data_dir).code == 2
