"""What a parent and its children say to each other: lines on the child's standard input and output.

The first line to the child is its order, in JSON. It answers READY once it serves. Then LEAVE asks it to make place for
its successor, which serves already; STOP asks it to end with all others. The end of the input, which is the end of the
parent however that came, means STOP.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from chirrup.settings import Settings

READY = b"ready\n"
LEAVE = b"leave\n"
STOP = b"stop\n"

Program = Literal["api", "worker"]


class Order(msgspec.Struct, frozen=True):
    """What a child is to do."""

    program: Program
    slot: int
    """Which of the parent's children it is, from 0."""
    settings: Mapping[str, Any]
    own: int
    """The descriptor of a listening socket for those who watch this process."""
    shared: int | None = None
    """The descriptor of the listening socket that all children share."""
    only: list[str] | None = None
    """A worker's roles; None for all."""

    @property
    def name(self) -> str:
        """What the log calls the process."""
        return f"{self.program}-{self.slot}"


def encode(order: Order) -> bytes:
    """Return the line for an order."""
    return msgspec.json.encode(order) + b"\n"


def decode(line: bytes) -> Order:
    """Return the order of a line."""
    return msgspec.json.decode(line, type=Order)


def portable(settings: Settings) -> dict[str, Any]:
    """Return settings in a form that `settings.load` takes."""
    fields = msgspec.structs.asdict(settings)
    return {name: str(value) if isinstance(value, Path) else value for name, value in fields.items()}
