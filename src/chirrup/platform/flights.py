"""Loads that are under way, so that many who miss a key at once wait for one."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chirrup.platform.ports import Load


class _Flight:
    __slots__ = ("boarding", "done", "error", "values")

    def __init__(self) -> None:
        self.boarding = True
        self.done = asyncio.Event()
        self.values: Mapping[int, Any] | None = None
        self.error: Exception | None = None


class Flights:
    """The loads of one cache space.

    What was loaded is never older than the moment at which somebody asked for it. Where all deletions are known, as in
    one process, a load serves everybody until the key is voided. Where others delete too, a load is `closed` to who
    comes after it has begun; they wait until it is through, and then share the next.
    """

    __slots__ = ("_closed", "_keep", "_under_way")

    def __init__(self, keep: Callable[[Mapping[int, Any]], None] | None = None, *, closed: bool = False) -> None:
        """Give `keep`, if there is one, what was loaded and not voided meanwhile."""
        self._keep = keep
        self._closed = closed
        self._under_way: dict[int, _Flight] = {}

    async def load(self, keys: Iterable[int], load: Load) -> dict[int, Any]:
        """Return the values of those of the keys that have one: loaded, or from who is loading them already.

        Raises:
            Exception: what `load` has raised, here or there.
        """
        own: list[int] = []
        joined: dict[_Flight, list[int]] = {}
        missed: dict[_Flight, list[int]] = {}
        for key in dict.fromkeys(keys):
            flight = self._under_way.get(key)
            if flight is None:
                own.append(key)
            else:
                (joined if flight.boarding else missed).setdefault(flight, []).append(key)
        values = dict(await self._fly(own, load)) if own else {}
        for flight, shared in joined.items():
            await flight.done.wait()
            if flight.error is not None:
                raise flight.error
            # without a value its reader was cancelled, so that somebody else has to load
            found = await self.load(shared, load) if flight.values is None else flight.values
            values |= {key: found[key] for key in shared if key in found}
        for flight, late in missed.items():
            await flight.done.wait()
            values |= await self.load(late, load)
        return values

    def void(self, keys: Iterable[int]) -> None:
        """Let what is being loaded for these keys reach those who wait for it already, and nobody else."""
        for key in keys:
            self._under_way.pop(key, None)

    def void_all(self) -> None:
        """Do so for every key."""
        self._under_way.clear()

    async def _fly(self, keys: list[int], load: Load) -> Mapping[int, Any]:
        flight = _Flight()
        self._under_way.update(dict.fromkeys(keys, flight))
        try:
            if self._closed:
                # all who ask in this turn of the event loop come along
                await asyncio.sleep(0)
                flight.boarding = False
            values = flight.values = await load(keys)
            if self._keep is not None:
                self._keep({key: value for key, value in values.items() if self._under_way.get(key) is flight})
        except Exception as error:
            flight.error = error
            raise
        finally:
            flight.done.set()
            for key in keys:
                if self._under_way.get(key) is flight:
                    del self._under_way[key]
        return values
