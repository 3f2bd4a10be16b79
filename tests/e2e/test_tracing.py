"""The log tells for which request something was done, also where that is done later and elsewhere."""

import asyncio
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from chirrup.platform.telemetry import configure_logging
from tests.support import Community, Person


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the server writes to its log, as in production."""
    before = structlog.get_config()
    stream = io.StringIO()
    configure_logging("debug", stream=stream)
    yield stream
    structlog.configure(**before)


def lines(log: io.StringIO, event: str) -> list[dict[str, Any]]:
    """Return the lines of an event."""
    return [line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == event]


async def publish(author: Person, text: str, request_id: str) -> int:
    """Publish a post by a request of a name; return its id."""
    made = await author.call("POST", "/posts", 201, json={"text": text}, headers={"X-Request-ID": request_id})
    return int(made["id"])


@pytest.mark.settings(fanout_chunk=1)
async def test_a_request_is_named_by_each_step_that_its_post_leads_to(community: Community, log: io.StringIO) -> None:
    wren, robin, finch, heron = await community.people("wren", "robin", "finch", "heron")
    for follower in (robin, finch, heron):
        await follower.follow(wren)
    await community.settle()
    post_id = await publish(wren, "tseep", "request-of-wren")
    await community.settle()
    steps = [line for line in lines(log, "timelines.pushed") if line["post_id"] == post_id]
    # the second and third step were published by the handlers of those before them
    assert len(steps) >= 3
    assert {step["request_id"] for step in steps} == {"request-of-wren"}


@pytest.mark.settings(fanout_chunk=1)
async def test_requests_whose_events_are_handled_together_are_told_apart(
    community: Community, log: io.StringIO
) -> None:
    wren, robin, finch = await community.people("wren", "robin", "finch")
    await finch.follow(wren, robin)
    await community.settle()
    posts = await asyncio.gather(
        *(publish(author, f"song {n}", f"request-{author.username}-{n}") for n in range(5) for author in (wren, robin))
    )
    await community.settle()
    named: dict[int, set[str]] = {}
    for line in lines(log, "timelines.pushed"):
        named.setdefault(line["post_id"], set()).add(line["request_id"])
    asked = [f"request-{name}-{n}" for n in range(5) for name in ("wren", "robin")]
    assert named == {post_id: {request_id} for post_id, request_id in zip(posts, asked, strict=True)}


async def test_a_request_without_a_name_is_given_one_that_its_answer_tells(
    community: Community, log: io.StringIO
) -> None:
    wren = await community.person("wren")
    answer = await wren.client.post("/posts", json={"text": "tseep"})
    await community.settle()
    steps = lines(log, "timelines.pushed")
    assert [step["request_id"] for step in steps] == [answer.headers["x-request-id"]]


async def test_what_deleting_an_account_leads_to_is_done_for_that_request(
    community: Community, log: io.StringIO
) -> None:
    wren, robin = await community.people("wren", "robin")
    await robin.follow(wren)
    await community.settle()
    body = {"password": "a nest of seven twigs"}
    await wren.call("DELETE", "/users/me", 204, json=body, headers={"X-Request-ID": "farewell"})
    await community.settle()
    # in a cluster, what earlier tests have led to is still in the log
    *_, ended = [entry async for entry in requests_of(community, "FollowEnded")]
    assert ended == "farewell"


async def requests_of(community: Community, event: str) -> Any:
    """Yield the requests that the events of a type in the outbox name."""
    for row in await community.app.db.read.all("SELECT request_id FROM outbox WHERE type = $1 ORDER BY id", event):
        yield row[0]
