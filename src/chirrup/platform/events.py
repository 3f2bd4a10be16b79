"""Events: what happened, as immutable records that survive the process."""

from collections.abc import Iterable
from typing import ClassVar

import msgspec

SHARDS = 12
"""Into how many parts a log that several processes read divides each family; the parts of stored events rest on it."""


def shard_of(key: int) -> int:
    """Return the part of a log in which the events of a key are."""
    return key % SHARDS


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened; its class name is its type in the log."""

    family: ClassVar[str]
    """Events of one family and one key stay in order; a family is a topic of its own."""

    @property
    def key(self) -> int:
        """The id whose events stay in order."""
        raise NotImplementedError


class CacheForgotten(Event, frozen=True, kw_only=True):
    """Entries of caches are older than the database; said once more by the log, should the first time have failed."""

    family = "cache"

    spaces: tuple[str, ...]
    keys: tuple[int, ...]
    """Of each entry its space, and its key there."""

    @property
    def key(self) -> int:
        """The first of them."""
        return self.keys[0]

    def by_space(self) -> dict[str, list[int]]:
        """Return the keys of each space."""
        found: dict[str, list[int]] = {}
        for space, key in zip(self.spaces, self.keys, strict=True):
            found.setdefault(space, []).append(key)
        return found


def families(types: Iterable[type[Event]]) -> list[str]:
    """Return the families of some types, each once."""
    return sorted({kind.family for kind in types})


def encode(event: Event) -> bytes:
    """Return the JSON form of an event's fields."""
    return msgspec.json.encode(event)


class EventTypes:
    """The events that a process knows, by name."""

    def __init__(self, types: Iterable[type[Event]]) -> None:
        self._decoders = {kind.__name__: msgspec.json.Decoder(kind) for kind in types}

    def decode(self, name: str, payload: bytes) -> Event:
        """Return the event of a log entry.

        Raises:
            KeyError: no such event type is known.
            msgspec.ValidationError: the payload does not fit its type.
        """
        return self._decoders[name].decode(payload)
