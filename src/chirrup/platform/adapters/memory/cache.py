"""A cache in the process' own memory."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from chirrup.platform.adapters.memory.generations import Generations
from chirrup.platform.flights import Flights
from chirrup.platform.ports import Load, Wanted
from chirrup.platform.telemetry import CacheCounts, CacheMetrics


class _Space(Generations):
    __slots__ = ("counts", "flights")

    def __init__(self, size: int, counts: CacheCounts) -> None:
        super().__init__(size)
        self.counts = counts
        self.flights = Flights(self.keep)

    def keep(self, values: Mapping[int, Any]) -> None:
        for key, value in values.items():
            self.set(key, value)


def _each(kept: Mapping[int, Any], keys: Sequence[int]) -> list[Any]:
    """Return the values of all keys, or raise KeyError; faster than asking for one after another."""
    return list(itemgetter(*keys)(kept)) if len(keys) > 1 else [kept[key] for key in keys]


class MemoryCache:
    """The `Cache` port over dictionaries of bounded size; least recently used entries go first, approximately."""

    def __init__(self, sizes: Mapping[str, int], metrics: CacheMetrics | None = None) -> None:
        """Make the spaces; each holds up to twice its size in entries."""
        metrics = metrics or CacheMetrics()
        self._spaces = {name: _Space(size, metrics.space(name)) for name, size in sizes.items()}

    async def fetch(self, space: str, keys: Sequence[int], load: Load) -> list[Any]:
        """Return the value or None for each key; those that are not kept are loaded in one call, and then kept."""
        entries = self._spaces[space]
        try:
            values = _each(entries.new, keys)
        except KeyError:
            found = {key: entries.get(key) for key in keys}
        else:
            entries.counts.hits += len(values)
            return values
        missing = [key for key, value in found.items() if value is None]
        entries.counts.hits += len(found) - len(missing)
        entries.counts.misses += len(missing)
        if missing:
            found |= await entries.flights.load(missing, load)
        return [found[key] for key in keys]

    async def fetch_one(self, space: str, key: int, load: Load) -> Any:
        """Return the value of a key, or None, as `fetch` does."""
        entries = self._spaces[space]
        value = entries.new.get(key)
        if value is None:
            value = entries.get(key)
        if value is not None:
            entries.counts.hits += 1
            return value
        entries.counts.misses += 1
        return (await entries.flights.load([key], load)).get(key)

    async def fetch_each(self, wanted: Sequence[Wanted]) -> list[Any]:
        """Return the value or None for keys of different spaces."""
        spaces, values = self._spaces, []
        for space, key, load in wanted:
            entries = spaces[space]
            value = entries.new.get(key)
            if value is None:
                value = await self.fetch_one(space, key, load)
            else:
                entries.counts.hits += 1
            values.append(value)
        return values

    async def delete(self, space: str, keys: Sequence[int]) -> None:
        """Forget the keys."""
        entries = self._spaces[space]
        entries.flights.void(keys)
        for key in keys:
            entries.delete(key)

    def clear(self) -> None:
        """Forget everything."""
        for entries in self._spaces.values():
            entries.flights.void_all()
            entries.clear()
