"""What a connection is told when messages and the database's answer come in any order."""

import json
from typing import Any

import pytest

from chirrup.accounts import Viewer
from chirrup.live.connection import Connection
from chirrup.live.models import CONNECTION_QUEUE, Close, Ended
from chirrup.live.window import parse_position


def entry(post_id: int) -> tuple[int, bytes]:
    """Return an entry of a home timeline."""
    return post_id, b'{"id":"%d"}' % post_id


async def told(connection: Connection) -> list[tuple[str, int]]:
    """Return (type, post id or 0) of what waits to be sent."""
    events: list[dict[str, Any]] = [json.loads(event) for event, _ in await connection.next() or ()]
    return [(event["type"], int(event.get("post_id") or event.get("post", {}).get("id", 0))) for event in events]


@pytest.fixture
def connection() -> Connection:
    """A connection that has not started."""
    return Connection(Viewer(1, 2), 10**15)


async def test_what_came_before_the_start_is_told_once(connection: Connection) -> None:
    connection.show(entry(12))
    connection.show(entry(13))
    connection.start([entry(11), entry(12)], 10, parse_position("10.10.0"), 20)
    assert await told(connection) == [("ready", 0), ("post", 11), ("post", 12), ("post", 13)]


async def test_what_went_before_the_start_is_told(connection: Connection) -> None:
    connection.hide(11)
    connection.start([entry(11)], 10, {11}, 20)
    assert await told(connection) == [("ready", 0), ("delete", 11)]


async def test_mending_tells_what_is_missing_and_what_has_gone(connection: Connection) -> None:
    connection.start([entry(11), entry(12)], 10, None, 20)
    await told(connection)
    connection.mend(connection.look(), [entry(12), entry(13)])
    assert await told(connection) == [("delete", 11), ("post", 13)]


async def test_mending_hides_nothing_that_came_after_the_look(connection: Connection) -> None:
    connection.start([], 10, None, 20)
    had = connection.look()
    connection.show(entry(11))
    connection.mend(had, [])
    assert await told(connection) == [("ready", 0), ("post", 11)]


async def test_mending_shows_nothing_that_went_after_the_look(connection: Connection) -> None:
    connection.start([entry(11)], 10, None, 20)
    had = connection.look()
    connection.hide(11)
    connection.mend(had, [entry(11)])
    assert await told(connection) == [("ready", 0), ("delete", 11)]


async def test_a_place_that_does_not_fit_is_a_reload(connection: Connection) -> None:
    connection.start([entry(11)], 10, parse_position("10.12.77"), 20)
    assert await told(connection) == [("ready", 0), ("reload", 0)]


async def test_after_a_reload_the_page_is_known(connection: Connection) -> None:
    connection.start([], 10, None, 20)
    connection.reload([entry(21)], 20)
    connection.show(entry(21))
    connection.show(entry(22))
    assert await told(connection) == [("ready", 0), ("reload", 0), ("post", 22)]


async def test_a_full_queue_ends_the_connection(connection: Connection) -> None:
    for _ in range(CONNECTION_QUEUE + 1):
        connection.tell(b"{}")
    with pytest.raises(Ended) as end:
        await connection.next()
    assert end.value.code == Close.TOO_SLOW


async def test_the_first_end_counts(connection: Connection) -> None:
    connection.end(Close.FORBIDDEN, "first")
    connection.end(Close.RESTART, "second")
    with pytest.raises(Ended, match="first"):
        await connection.next()
