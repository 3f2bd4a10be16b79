"""Thousands of WebSockets of one client process: as little of the protocol as listening takes."""

import asyncio
import base64
import json
import secrets
from array import array
from collections.abc import Sequence
from typing import cast
from urllib.parse import urlsplit

import regex

from chirrup.platform.errors import Unavailable

_AT_ONCE = 200
_TIMEOUT = 60.0
_TEXT, _CLOSE, _PING = 1, 8, 9
_POST = regex.compile(rb'\{"type":"post","event_id":"[^"]*","post":\{"id":"(\d+)"')


class Arrivals:
    """What came when to whom."""

    def __init__(self) -> None:
        self.post_ids = array("Q")
        self.listeners = array("L")
        self.times = array("d")
        self.others = 0
        """Events that were no posts, and no `ready`."""
        self.closed = 0


class Listener(asyncio.Protocol):
    """One connection of one account."""

    __slots__ = ("_arrivals", "_data", "_hello", "_loop", "_number", "_transport", "_upgrade", "ready")

    def __init__(self, number: int, token: str, host: str, arrivals: Arrivals) -> None:
        self._loop = asyncio.get_running_loop()
        self._number = number
        self._arrivals = arrivals
        self._data = b""
        self._transport: asyncio.Transport | None = None
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        upgrade = (
            f"GET /api/v1/live HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self._upgrade = upgrade.encode()
        self._hello = _frame(_TEXT, json.dumps({"type": "hello", "token": token}).encode())
        self.ready: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._upgrade)
        self._upgrade = b""

    def data_received(self, data: bytes) -> None:
        """Note what comes."""
        self._data += data
        if self._data.startswith(b"HTTP/"):
            head, found, rest = self._data.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head:
                self._fail(head.partition(b"\r\n")[0].decode("latin-1"))
                return
            self._data = rest
            if self._transport is not None:
                self._transport.write(self._hello)
            self._hello = b""
        while (frame := _parse(self._data)) is not None:
            opcode, payload, size = frame
            self._data = self._data[size:]
            self._take(opcode, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the end."""
        self._arrivals.closed += 1
        self._fail(str(exc or "closed"))

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.abort()

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _PING and self._transport is not None:
            self._transport.write(_frame(10, payload))
        elif opcode == _CLOSE:
            self._fail(f"closed with {int.from_bytes(payload[:2])}")
        elif found := _POST.match(payload):
            self._arrivals.times.append(self._loop.time())
            self._arrivals.post_ids.append(int(found[1]))
            self._arrivals.listeners.append(self._number)
        elif not self.ready.done():
            self.ready.set_result(None)
        else:
            self._arrivals.others += 1

    def _fail(self, reason: str) -> None:
        if not self.ready.done():
            self.ready.set_exception(Unavailable(f"A connection was not taken: {reason}."))


async def connect(urls: Sequence[str], tokens: Sequence[str], arrivals: Arrivals) -> list[Listener]:
    """Connect each account, in turn to each server; return once all are told of everything.

    Raises:
        Unavailable: a connection was refused, or is not there within a minute.
    """
    loop = asyncio.get_running_loop()
    listeners: list[Listener] = []

    async def one(number: int) -> Listener:
        place = urlsplit(urls[number % len(urls)])
        listener = Listener(number, tokens[number], place.netloc, arrivals)
        await loop.create_connection(lambda: listener, place.hostname or "", place.port or 80)
        await listener.ready
        return listener

    for start in range(0, len(tokens), _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, len(tokens)))
        try:
            async with asyncio.timeout(_TIMEOUT):
                listeners += await asyncio.gather(*map(one, numbers))
        except TimeoutError as error:
            raise Unavailable(f"Connections were not taken within {_TIMEOUT:.0f} s.") from error
    return listeners


def _frame(opcode: int, payload: bytes) -> bytes:
    """Return a client's frame, whose mask changes nothing."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2)
    return bytes([0x80 | opcode]) + length + bytes(4) + payload


def _parse(data: bytes) -> tuple[int, bytes, int] | None:
    """Return opcode, payload and size of the first frame, once it is whole."""
    if len(data) < 2:
        return None
    size, start = data[1], 2
    if size == 126:
        size, start = int.from_bytes(data[2:4]), 4
    elif size == 127:
        size, start = int.from_bytes(data[2:10]), 10
    if len(data) < start + size:
        return None
    return data[0] & 15, data[start : start + size], start + size
