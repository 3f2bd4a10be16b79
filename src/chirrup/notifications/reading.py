"""How notifications are read: skeleton → hydrate → visible → present, as every list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

from chirrup.accounts import Accounts, Summary, Viewer
from chirrup.notifications.models import GROUPED, KINDS, Actors, Group, Kind
from chirrup.notifications.store import NotificationStore
from chirrup.notifications.store_causes import CauseStore
from chirrup.platform.clock import rfc3339
from chirrup.platform.http.pagination import encode_cursor
from chirrup.platform.ids import MAX_ID, time_of
from chirrup.platform.ports import Database
from chirrup.posts import PostReader
from chirrup.posts.reading import Standing, unless_muted

NAMED = 5
"""How many actors of a group are named."""
WINDOW = 50
"""Up to how many actors of a group are counted one by one."""
MOST_UNREAD = 100
"""Up to how many unread notifications are counted."""
_WIDEST = 200


class Filter(msgspec.Struct, frozen=True):
    """Which notifications are wanted."""

    kinds: Collection[Kind] = KINDS
    unread: bool = False


class Hydrated(msgspec.Struct, frozen=True):
    """All that a page of notifications needs, from one batched call each."""

    groups: list[Group]
    actors: dict[tuple[Kind, int], Actors]
    """Who did something to whom that is not hidden, by kind and subject."""
    posts: dict[int, bytes]
    """The JSON of the posts that are not hidden."""
    names: dict[int, Summary]


class Item(msgspec.Struct, frozen=True):
    """A notification that is shown."""

    group: Group
    actors: Actors
    post: bytes | None

    @property
    def is_read(self) -> bool:
        """Whether nothing has come since it was last read."""
        return self.actors.newest <= self.group.read_id


class NotificationPage(msgspec.Struct, frozen=True):
    """One page of notifications: the JSON of its items, and where the next page starts."""

    items: list[bytes]
    next_cursor: str | None

    def json(self) -> bytes:
        """Return the page as its answer's body."""
        cursor = b'"%b"' % self.next_cursor.encode() if self.next_cursor else b"null"
        return b'{"items":[%b],"next_cursor":%b}' % (b",".join(self.items), cursor)


@dataclass(frozen=True, slots=True)
class NotificationReader:
    """Reads notifications; what they tell is what is so at the time of reading."""

    db: Database
    store: NotificationStore
    causes: CauseStore
    accounts: Accounts
    post_reader: PostReader

    async def page(self, viewer: Viewer, wanted: Filter, before: int, limit: int) -> NotificationPage:
        """Return a page, newest first, full unless the list ends."""
        items, more = await self._items(viewer, wanted, before, limit)
        names = await self.names(items)
        cursor = encode_cursor(items[-1].group.latest) if more else None
        return NotificationPage([_present(item, names) for item in items], cursor)

    async def unread_count(self, viewer: Viewer) -> int:
        """Return in how many notifications there is something to read, up to MOST_UNREAD."""
        items, _ = await self._items(viewer, Filter(unread=True), MAX_ID, MOST_UNREAD)
        return len(items)

    async def one(self, viewer: Viewer, notification_id: int) -> Item | None:
        """Return a notification of the viewer's, if it is shown."""
        group = await self.store.by_id(self.db.read, viewer.id, notification_id)
        if group is None or group.latest == 0:
            return None
        standing = await self.post_reader.standing(viewer)
        return next(iter(_visible(await self._hydrate([group], viewer, standing))), None)

    async def _items(self, viewer: Viewer, wanted: Filter, before: int, limit: int) -> tuple[list[Item], bool]:
        """Return what is shown, and whether there is more; what is hidden is made up for by more of the skeleton."""
        preferred = await self.store.preferences(self.db.read, viewer.id)
        kinds = [kind for kind in wanted.kinds if kind not in preferred or preferred[kind].shown]
        standing = await self.post_reader.standing(viewer)
        skeleton = self.store.newest_unread if wanted.unread else self.store.newest
        items: list[Item] = []
        size = limit + 1
        while kinds and (groups := await skeleton(self.db.read, viewer.id, kinds, before, size)):
            shown = _visible(await self._hydrate(groups, viewer, standing))
            items += [item for item in shown if not (wanted.unread and item.is_read)]
            if len(items) > limit:
                return items[:limit], True
            if len(groups) < size:
                break
            before, size = groups[-1].latest, min(2 * size, _WIDEST)
        return items, False

    async def _hydrate(self, groups: list[Group], viewer: Viewer, standing: Standing) -> Hydrated:
        """Load who did what, and the posts that it is about."""
        hidden = sorted(standing.relations.blocked | standing.relations.muted)
        actors: dict[tuple[Kind, int], Actors] = {}
        for kind in GROUPED:
            subjects = [group.subject_id for group in groups if group.kind == kind]
            if subjects:
                found = await self._actors(kind, subjects, viewer, hidden)
                actors |= {(kind, subject): those for subject, those in found.items()}
        post_ids = list(dict.fromkeys(group.subject_id for group in groups if group.kind != "follow"))
        hydrated = await self.post_reader.hydrate(post_ids, viewer, standing)
        shown = self.post_reader.visible(hydrated, unless_muted)
        presented = self.post_reader.present(shown, hydrated)
        posts = {entry[0].id: post for entry, post in zip(shown, presented, strict=True)}
        authors = {entry[0].id: entry[0].author_id for entry in shown}
        for group in groups:
            if group.kind not in GROUPED and group.subject_id in authors:
                key = group.subject_id
                actors[group.kind, key] = Actors(key, [authors[key]], 1)
        return Hydrated(groups, actors, posts, {})

    async def _actors(
        self, kind: Kind, subjects: Sequence[int], viewer: Viewer, hidden: Sequence[int]
    ) -> dict[int, Actors]:  # fmt: skip
        """Return who takes part in groups of one kind."""
        found = await self.causes.actors(self.db.read, kind, subjects, viewer.id, hidden, WINDOW + 1)
        large = [subject for subject, newest in found.items() if len(newest) > WINDOW]
        totals = await self.causes.totals(self.db.read, kind, large, viewer.id, hidden) if large else {}
        return {
            subject: Actors(
                newest[0][0], [account_id for _, account_id in newest[:NAMED]], max(len(newest), totals.get(subject, 0))
            )
            for subject, newest in found.items()
        }

    async def names(self, items: Sequence[Item]) -> dict[int, Summary]:
        """Return those who are named in notifications."""
        ids = list(dict.fromkeys(key for item in items for key in item.actors.ids))
        return dict(zip(ids, await self.accounts.summaries(ids), strict=True)) if ids else {}


def _visible(hydrated: Hydrated) -> list[Item]:
    """Return the notifications of which there is anything left that the viewer may see."""
    items = []
    for group in hydrated.groups:
        actors = hydrated.actors.get((group.kind, group.subject_id))
        post = None if group.kind == "follow" else hydrated.posts.get(group.subject_id)
        if actors and (post is not None or group.kind == "follow"):
            items.append(Item(group, actors, post))
    return items


def _present(item: Item, names: dict[int, Summary]) -> bytes:
    """Return the JSON of a notification; posts and names are kept bytes."""
    return b'{"id":"%d","type":"%b","created_at":"%b","is_read":%b,"actors":[%b],"actors_count":%d,"post":%b}' % (
        item.group.id,
        item.group.kind.encode(),
        rfc3339(time_of(item.actors.newest)).encode(),
        b"true" if item.is_read else b"false",
        b",".join(names[key].json for key in item.actors.ids),
        item.actors.count,
        item.post or b"null",
    )
