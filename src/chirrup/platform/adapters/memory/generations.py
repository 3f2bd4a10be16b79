"""Bounded memory for what was used lately."""

from typing import Any


class Generations:
    """Two generations of entries: what is not asked for while one generation fills is forgotten with the older."""

    __slots__ = ("new", "old", "size")

    def __init__(self, size: int) -> None:
        """Hold up to twice `size` entries."""
        self.size = size
        self.new: dict[int, Any] = {}
        self.old: dict[int, Any] = {}

    def get(self, key: int) -> Any:
        """Return the value of a key, or None, and count it as used."""
        value = self.new.get(key)
        if value is None:
            value = self.old.pop(key, None)
            if value is not None:
                self.set(key, value)
        return value

    def set(self, key: int, value: object) -> None:
        """Keep a value."""
        if len(self.new) >= self.size:
            self.old = self.new
            self.new = {}
        self.new[key] = value

    def delete(self, key: int) -> None:
        """Forget a key."""
        self.new.pop(key, None)
        self.old.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self.new.clear()
        self.old.clear()
