"""What is asked of a search index in tables of a database, the same in each database."""

import dataclasses
from collections.abc import Callable, Sequence

from chirrup.platform.errors import Unavailable
from chirrup.platform.ids import EPOCH
from chirrup.platform.ports import Reader, Row
from chirrup.platform.searching import Hit, PostSearch, TagCount
from chirrup.platform.words import Phrase

EXACT, BEGINNING = "2e12", "1e12"
"""What is added to the weight of who has, and of whose begins with, the username that was asked for."""
_LAST = chr(0x10FFFF)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a database is asked; in the SQL, `{0}` is the number of the index."""

    current: str
    """Asks for the number of the index in use."""
    newest: str
    """`$1` what is looked for, `$2` the lowest id, `$3` the id below which, `$4` how many."""
    best: str
    """As `newest`, but `$4` milliseconds since the epoch of ids, `$5` and `$6` the place, `$7` how many."""
    people: str
    """`$1` what is looked for, `$2` and `$3` the bounds of usernames, `$4` and `$5` the place, `$6` how many."""
    tags: str
    """`$1` and `$2` the bounds of tags, `$3` how many."""
    posts_query: Callable[[PostSearch], str]
    names_query: Callable[[Sequence[Phrase]], str]
    no_table: type[Exception]
    """What is raised where an index is gone."""


class SqlSearch:
    """The questions of the `SearchIndex` port."""

    def __init__(self, reader: Reader, dialect: Dialect) -> None:
        self._reader = reader
        self._dialect = dialect

    async def newest_posts(self, wanted: PostSearch, limit: int) -> Sequence[int]:
        """Return posts, newest first."""
        asked = self._dialect.posts_query(wanted)
        rows = await self._find(self._dialect.newest, asked, wanted.since, wanted.before, limit)
        return [row[0] for row in rows]

    async def best_posts(self, wanted: PostSearch, now: int, after: Hit | None, limit: int) -> Sequence[Hit]:
        """Return posts behind a place, best first."""
        asked = self._dialect.posts_query(wanted)
        bounds = (wanted.since, wanted.before, now - EPOCH)
        return await self._hits(self._dialect.best, asked, *bounds, *_place(after), limit)

    async def people(self, names: Sequence[Phrase], username: str, after: Hit | None, limit: int) -> Sequence[Hit]:
        """Return accounts behind a place."""
        asked = self._dialect.names_query(names)
        return await self._hits(self._dialect.people, asked, username, username + _LAST, *_place(after), limit)

    async def tags(self, prefix: str, limit: int) -> Sequence[TagCount]:
        """Return the hashtags that begin with a text."""
        return [TagCount(*row) for row in await self._find(self._dialect.tags, prefix, prefix + _LAST, limit)]

    async def _hits(self, sql: str, *args: object) -> Sequence[Hit]:
        return [Hit(*row) for row in await self._find(sql, *args)]

    async def _find(self, sql: str, *args: object) -> Sequence[Row]:
        number = await self._current()
        try:
            return await self._reader.all(sql.format(number), *args)
        except self._dialect.no_table:
            # a build may have ended between the two questions
            replaced = await self._current()
            if replaced == number:
                raise
            return await self._reader.all(sql.format(replaced), *args)

    async def _current(self) -> int:
        # asked of the same server as the tables: of a replica and the primary, one may lack what the other has
        row = await self._reader.first(self._dialect.current)
        if row is None:
            raise Unavailable("The search index is not there yet.")
        number: int = row[0]
        return number


def _place(after: Hit | None) -> tuple[float | None, int | None]:
    return after or (None, None)
