"""The cache."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

Load = Callable[[list[int]], Awaitable[Mapping[int, object]]]
"""Returns the values of those of the keys that have one."""


Wanted = tuple[str, int, Load]
"""A space of a cache, a key of it, and what loads that."""


class Cache(Protocol):
    """Keeps values that are read from elsewhere, by space and id, in bounded memory; any may vanish at any time.

    A value that is deleted while it is being loaded is not kept, so what is kept is never older than its last
    deletion. Many who miss a key at once wait for one load.
    """

    async def fetch(self, space: str, keys: Sequence[int], load: Load) -> list[Any]:
        """Return the value or None for each key; those that are not kept are loaded in one call, and then kept."""

    async def fetch_one(self, space: str, key: int, load: Load) -> Any:
        """Return the value of a key, or None, as `fetch` does."""

    async def fetch_each(self, wanted: Sequence[Wanted]) -> list[Any]:
        """Return the value or None for keys of different spaces, which are asked for together."""

    async def delete(self, space: str, keys: Sequence[int]) -> None:
        """Forget the keys.

        Raises:
            Unavailable: they could not be forgotten everywhere.
        """
