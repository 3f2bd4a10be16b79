"""The bytes of a timeline in Redis: 32 of a header, then post ids of 8 bytes each, as they have come.

The header is a state (`O` while it is being built, `C` when it is complete), 3 bytes that change with every cut, the
tag of the server's run, and as 8-byte numbers the ticket of its opening, the basis and the floor. All numbers are
big-endian. Ids are appended unsorted and may repeat: putting them in order is left to readers.
"""

import struct
import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from chirrup.platform.ports import Timeline

OPEN = b"O"
COMPLETE = b"C"
HEADER = 32
ID = 8
_LAYOUT = struct.Struct(">c3s4sQQQ")
_NUMBER = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Header:
    """What is said of a timeline's ids."""

    state: bytes
    mark: bytes
    tag: bytes
    ticket: int
    basis: int
    floor: int

    def write(self) -> bytes:
        """Return its bytes."""
        return _LAYOUT.pack(self.state, self.mark, self.tag, self.ticket, self.basis, self.floor)


def read_header(raw: bytes) -> Header | None:
    """Return the header of a timeline's bytes, if they have one."""
    return Header(*_LAYOUT.unpack_from(raw)) if len(raw) >= HEADER else None


def number(value: int) -> bytes:
    """Return a number of 64 bits as in the header."""
    return _NUMBER.pack(value)


def pack(ids: Iterable[int]) -> bytes:
    """Return ids one after another."""
    return _swapped(array("Q", ids)).tobytes()


def unpack(raw: bytes, start: int = HEADER) -> "array[int]":
    """Return the ids from a place on, as they lie there; what is less than an id at the end is left out."""
    ids = array("Q")
    ids.frombytes(memoryview(raw)[start : len(raw) - (len(raw) - start) % ID])
    return _swapped(ids)


def newest(ids: Iterable[int], bound: int, floor: int) -> tuple[int, "array[int]"]:
    """Return the newest ids, ascending and distinct, and the floor above which they are complete."""
    ordered = sorted(set(ids))
    surplus = len(ordered) - bound
    if surplus <= 0:
        return floor, array("Q", ordered)
    return max(floor, ordered[surplus - 1]), array("Q", ordered[surplus:])


def extended(timeline: Timeline, tail: "array[int]", bound: int) -> Timeline:
    """Return a timeline with what was appended since; readers may hold the one before, so it is another."""
    ids = timeline.ids
    last = ids[-1] if ids else 0
    for post_id in tail:
        if post_id <= last:
            floor, merged = newest([*ids, *tail], bound, timeline.floor)
            return Timeline(timeline.basis, floor, merged)
        last = post_id
    merged = ids + tail
    surplus = len(merged) - bound
    if surplus <= 0:
        return Timeline(timeline.basis, timeline.floor, merged)
    return Timeline(timeline.basis, max(timeline.floor, merged[surplus - 1]), merged[surplus:])


def _swapped(ids: "array[int]") -> "array[int]":
    if sys.byteorder == "little":
        ids.byteswap()
    return ids
