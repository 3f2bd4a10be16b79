"""What an account has done to posts: which of them it likes, which it has retweeted."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from chirrup.platform.ports import Database, Reader, Wanted
from chirrup.posts.models import Known

_KNOWN = 500


@dataclass(frozen=True, slots=True)
class Marks:
    """One kind of mark that accounts leave on posts."""

    db: Database
    space: str
    """The cache space that holds the newest marks of each account."""
    newest: Callable[[Reader, int, int], Awaitable[list[int]]]
    """Returns the newest posts, by their ids, that an account has marked; the last argument limits them."""
    among: Callable[[Reader, int, Sequence[int]], Awaitable[set[int]]]
    """Returns those of the posts that an account has marked."""

    def wanted(self, account_id: int) -> Wanted:
        """Return where the cache has the newest marks of an account, as `Known`."""
        return self.space, account_id, self._load

    async def of(self, account_id: int, known: Known, post_ids: Sequence[int]) -> frozenset[int] | set[int]:
        """Return those of the posts that an account has marked."""
        if not known.floor or min(post_ids, default=known.floor) > known.floor:
            return known.ids.intersection(post_ids) if known.ids else known.ids
        return await self.among(self.db.read, account_id, post_ids)

    async def _load(self, account_ids: list[int]) -> dict[int, Known]:
        return {key: newest_known(await self.newest(self.db.read, key, _KNOWN), _KNOWN) for key in account_ids}


def newest_known(post_ids: Sequence[int], limit: int) -> Known:
    """Return what the newest `limit` of descending ids tell: all of them, if there are fewer."""
    return Known(post_ids[-1] if len(post_ids) == limit else 0, frozenset(post_ids))
