"""One connection to one Redis server, on which the commands of one turn of the event loop share the way.

redis-py spends 12 µs of a core on each command of a pipeline, and a home read sends ten commands for seventy keys. Here
whatever all requests ask for in one turn is packed and sent at once, and reads of single keys become one MGET.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Protocol, cast

import hiredis

Word = bytes | str | int
Reply = Any
"""What hiredis makes of an answer: bytes, int, None, a list of these, or a `hiredis.ReplyError`."""

pack: Callable[[tuple[Word, ...]], bytes] = hiredis.pack_command  # type: ignore[assignment]  # it takes any length
"""Makes the bytes of one command."""
_READERS_OF_ONE_COMMAND = 32
# after the event loop itself was held up an answer may have come and wait to be read
_GRACE = 0.05


class RedisDown(Exception):  # noqa: N818 - a state of the server, which each adapter has an answer to
    """Redis could not be reached, did not answer in time, or would not do what it was asked."""


class _Waiting(Protocol):
    """Somebody who waits for one or more answers."""

    due: float

    def take(self, reply: Reply) -> bool:
        """Take one answer; return whether it was the last."""

    def fail(self, error: RedisDown) -> None:
        """Learn that no answer will come."""


class _Commands:
    """Waits for the answers to commands of one caller."""

    __slots__ = ("count", "due", "future", "replies")

    def __init__(self, future: asyncio.Future[list[Reply]], count: int) -> None:
        self.due = 0.0
        self.future = future
        self.count = count
        self.replies: list[Reply] = []

    def take(self, reply: Reply) -> bool:
        self.replies.append(reply)
        if len(self.replies) < self.count:
            return False
        if not self.future.done():
            self.future.set_result(self.replies)
        return True

    def fail(self, error: RedisDown) -> None:
        if not self.future.done():
            self.future.set_exception(error)


_Reader = tuple["asyncio.Future[list[Reply]]", Sequence[bytes]]


class _Reads:
    """Waits for the values of keys on behalf of many readers: for one MGET, or for as many GETs as there are keys."""

    __slots__ = ("due", "keys", "one_by_one", "readers", "values")

    def __init__(self, readers: list[_Reader], keys: Sequence[bytes], *, one_by_one: bool) -> None:
        self.due = 0.0
        self.readers = readers
        self.keys = keys
        self.one_by_one = one_by_one
        self.values: list[Reply] = []

    def pack(self) -> bytes:
        if self.one_by_one:
            return b"".join([b"*2\r\n$3\r\nGET\r\n$%d\r\n%b\r\n" % (len(key), key) for key in self.keys])
        return pack((b"MGET", *self.keys))

    def take(self, reply: Reply) -> bool:
        if self.one_by_one:
            self.values.append(reply)
            if len(self.values) < len(self.keys):
                return False
        elif isinstance(reply, hiredis.ReplyError):
            self.fail(RedisDown(str(reply)))
            return True
        else:
            self.values = reply
        if len(self.readers) == 1:
            _resolve(self.readers[0][0], self.values)
        else:
            values = dict(zip(self.keys, self.values, strict=True))
            for future, keys in self.readers:
                _resolve(future, list(map(values.__getitem__, keys)))
        return True

    def fail(self, error: RedisDown) -> None:
        for future, _ in self.readers:
            if not future.done():
                future.set_exception(error)


class Wire(asyncio.Protocol):
    """A connection; once it is lost it stays lost, and everything that was asked on it fails."""

    def __init__(self, timeout: float, lost: Callable[["Wire"], None], *, one_by_one: bool) -> None:
        """Let `timeout` seconds pass without an answer before the connection is given up; then `lost` is called.

        A server of a cluster takes keys of different slots `one_by_one` only.
        """
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout
        self._on_loss = lost
        self._one_by_one = one_by_one
        self._transport: asyncio.Transport | None = None
        self._replies = hiredis.Reader()
        self._waiting: deque[_Waiting] = deque()
        self._readers: list[_Reader] = []
        self._packed: list[bytes] = []
        self._asked: list[_Commands] = []
        self._flushing = False
        self._watch: asyncio.TimerHandle | None = None

    @property
    def alive(self) -> bool:
        """Whether it can be used."""
        return self._transport is not None

    def get(self, keys: Sequence[bytes]) -> "asyncio.Future[list[bytes | None]]":
        """Return the values of keys of this server; in a cluster an error, which says where it is, may stand for one.

        Raises:
            RedisDown: in the future.
        """
        future: asyncio.Future[list[bytes | None]] = self._loop.create_future()
        self._readers.append((future, keys))
        self._flush_soon()
        return future

    def ask(self, commands: Sequence[tuple[Word, ...]]) -> "asyncio.Future[list[Reply]]":
        """Send commands, one right after another, and return their answers, errors among them.

        Raises:
            RedisDown: in the future.
        """
        future: asyncio.Future[list[Reply]] = self._loop.create_future()
        self._asked.append(_Commands(future, len(commands)))
        self._packed += map(pack, commands)
        self._flush_soon()
        return future

    def close(self) -> None:
        """Give the connection up."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        # uvloop's transports do what asyncio's do without being of their type
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand out answers, which come in the order of the commands."""
        replies, waiting = self._replies, self._waiting
        try:
            replies.feed(data)
            while (reply := replies.gets()) is not False:
                if waiting[0].take(reply):
                    waiting.popleft()
        except (hiredis.ProtocolError, IndexError):
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all who wait."""
        self._transport = None
        if self._watch is not None:
            self._watch.cancel()
        error = RedisDown(f"the connection was lost: {exc or 'closed'}")
        waiting = [*self._waiting, *self._asked, _Reads(self._readers, (), one_by_one=False)]
        self._waiting.clear()
        self._asked, self._packed, self._readers = [], [], []
        self._on_loss(self)
        for entry in waiting:
            entry.fail(error)

    def _flush_soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        asked, packed, readers = self._asked, self._packed, self._readers
        self._asked, self._packed, self._readers = [], [], []
        entries: list[_Waiting] = [*asked]
        for start in range(0, len(readers), _READERS_OF_ONE_COMMAND):
            group = readers[start : start + _READERS_OF_ONE_COMMAND]
            reads = _Reads(group, _distinct(group), one_by_one=self._one_by_one)
            packed.append(reads.pack())
            entries.append(reads)
        if self._transport is None:
            for entry in entries:
                entry.fail(RedisDown("the connection was lost"))
            return
        due = self._loop.time() + self._timeout
        for entry in entries:
            entry.due = due
        self._waiting += entries
        self._transport.write(b"".join(packed))
        if self._watch is None:
            self._watch = self._loop.call_at(due, self._check)

    def _check(self, suspect: _Waiting | None = None) -> None:
        """Give the connection up when the oldest question is overdue at two looks."""
        self._watch = None
        if not self._waiting:
            return
        oldest = self._waiting[0]
        now = self._loop.time()
        if oldest.due > now:
            self._watch = self._loop.call_at(oldest.due, self._check)
        elif oldest is suspect:
            self.close()
        else:
            self._watch = self._loop.call_at(now + _GRACE, self._check, oldest)


def _distinct(readers: list[_Reader]) -> Sequence[bytes]:
    if len(readers) == 1:
        return readers[0][1]
    return list(dict.fromkeys(chain.from_iterable(keys for _, keys in readers)))


def _resolve(future: "asyncio.Future[list[Reply]]", values: list[Reply]) -> None:
    if not future.done():
        future.set_result(values)
