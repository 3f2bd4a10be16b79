"""Cursors: opaque to clients, an id inside."""

from typing import Annotated

import regex
from litestar.params import Parameter

from chirrup.platform.errors import Malformed
from chirrup.platform.ids import MAX_ID

DEFAULT_LIMIT = 20
MAX_LIMIT = 100

LimitParam = Annotated[int, Parameter(ge=1, le=MAX_LIMIT, description="How many items at most.")]
CursorParam = Annotated[
    str | None, Parameter(max_length=64, description="The `next_cursor` of the page before; opaque.")
]

# one letter of version, then the id in base 16: clearly no id, and not to be made up from one
_PREFIX = "c"
_DIGITS = regex.compile(r"[1-9a-f][0-9a-f]{0,15}")


def encode_cursor(identifier: int) -> str:
    """Return the cursor that leads below an id."""
    return f"{_PREFIX}{identifier:x}"


def decode_cursor(cursor: str | None) -> int:
    """Return the id below which a page starts; without a cursor, an id above all others.

    Raises:
        Malformed: the cursor is none of ours.
    """
    if cursor is None:
        return MAX_ID
    digits = cursor[1:]
    if cursor[:1] == _PREFIX and _DIGITS.fullmatch(digits):
        value = int(digits, 16)
        if value <= MAX_ID:
            return value
    raise Malformed("The cursor is not valid; start again without one.", field="cursor")
