"""How values are written into Redis, and how they are told from leases and from what another version has written."""

import sys
from array import array
from hashlib import blake2s
from typing import Any

import msgspec

_VALUE = b"V"
_LEASE = b"L"
_TAG = slice(1, 5)
_START = 9


class Codec:
    """Values of one type: a letter, the tag of the server's run, a digest of the type's layout, and msgpack."""

    def __init__(self, kind: Any) -> None:
        """Take the type.

        Raises:
            ValueError: its layout cannot be told from another's.
        """
        layout = repr(msgspec.inspect.type_info(kind))
        if " at 0x" in layout:
            raise ValueError(f"the layout of {kind} differs from process to process")
        self._digest = blake2s(layout.encode(), digest_size=4).digest()
        self._encoder = msgspec.msgpack.Encoder(enc_hook=_plain)
        self._decoder = msgspec.msgpack.Decoder(kind, dec_hook=_rich)

    def write(self, value: object, tag: bytes) -> bytes:
        """Return what to store."""
        return _VALUE + tag + self._digest + self._encoder.encode(value)

    def read(self, raw: bytes, tag: bytes) -> Any:
        """Return the value, or None where there is none that this version of the program, at this tag, can use."""
        if raw[:1] != _VALUE or raw[_TAG] != tag or raw[5:_START] != self._digest:
            return None
        try:
            return self._decoder.decode(memoryview(raw)[_START:])
        except msgspec.DecodeError:
            return None


def lease(tag: bytes, token: bytes) -> bytes:
    """Return what stands in for a value that is being loaded."""
    return _LEASE + tag + token


def is_lease(raw: bytes, tag: bytes) -> bool:
    """Return whether somebody is loading the value."""
    return raw[:1] == _LEASE and raw[_TAG] == tag


def tag_of(raw: bytes) -> bytes:
    """Return the tag of a lease or value."""
    return raw[_TAG]


def _plain(value: object) -> bytes:
    if not isinstance(value, array) or value.typecode != "Q":
        raise NotImplementedError(f"{type(value)} cannot be written")
    return _little(value).tobytes()


def _rich(kind: Any, plain: Any) -> Any:
    if getattr(kind, "__origin__", kind) is not array or not isinstance(plain, bytes) or len(plain) % 8:
        raise NotImplementedError(f"{kind} cannot be read")
    return _little(array("Q", plain))


def _little(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers
