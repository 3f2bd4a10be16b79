"""Many ids as one value: a query's answer of a thousand rows costs less than the rows would.

In SQL it is `string_agg(int8send(id), '')`, which SQLite's dialect reads as a list in JSON.
"""

import sys
from array import array

import msgspec

_LIST = msgspec.json.Decoder(list[int])


def unpack(value: bytes | str | None) -> "array[int]":
    """Return the ids of a packed value, in its order: 8 bytes each in network order, a list in JSON, or None for no id.

    They have to be positive.
    """
    if isinstance(value, str):
        return array("Q", _LIST.decode(value))
    ids = array("Q", value or b"")
    if sys.byteorder == "little":
        ids.byteswap()
    return ids
