"""A cache in the process' own memory."""

from collections.abc import Mapping, Sequence
from typing import Any


class _Space:
    """Two generations of entries: what is not asked for while one generation fills is forgotten with the older."""

    __slots__ = ("new", "old", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.new: dict[int, Any] = {}
        self.old: dict[int, Any] = {}

    def get(self, key: int) -> Any:
        value = self.new.get(key)
        if value is None:
            value = self.old.pop(key, None)
            if value is not None:
                self.set(key, value)
        return value

    def set(self, key: int, value: object) -> None:
        if len(self.new) >= self.size:
            self.old = self.new
            self.new = {}
        self.new[key] = value


class MemoryCache:
    """The `Cache` port over dictionaries of bounded size; least recently used entries go first, approximately."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        """Make the spaces; each holds up to twice its size in entries."""
        self._spaces = {name: _Space(size) for name, size in sizes.items()}

    async def get(self, space: str, key: int) -> Any:
        """Return the value of a key, or None."""
        entries = self._spaces[space]
        value = entries.new.get(key)
        return entries.get(key) if value is None else value

    async def get_many(self, space: str, keys: Sequence[int]) -> list[Any]:
        """Return the value or None for each key."""
        entries = self._spaces[space]
        try:
            return list(map(entries.new.__getitem__, keys))
        except KeyError:
            return [entries.get(key) for key in keys]

    async def set_many(self, space: str, values: Mapping[int, object]) -> None:
        """Keep the values."""
        entries = self._spaces[space]
        for key, value in values.items():
            entries.set(key, value)

    async def delete(self, space: str, keys: Sequence[int]) -> None:
        """Forget the keys."""
        entries = self._spaces[space]
        for key in keys:
            entries.new.pop(key, None)
            entries.old.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        for entries in self._spaces.values():
            entries.new.clear()
            entries.old.clear()
