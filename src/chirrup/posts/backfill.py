"""Hashtags of posts that are older than the table of hashtags, step by step, the newest first."""

from dataclasses import dataclass

from chirrup.platform.ports import Database
from chirrup.platform.repeating import repeatable
from chirrup.posts.store_tags import TagBackfillStore, insert_tags
from chirrup.posts.text import tags_of

_STEP = 200
_STEPS = 50
_TURN = 1
"""The key of transactions that go on with it: one after another, in whatever process."""


@dataclass(frozen=True, slots=True)
class TagBackfill:
    """The job; it has nothing left to do once the oldest post is done."""

    db: Database
    store: TagBackfillStore

    async def go_on(self) -> None:
        """Take the next steps, each in a transaction that also remembers how far it came."""
        for _ in range(_STEPS):
            if not await self._step():
                return

    @repeatable
    async def _step(self) -> bool:
        """Return whether there is more to do."""
        if not await self.store.below(self.db.read):
            return False
        async with self.db.transaction(_TURN) as tx:
            before = await self.store.below(tx)
            posts = await self.store.entities_below(tx, before, _STEP) if before else []
            tagged = [(tag, post_id) for post_id, entities in posts for tag in tags_of(entities)]
            if tagged:
                await insert_tags(tx, tagged)
            more = len(posts) == _STEP
            await self.store.set_below(tx, posts[-1][0] if more else 0)
        return more
