"""Counting what is used: each use for a day, and how many accounts an hour for four weeks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from chirrup.platform.clock import Clock
from chirrup.platform.ids import compose, time_of
from chirrup.platform.ports import Database, Transaction
from chirrup.platform.repeating import repeatable
from chirrup.platform.steps import in_steps
from chirrup.posts.language import PostLanguages
from chirrup.posts.models import PostRow
from chirrup.posts.store import PostStore
from chirrup.trends.models import HOUR, Use
from chirrup.trends.scoring import HISTORY
from chirrup.trends.store import TrendStore
from chirrup.trends.subjects import subjects_of

KEEP = 26 * HOUR
"""Longer than the longest window, so that an hour can be counted late."""
DAY = 24 * HOUR
_SETTLED = HOUR // 6
"""How long after its end an hour is counted, since events come late."""
_EVERY = 4 * 60_000
_STEP = 2_000
_TURN, _BEGAN, _COUNTED = "count_hours", "began", "counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Keeps uses and hours."""

    db: Database
    store: TrendStore
    post_store: PostStore
    languages: PostLanguages
    clock: Clock
    own_host: str
    account_days: int

    async def uses(self, post_ids: Collection[int]) -> tuple[list[Use], list[int]]:
        """Return the uses in posts as these are now, and which of the posts are gone."""
        posts = await self.post_store.by_ids(self.db.read, sorted(post_ids))
        oldest = compose(self.clock.now() - KEEP, 0, 0)
        uses = [use for post in posts.values() if post.id > oldest and not post.is_retweet for use in self._of(post)]
        return uses, [post.id for post in posts.values() if post.deleted]

    async def take(self, tx: Transaction, uses: Iterable[Use], gone: Collection[int]) -> None:
        """Keep uses, and forget those in posts that are gone; whatever is told again changes nothing."""
        if kept := list(uses):
            await self.store.insert_uses(tx, kept)
        if gone:
            await self.store.delete_uses(tx, sorted(gone))

    async def count_hours(self) -> None:
        """Count the hours that are over, and delete what is not needed any more; one process of many does it."""
        now = self.clock.now()
        async with self.db.transaction() as tx:
            if not await self.store.claim(tx, _TURN, now, now - _EVERY):
                return
        last = (now - _SETTLED) // HOUR - 1
        counted = await self.store.mark(self.db.read, _COUNTED)
        began = await self.store.mark(self.db.read, _BEGAN)
        if counted is None:
            oldest = await self.store.oldest_use(self.db.read)
            counted = last if oldest is None else time_of(oldest) // HOUR
        # the last hour that was counted is counted again, with what came later still
        first = max(counted, last - KEEP // HOUR + 1)
        for hour in range(first, last + 1):
            await self._count(hour, began)
            began = hour if began is None else began
        oldest_id, oldest_hour = compose(now - KEEP, 0, 0), now // HOUR - HISTORY - 1
        await in_steps(self.db, _STEP, lambda tx: self.store.delete_old_uses(tx, oldest_id, _STEP))
        await in_steps(self.db, _STEP, lambda tx: self.store.delete_old_hours(tx, oldest_hour, _STEP))

    async def began(self) -> int | None:
        """Return the first hour that was counted."""
        return await self.store.mark(self.db.read, _BEGAN)

    @repeatable
    async def _count(self, hour: int, began: int | None) -> None:
        since, until = compose(hour * HOUR, 0, 0), compose((hour + 1) * HOUR, 0, 0)
        # who is new could otherwise make today usual what is to be no news tomorrow
        made_before = compose((hour + 1) * HOUR - self.account_days * DAY, 0, 0)
        async with self.db.transaction() as tx:
            await self.store.count_hour(tx, hour, since, until, made_before)
            await self.store.set_mark(tx, _COUNTED, hour)
            if began is None:
                await self.store.set_mark(tx, _BEGAN, hour)

    def _of(self, post: PostRow) -> list[Use]:
        subjects = subjects_of(post.entities, self.own_host)
        if not subjects:
            return []
        lang = self.languages.of(post.text, post.entities)
        return [Use(subject, post.id, post.author_id, lang) for subject in subjects]
