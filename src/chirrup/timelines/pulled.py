"""Which authors are merged at read: a copy in each process, and in the cache only a tag that tells whether it is right.

There are as many such authors as there are large accounts, and every read of a timeline has to know them.
"""

from collections.abc import Mapping
from secrets import randbits

from chirrup.platform.flights import Flights
from chirrup.platform.ports import Cache, Database, Transaction, Wanted
from chirrup.timelines.store import TimelineTables

_SPACE = "pulled"
_KEY = 0


class PulledAuthors:
    """The authors whose posts are merged at read, and whether they are on the way back to being pushed.

    A tag is deleted with each change, and none comes back, so what was read after a tag was seen is at least as new as
    what the tag stands for.
    """

    def __init__(self, db: Database, tables: TimelineTables, cache: Cache) -> None:
        self._db = db
        self._tables = tables
        self._cache = cache
        self._tag = -1
        self._copy: Mapping[int, bool] = {}
        self._flights = Flights()

    def wanted(self) -> Wanted:
        """Return where the cache has the tag that `of` takes."""
        return _SPACE, _KEY, self._load

    async def of(self, tag: int) -> Mapping[int, bool]:
        """Return the authors as of a tag that the cache has given, or newer."""
        if tag == self._tag:
            return self._copy
        return (await self._flights.load([tag], self._read))[tag]  # type: ignore[no-any-return]

    async def all(self) -> Mapping[int, bool]:
        """Return the authors."""
        return await self.of(await self._cache.fetch_one(*self.wanted()))

    @staticmethod
    def change(tx: Transaction) -> None:
        """Void the tag once the transaction has changed something."""
        tx.forget(_SPACE, _KEY)

    async def _load(self, keys: list[int]) -> dict[int, int]:
        tag = randbits(63)
        await self._read([tag])
        return dict.fromkeys(keys, tag)

    async def _read(self, tags: list[int]) -> dict[int, Mapping[int, bool]]:
        found = await self._tables.pulled_authors(self._db.read)
        self._tag, self._copy = tags[0], found
        return dict.fromkeys(tags, found)
