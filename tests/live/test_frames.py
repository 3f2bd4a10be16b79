"""Frames of all kinds, in any order, whole and broken: what a program that means no good may send on a WebSocket."""

import asyncio
import json
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.live.clients import connected, eventually, raw, token_of
from tests.support import Community, Person

MESSAGES = st.sampled_from(
    [
        {"type": "ping"}, {"type": "watch", "posts": ["1", "2"]}, {"type": "watch", "posts": []},
        {"type": "watch", "posts": [None]}, {"type": "token", "token": "no.such.token"}, {"type": "hello"},
        {"type": "hello", "known": ["7"]}, {"type": "hello", "last_event_id": "1.2.3"}, {"type": "song"}, [], None,
    ]
).map(json.dumps)  # fmt: skip
PAYLOADS = (
    MESSAGES.map(str.encode)
    | st.binary(max_size=200)
    | st.text(max_size=50).map(str.encode)
    | st.integers(0, 5000).map(lambda code: struct.pack("!H", code) + b"so long")
)
OUR_FAULT = 1011


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """Return one frame: most are proper, and some break a rule of RFC 6455, section 5.2."""
    payload = draw(PAYLOADS)
    often = st.sampled_from([True] * 9 + [False])
    opcode = draw(st.sampled_from([1, 1, 1, 2, 0, 8, 9, 10, 3, 11]))
    head = draw(often) << 7 | (0 if draw(often) else draw(st.integers(0, 7)) << 4) | opcode
    size = len(payload) if draw(often) else draw(st.integers(0, 1 << 63))
    masked = draw(often) << 7
    if size < 126:
        length = bytes([masked | size])
    elif size < 1 << 16:
        length = bytes([masked | 126]) + size.to_bytes(2)
    else:
        length = bytes([masked | 127]) + size.to_bytes(8)
    # a mask of zeros changes nothing
    return bytes([head]) + length + (bytes(4) if masked else b"") + payload


def answers(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (opcode, payload) of each frame that the server has sent."""
    while data:
        size, start = data[1], 2
        if size == 126:
            size, start = int.from_bytes(data[2:4]), 4
        assert data[0] & 0x70 == 0
        assert len(data) >= start + size
        yield data[0] & 15, data[start : start + size]
        data = data[start + size :]


async def answered(base: str, sent: Sequence[bytes]) -> bytes:
    """Return all that the server says to frames, up to its end of the connection."""
    received = b""
    async with raw(base) as (reader, writer):
        writer.writelines(sent)
        # the server may have ended the connection by now
        with suppress(OSError):
            writer.write_eof()
        with suppress(ConnectionError):
            while data := await asyncio.wait_for(reader.read(65_536), 20):
                received += data
    return received


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(sent=st.lists(frames(), max_size=12), greets=st.booleans())
async def test_whatever_is_sent_is_answered_by_the_rules_and_leaves_nothing_behind(
    community: Community, wren: Person, base: str, sent: list[bytes], greets: bool
) -> None:
    hello = json.dumps({"type": "hello", "token": token_of(wren)}).encode()
    greeting = [b"\x81\xfe" + len(hello).to_bytes(2) + bytes(4) + hello] if greets else []
    for opcode, payload in answers(await answered(base, greeting + sent)):
        assert opcode in {1, 8, 9, 10}
        if opcode == 1:
            assert json.loads(payload)["type"] in {"ready", "pong", "counts", "delete"}
        elif opcode == 8:
            assert int.from_bytes(payload[:2]) != OUR_FAULT
    await eventually(lambda: connected(community) == 0)
