"""What can be done with notifications."""

from collections.abc import Mapping
from dataclasses import dataclass

from chirrup.accounts import Viewer
from chirrup.notifications.events import Notified
from chirrup.notifications.gathering import Touched, recipients
from chirrup.notifications.models import KINDS, Cause, Kind, Place, Preference, day_of
from chirrup.notifications.store import NotificationStore
from chirrup.notifications.store_causes import CauseStore
from chirrup.platform.clock import Clock
from chirrup.platform.errors import NotFound
from chirrup.platform.ids import IdGenerator, compose
from chirrup.platform.ports import Database, Transaction
from chirrup.platform.repeating import repeatable
from chirrup.platform.steps import in_steps

_STEP = 100
"""Rows that one transaction changes: each costs pages of four indexes."""
_HOUR = 3_600_000
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class Notifications:
    """The verbs of notifications."""

    db: Database
    store: NotificationStore
    causes: CauseStore
    ids: IdGenerator
    clock: Clock
    keep_days: int

    async def take(self, tx: Transaction, touched: Touched) -> None:
        """Bring notifications up to date with what events were about, by what the tables say now."""
        raised = await self._groups(tx, touched)
        raised |= await self._follows(tx, touched)
        raised |= await self._posts(tx, touched)
        lowered = {Place(day_of(follow_id), followee_id, "follow") for followee_id, follow_id in touched.unfollowed}
        for kind, post_ids in touched.undone.items():
            authors = await self.causes.authors(tx, sorted(post_ids)) if post_ids else {}
            lowered |= {Place(post_id, author_id, kind) for post_id, author_id in authors.items()}
        quiet_since = compose(self.clock.now() - _HOUR, 0, 0)
        # always in the same order, so that no two wait for each other
        for place in sorted(raised.keys() | lowered | {Place(post_id, 0, "like") for post_id in touched.deleted}):
            if place.subject_id in touched.deleted:
                await self.store.delete_about(tx, place.subject_id)
                continue
            if place in raised:
                await self._raise(tx, place, raised[place], quiet_since)
            if place in lowered:
                await self.store.lower(tx, place)

    async def preferences(self, account_id: int) -> dict[Kind, Preference]:
        """Return what an account wants of each kind."""
        return dict.fromkeys(KINDS, Preference()) | await self.store.preferences(self.db.read, account_id)

    @repeatable
    async def prefer(self, viewer: Viewer, chosen: Mapping[Kind, Preference]) -> None:
        """Keep what the viewer wants of some kinds."""
        async with self.db.transaction() as tx:
            await self.store.set_preferences(tx, viewer.id, chosen)

    @repeatable
    async def read(self, viewer: Viewer, notification_id: int) -> None:
        """Mark one notification as read.

        Raises:
            NotFound: the viewer has no such notification.
        """
        async with self.db.transaction() as tx:
            if not await self.store.read(tx, viewer.id, notification_id):
                raise NotFound("There is no such notification.")

    @repeatable
    async def read_all(self, viewer: Viewer) -> None:
        """Mark all notifications as read, in steps."""
        await in_steps(self.db, _STEP, lambda tx: self.store.read_some(tx, viewer.id, _STEP))

    async def forget_account(self, account_id: int) -> None:
        """Delete the notifications of an account that is gone, in steps."""
        await in_steps(self.db, _STEP, lambda tx: self.store.delete_of(tx, account_id, _STEP))

    async def delete_old(self) -> None:
        """Delete notifications whose causes are all older than they are kept, in steps."""
        after, before = 0, compose(self.clock.now() - self.keep_days * _DAY, 0, 0)
        while True:
            async with self.db.transaction() as tx:
                deleted = await self.store.delete_old(tx, after, before, _STEP)
            if len(deleted) < _STEP:
                return
            after = max(deleted)

    async def _raise(self, tx: Transaction, place: Place, cause: Cause, quiet_since: int) -> None:
        new_id = self.ids.new(place.recipient_id)
        announced = await self.store.raise_at(tx, place, cause, new_id, quiet_since)
        if announced is not None:
            tx.publish(Notified(notification_id=announced, recipient_id=place.recipient_id))

    async def _groups(self, tx: Transaction, touched: Touched) -> dict[Place, Cause]:
        """Return the likes and retweets there are of posts that events named."""
        found: dict[Place, Cause] = {}
        for kind, post_ids in touched.posts.items():
            known = await self.causes.of_posts(tx, kind, sorted(post_ids)) if post_ids else {}
            found |= {Place(key, author_id, kind): cause for key, (author_id, cause) in known.items() if cause}
        return found

    async def _follows(self, tx: Transaction, touched: Touched) -> dict[Place, Cause]:
        found: dict[Place, Cause] = {}
        for follower_id, followee_id in sorted(touched.follows):
            cause = await self.causes.of_follow(tx, follower_id, followee_id)
            if cause:
                place = Place(day_of(cause.newest), followee_id, "follow")
                found[place] = _newer(found.get(place), cause)
        return found

    async def _posts(self, tx: Transaction, touched: Touched) -> dict[Place, Cause]:
        """Return the replies, quotes and mentions there are, each as whom it concerns is told of it."""
        quoted = touched.quoted()
        authors = await self.causes.authors(tx, quoted) if quoted else {}
        found: dict[Place, Cause] = {}
        for post_id, post in touched.published.items():
            concerned = dict(recipients(post, authors.get(post.retweet_of) if post.retweet_of else None))
            if concerned:
                causes = await self.causes.of_post(tx, post_id, sorted(concerned))
                found |= {Place(post_id, key, concerned[key]): cause for key, cause in causes.items()}
        return found


def _newer(one: Cause | None, other: Cause) -> Cause:
    if one is None:
        return other
    shown = [cause.shown for cause in (one, other) if cause.shown is not None]
    return Cause(max(one.newest, other.newest), max(shown, default=None))
