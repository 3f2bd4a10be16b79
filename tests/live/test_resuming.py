"""Going on from the last event: nothing is lost, nothing comes twice, or the client is told to reload."""

import asyncio
from typing import Any

import msgspec
import pytest

from chirrup.accounts import Viewer
from chirrup.live.models import CATCH_UP
from chirrup.posts import Draft
from tests.live.clients import Listener, listening, streaming
from tests.support import Community, Person, ids_of


async def told(live: Listener) -> list[dict[str, Any]]:
    """Return what has been told up to now, beside `ready` and `pong`."""
    await live.settled()
    return [event for event in live.events if event["type"] not in {"ready", "pong"}]


async def posts(live: Listener) -> list[str]:
    """Return the ids of the entries that have been told up to now, and that nothing else was."""
    events = await told(live)
    assert {event["type"] for event in events} <= {"post"}, events
    return ids_of(event["post"] for event in events)


@pytest.fixture
async def birds(community: Community) -> tuple[Person, Person]:
    """Wren, who follows Robin."""
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    await community.settle()
    return wren, robin


Birds = tuple[Person, Person]


async def test_what_was_published_meanwhile_is_told_in_order(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    async with listening(base, wren) as live:
        await robin.publish("one")
        await live.kind("post")
    missed = [(await robin.publish(text))["id"] for text in ("two", "three")]
    await community.settle()
    async with listening(base, wren, last_event_id=live.last_event_id) as live:
        assert await posts(live) == missed


async def test_nothing_comes_twice(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    async with listening(base, wren) as live:
        for text in ("one", "two"):
            await robin.publish(text)
            await live.kind("post")
    for _ in range(2):
        async with listening(base, wren, last_event_id=live.last_event_id) as live:
            assert await posts(live) == []


async def test_an_event_stream_goes_on_where_a_socket_ended(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    async with listening(base, wren) as live:
        pass
    missed = await robin.publish("one")
    async with streaming(base, wren, **{"Last-Event-ID": live.last_event_id}) as stream:
        assert (await stream.next())[1]["type"] == "ready"
        assert (await stream.next())[1]["post"]["id"] == missed["id"]


async def test_an_entry_that_went_away_meanwhile_has_the_client_reload(
    community: Community, birds: Birds, base: str
) -> None:
    wren, robin = birds
    async with listening(base, wren) as live:
        post = await robin.publish("one")
        await live.kind("post")
    await robin.call("DELETE", f"/posts/{post['id']}")
    await community.settle()
    async with listening(base, wren, last_event_id=live.last_event_id) as live:
        assert [event["type"] for event in await told(live)] == ["reload"]


async def test_an_entry_that_came_late_has_the_client_reload(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    before = community.app.ids.new(robin.id)
    async with listening(base, wren) as live:
        await robin.publish("one")
        await live.kind("post")
    # committed now, with an id from before
    await insert(community, robin, before)
    async with listening(base, wren, last_event_id=live.last_event_id) as live:
        assert [event["type"] for event in await told(live)] == ["reload"]


async def test_a_client_that_names_what_it_has_is_brought_up_to_date(
    community: Community, birds: Birds, base: str
) -> None:
    wren, robin = birds
    kept, gone = await robin.publish("one"), await robin.publish("two")
    known = await wren.ids("/feed")
    await robin.call("DELETE", f"/posts/{gone['id']}")
    fresh = await robin.publish("three")
    await community.settle()
    async with listening(base, wren, known=known) as live:
        events = [(event["type"], event.get("post_id") or event["post"]["id"]) for event in await told(live)]
    assert events == [("post", fresh["id"]), ("delete", gone["id"])]
    assert kept["id"] in known


async def test_after_too_many_entries_the_client_reloads(community: Community, birds: Birds, base: str) -> None:
    wren, robin = birds
    async with listening(base, wren) as live:
        pass
    for number in range(CATCH_UP + 1):
        await community.app.posts.publish(Viewer(robin.id, 0), Draft(text=f"no. {number}"))
    await community.settle()
    async with listening(base, wren, last_event_id=live.last_event_id) as live:
        assert [event["type"] for event in await told(live)] == ["reload"]
        post = await robin.publish("one more")
        assert (await live.kind("post"))["post"]["id"] == post["id"]


async def test_what_is_published_while_clients_come_and_go_is_told_to_each_once(
    community: Community, birds: Birds, base: str
) -> None:
    wren, robin = birds
    published: list[str] = []

    async def publish() -> None:
        for number in range(40):
            post = await robin.publish(f"no. {number}")
            published.append(post["id"])

    async with listening(base, wren) as live:
        hello: dict[str, Any] = {"last_event_id": live.last_event_id}
    publishing = asyncio.create_task(publish())
    seen: list[str] = []
    while not publishing.done():
        async with listening(base, wren, **hello) as live:
            seen += await posts(live)
            hello = {"last_event_id": live.last_event_id}
    await publishing
    async with listening(base, wren, **hello) as live:
        await community.settle()
        seen += await posts(live)
    assert sorted(seen) == sorted(published)


async def insert(community: Community, author: Person, post_id: int) -> None:
    """Write a post whose id was made long ago."""
    app = community.app
    original = (await author.ids("/users/robin/posts"))[0]
    row = (await app.post_reader.store.by_ids(app.db.read, [int(original)]))[int(original)]
    late = msgspec.structs.replace(row, id=post_id, text="late", conversation_id=post_id)
    async with app.db.transaction() as tx:
        await app.post_reader.store.insert(tx, late)
