"""What clients may say, and what becomes of those who say anything else."""

import asyncio
import json
import struct
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chirrup.live import gateway, schemas
from chirrup.live.models import Close, Ended
from chirrup.platform.http.protocols import LARGEST_MESSAGE
from tests.live.clients import Listener, code_of, listening, open_socket, raw, token_of
from tests.support import Person

WORDS = st.sampled_from(["type", "hello", "watch", "token", "ping", "posts", "known", "last_event_id", "1", "0.0.0"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS,
    lambda part: st.lists(part) | st.dictionaries(WORDS | st.text(), part),
    max_leaves=8,
)


async def test_the_token_may_come_in_the_subprotocol(wren: Person, base: str) -> None:
    async with open_socket(base, subprotocols=["chirrup.v1", f"bearer.{token_of(wren)}"]) as socket:
        assert socket.subprotocol == "chirrup.v1"
        await socket.send('{"type":"hello"}')
        assert json.loads(await socket.recv())["type"] == "ready"


async def test_a_token_in_the_address_is_no_token(wren: Person, base: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{base}/api/v1/live/events", params={"token": token_of(wren)})
    assert answer.status_code == 401


@pytest.mark.parametrize("hello", [{}, {"token": "no.such.token"}], ids=["none", "forged"])
async def test_without_a_valid_token_the_connection_ends(hello: dict[str, str], base: str) -> None:
    async with open_socket(base) as socket:
        await socket.send(json.dumps({"type": "hello", **hello}))
        assert await code_of(socket) == Close.NOT_AUTHENTICATED


@pytest.mark.parametrize(
    "message",
    [
        "", "null", "[]", "{", '"hello"', "{}", '{"type":"greeting"}', '{"type":"hello","color":"blue"}',
        '{"type":"hello","known":"1"}', '{"type":"hello","known":' + json.dumps(["1"] * 101) + "}",
        '{"type":"ping"}', '{"type":"watch","posts":[]}', "[" * 5000,
    ],
)  # fmt: skip
async def test_a_first_message_that_is_no_hello_ends_the_connection(message: str, base: str) -> None:
    async with open_socket(base) as socket:
        await socket.send(message)
        assert await code_of(socket) == Close.MALFORMED


@pytest.mark.parametrize(
    "message",
    [
        '{"type":"hello"}', '{"type":"watch"}', '{"type":"watch","posts":["x"]}', '{"type":"watch","posts":[1]}',
        '{"type":"watch","posts":["-1"]}', '{"type":"watch","posts":' + json.dumps(["1"] * 101) + "}",
    ],
)  # fmt: skip
async def test_a_later_message_that_cannot_be_obeyed_ends_the_connection(message: str, wren: Person, base: str) -> None:
    async with listening(base, wren) as live:
        await live.socket.send(message)
        assert await live.end() == Close.MALFORMED


@pytest.mark.parametrize(
    "hello", [{"last_event_id": "yesterday"}, {"known": ["robin"]}, {"known": ["0"]}], ids=["id", "known", "zero"]
)
async def test_a_place_that_cannot_be_read_ends_the_connection(hello: dict[str, Any], wren: Person, base: str) -> None:
    async with open_socket(base) as socket:
        await socket.send(json.dumps({"type": "hello", "token": token_of(wren), **hello}))
        assert await code_of(socket) == Close.MALFORMED


async def test_a_place_that_cannot_be_read_is_refused_in_a_stream(wren: Person) -> None:
    for options in ({"headers": {"Last-Event-ID": "yesterday"}}, {"params": {"known": "robin"}}):
        answer = await wren.client.get("/live/events", **options)  # type: ignore[arg-type]
        assert answer.status_code == 400


async def test_bytes_end_the_connection(wren: Person, base: str) -> None:
    async with listening(base, wren) as live:
        await live.socket.send(b"{}")
        assert await live.end() == Close.BINARY


async def test_a_message_that_is_too_large_ends_the_connection(wren: Person, base: str) -> None:
    async with listening(base, wren) as live:
        await live.socket.send(" " * (LARGEST_MESSAGE + 1))
        assert await live.end() == 1009


async def test_a_flood_of_messages_ends_the_connection(wren: Person, base: str) -> None:
    async with listening(base, wren) as live:
        with suppress(ConnectionClosed):
            for _ in range(80):
                await live.say(type="ping")
        assert await live.end() == Close.TOO_MANY


async def test_a_page_of_another_site_cannot_connect(wren: Person, base: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with open_socket(base, origin="https://cuckoo.example"):
            pass
    assert refusal.value.response.status_code == 403
    problem = json.loads(refusal.value.response.body or b"")
    assert (problem["status"], bool(problem["request_id"])) == (403, True)
    answer = await wren.client.get("/live/events", headers={"Origin": "https://cuckoo.example"})
    assert answer.status_code == 403


async def test_the_servers_own_page_can_connect(wren: Person, base: str) -> None:
    async with open_socket(base, origin=base) as socket:
        await Listener(socket).say(type="hello", token=token_of(wren))
        assert json.loads(await socket.recv())["type"] == "ready"


async def test_there_are_no_other_sockets(base: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with open_socket(f"{base}/elsewhere"):
            pass
    assert refusal.value.response.status_code == 404


async def test_the_head_of_a_stream_is_short(wren: Person) -> None:
    answer = await wren.client.head("/live/events")
    assert (answer.status_code, answer.content) == (200, b"")


@settings(max_examples=300, deadline=None)
@given(message=JSON.map(json.dumps) | st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_is_a_message_or_ends_the_connection(message: str) -> None:
    codes = []
    try:
        schemas.read_message(message)
    except Ended as end:
        codes.append(end.code)
    assert codes in ([], [Close.MALFORMED])


async def close_code(reader: asyncio.StreamReader) -> int:
    """Return the code of the close frame that is the last to come."""
    data = await asyncio.wait_for(reader.read(), 20)
    found = data.rfind(b"\x88")
    assert found >= 0, data
    code: int = struct.unpack("!H", data[found + 2 : found + 4])[0]
    return code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x02{}", 1002),
        (b"\xf1\x80" + bytes(4), 1002),
        (b"\x83\x80" + bytes(4), 1002),
        (b"\x80\x80" + bytes(4), 1002),
        (b"\x09\x80" + bytes(4), 1002),
        (b"\x89\xfe\x00\x7e" + bytes(130), 1002),
        (b"\x81\x82" + bytes(4) + b"\xff\xfe", 1007),
        (b"\x81\xff\x7f" + bytes(11), 1009),
        (b"\x01\x80" + bytes(4) + (b"\x00\x80" + bytes(4)) * 100, 1008),
    ],
    ids=[
        "unmasked", "reserved bits", "unknown opcode", "continuation of nothing", "fragmented ping", "long ping",
        "not UTF-8", "endless", "empty fragments",
    ],
)  # fmt: skip
async def test_a_malformed_frame_ends_the_connection_by_its_code(data: bytes, code: int, base: str) -> None:
    async with raw(base) as (reader, writer):
        writer.write(data)
        assert await close_code(reader) == code


async def test_only_so_many_may_be_silent(wren: Person, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "_MOST_STRANGERS", 2)
    async with open_socket(base), open_socket(base):
        with pytest.raises(InvalidStatus) as refusal:
            async with open_socket(base):
                pass
    assert refusal.value.response.status_code == 503
