"""Cursors: opaque to clients, an id inside."""

from typing import Annotated

from litestar.params import Parameter

from chirrup.platform.errors import Malformed
from chirrup.platform.ids import MAX_ID

DEFAULT_LIMIT = 20
MAX_LIMIT = 100

LimitParam = Annotated[int, Parameter(ge=1, le=MAX_LIMIT, description="How many items at most.")]
CursorParam = Annotated[
    str | None, Parameter(max_length=64, description="The `next_cursor` of the page before; opaque.")
]

# one letter of version, then the id in base 36: short, and clearly no id
_PREFIX = "c"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def encode_cursor(identifier: int) -> str:
    """Return the cursor that leads below an id."""
    digits = []
    while identifier:
        identifier, digit = divmod(identifier, 36)
        digits.append(_DIGITS[digit])
    return _PREFIX + "".join(reversed(digits))


def decode_cursor(cursor: str | None) -> int:
    """Return the id below which a page starts; without a cursor, an id above all others.

    Raises:
        Malformed: the cursor is none of ours.
    """
    if cursor is None:
        return MAX_ID
    digits = cursor[1:]
    if cursor[:1] == _PREFIX and 0 < len(digits) <= 13 and digits.isascii() and digits.isalnum():
        value = int(digits, 36)
        if 0 < value <= MAX_ID and encode_cursor(value) == cursor:
            return value
    raise Malformed("The cursor is not valid; start again without one.", field="cursor")
