"""Reading a follow graph: one pair of numbers a line."""

import gzip
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from operator import eq
from pathlib import Path
from typing import IO

import msgspec

CHUNK = 1 << 20
LONGEST_LINE = 1 << 16
_GZIP = b"\x1f\x8b"
_PLAIN = re.compile(rb"(?:[0-9]++[ \t,]++[0-9]++[ \t]*+\r?+\n)*+")
_SEPARATORS = bytes.maketrans(b",", b" ")
_LINE = re.compile(rb"[ \t]*+([0-9]++)[ \t,]++([0-9]++)[ \t]*+")


class Fault(msgspec.Struct, frozen=True):
    """A line that says nothing usable."""

    line: int
    reason: str


class Chunk(msgspec.Struct, frozen=True):
    """Some lines: follower and followee of each pair, and the faults among them."""

    followers: list[int]
    followees: list[int]
    faults: list[Fault]


@contextmanager
def opened(file: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Open a file, or standard input for `-`; yield (its text, the file itself), which differ if it is gzipped."""
    raw: IO[bytes] = sys.stdin.buffer if file == "-" else Path(file).open("rb", buffering=CHUNK)  # noqa: SIM115
    try:
        head = raw.peek(2)[:2] if hasattr(raw, "peek") else b""
        if head == _GZIP:
            with gzip.open(raw, "rb") as text:
                yield text, raw  # type: ignore[misc]
        else:
            yield raw, raw
    finally:
        if file != "-":
            raw.close()


def read(source: IO[bytes], bound: int, refused: frozenset[int]) -> Iterator[Chunk]:
    """Yield the pairs of a text; numbers are below `bound`, and no pair names one of `refused`.

    Raises:
        OSError, EOFError, zlib.error: a gzipped text is damaged.
    """
    line = 0
    rest = b""
    while block := source.read(CHUNK):
        whole, newline, rest = (rest + block).rpartition(b"\n")
        if len(rest) > LONGEST_LINE:
            # nothing that is a pair: its end, wherever that is, is reported like the rest of it
            whole, newline, rest = whole + newline + rest[:LONGEST_LINE], b"\n", b""
        if not newline:
            continue
        text = whole + newline
        yield _chunk(text, line, bound, refused)
        line += text.count(b"\n")
    if rest:
        yield _chunk(rest + b"\n", line, bound, refused)


def _chunk(text: bytes, before: int, bound: int, refused: frozenset[int]) -> Chunk:
    if _PLAIN.fullmatch(text):
        numbers = list(map(int, text.translate(_SEPARATORS).split()))
        followers, followees = numbers[::2], numbers[1::2]
        simple = max(numbers, default=0) < bound and not any(map(eq, followers, followees))
        if simple and not (refused and refused.intersection(numbers)):
            return Chunk(followers, followees, [])
    chunk = Chunk([], [], [])
    for number, line in enumerate(text.split(b"\n")[:-1], before + 1):
        _take(chunk, number, line.rstrip(b"\r"), bound, refused)
    return chunk


def _take(chunk: Chunk, number: int, line: bytes, bound: int, refused: frozenset[int]) -> None:
    if not line.strip() or line.lstrip()[:1] in {b"#", b"%"}:
        return
    found = _LINE.fullmatch(line)
    if found is None:
        shown = line[:40].decode("utf-8", "replace")
        chunk.faults.append(Fault(number, f"{shown!r} is no pair of numbers"))
        return
    # more digits than any number in bounds has are not worth reading
    pair = [int(digits) if len(digits) <= 40 else bound for digits in found.groups()]
    if max(pair) >= bound:
        chunk.faults.append(Fault(number, f"numbers are below {bound}"))
    elif pair[0] == pair[1]:
        chunk.faults.append(Fault(number, f"{pair[0]} follows itself"))
    elif refused.intersection(pair):
        chunk.faults.append(Fault(number, f"u{min(refused.intersection(pair))} has been deleted by its owner"))
    else:
        chunk.followers.append(pair[0])
        chunk.followees.append(pair[1])
