"""Reading the home timeline.

A page is the newest of three sources below a cursor: the viewer's stored timeline, which the fan-out pushes into; the
recent posts of followees with too many followers to push to; and the viewer's own. Each source says down to which id
it is complete. Below that, pages come from the database by the same cursor, so that they go on without a seam.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import msgspec

from chirrup.accounts import Viewer
from chirrup.graph import Relations
from chirrup.platform.ports import Cache, Database, Timeline, TimelineStore
from chirrup.platform.telemetry import Telemetry
from chirrup.posts import Card, PostPage, PostReader, Posts
from chirrup.posts.models import Recent
from chirrup.posts.reading import Entry, Hydrated, Standing
from chirrup.posts.store import PostStore
from chirrup.timelines import rebuild
from chirrup.timelines.pulled import PulledAuthors
from chirrup.timelines.store import TimelineTables


class _Sources(msgspec.Struct, frozen=True):
    """What the page of a viewer is merged from."""

    viewer: Viewer
    standing: Standing
    timeline: Timeline
    recents: list[Recent]
    """The viewer's own posts, and those of followees who are not pushed."""
    floor: int
    """The id above which all of these are complete."""

    @property
    def authors(self) -> list[int]:
        """Whose posts the database is asked for."""
        return [self.viewer.id, *self.standing.relations.following]

    def below(self, before: int, limit: int) -> list[int]:
        """Return the newest ids below one and above the floor, newest first."""
        ids, floor = self.timeline.ids, self.floor
        end = bisect_left(ids, before)
        start = max(0, end - limit)
        if start < end and ids[start] <= floor:
            start = bisect_right(ids, floor, start, end)
        head = ids[start:end].tolist()
        oldest = head[0] if len(head) == limit else floor + 1
        extra: list[int] = []
        for recent in self.recents:
            others = recent.ids
            if others and others[-1] >= oldest:
                extra += others[bisect_left(others, oldest) : bisect_left(others, before)]
        if extra:
            return sorted({*head, *extra}, reverse=True)[:limit]
        head.reverse()
        return head

    def above(self, after: int, limit: int) -> list[int]:
        """Return the oldest ids above one and the floor, oldest first."""
        after = max(after, self.floor)
        arrays = [self.timeline.ids, *(recent.ids for recent in self.recents)]
        return sorted({post_id for ids in arrays for post_id in ids[bisect_right(ids, after) :]})[:limit]


@dataclass(frozen=True, slots=True)
class HomeTimelines:
    """Reads home timelines, and builds those that are not there."""

    db: Database
    tables: TimelineTables
    posts: Posts
    post_store: PostStore
    reader: PostReader
    timelines: TimelineStore
    cache: Cache
    pulled: PulledAuthors
    telemetry: Telemetry
    size: int
    """How many ids a timeline holds."""
    recent: int
    """How many newest posts of each followee a rebuild takes."""
    building: dict[tuple[int, int], asyncio.Task[Timeline]] = field(default_factory=dict)

    async def page(self, viewer: Viewer, before: int, limit: int) -> PostPage:
        """Return the newest entries below an id, newest first."""
        sources = await self._sources(viewer)
        skeleton, rule = partial(self._older, sources), partial(belonging, viewer.id)
        return await self.reader.page(skeleton, before, viewer, rule, limit, sources.standing)

    async def newer_page(self, viewer: Viewer, after: int, limit: int) -> PostPage:
        """Return the entries just above an id, newest first; the cursor leads further up."""
        sources = await self._sources(viewer)
        skeleton, rule = partial(self._newer, sources), partial(belonging, viewer.id)
        page = await self.reader.page(skeleton, after, viewer, rule, limit, sources.standing)
        return PostPage(page.items[::-1], page.next_cursor)

    async def _older(self, sources: _Sources, before: int, limit: int) -> list[int]:
        """Return the ids of candidates below an id, newest first: the skeleton of a page."""
        post_ids = sources.below(before, limit)
        if post_ids or not sources.floor:
            return post_ids
        before = min(before, sources.floor + 1)
        return await rebuild.older(self.post_store, self.db.scan, sources.authors, before, limit)

    async def _newer(self, sources: _Sources, after: int, limit: int) -> list[int]:
        """Return the ids of candidates above an id, oldest first: the skeleton of a page that goes up."""
        post_ids: list[int] = []
        if after < sources.floor:
            post_ids = await rebuild.newer(self.post_store, self.db.scan, sources.authors, after, limit)
        return post_ids or sources.above(after, limit)

    async def _sources(self, viewer: Viewer) -> _Sources:
        """Ask at once for all that the viewer's id alone leads to, and then for the timeline.

        In this order: an author who is pushed again is merged until no timeline is left that lacks a post.
        """
        wanted = [*self.reader.wanted(viewer), self.posts.wanted_recents(viewer.id), self.pulled.wanted()]
        relations, liked, retweeted, own, tag = await self.cache.fetch_each(wanted)
        recents = [own]
        if authors := _among(relations.following, await self.pulled.of(tag)):
            recents += await self.posts.recents(authors)
        timeline = await self.timeline(viewer, relations)
        floor = max(timeline.floor, *[recent.floor for recent in recents])
        return _Sources(viewer, Standing(relations, liked, retweeted), timeline, recents, floor)

    async def timeline(self, viewer: Viewer, relations: Relations) -> Timeline:
        """Return the viewer's stored timeline, built first if it is missing or the viewer's follows have changed."""
        stored = await self.timelines.get(viewer.id)
        if stored is not None and stored.basis == relations.digest:
            return stored
        # all readers of one timeline wait for one build, which goes on even if they leave
        key = (viewer.id, relations.digest)
        task = self.building.get(key)
        if task is None:
            task = self.building[key] = asyncio.create_task(self._build(viewer.id, relations))
            task.add_done_callback(lambda _: self.building.pop(key))
        return await asyncio.shield(task)

    async def _build(self, viewer_id: int, relations: Relations) -> Timeline:
        self.telemetry.timeline_rebuilds.inc()
        ticket = await self.timelines.open(viewer_id)
        followees = list(relations.following)
        built = await rebuild.build(
            self.post_store, self.db.scan, followees, relations.digest, recent=self.recent, size=self.size
        )
        await self.timelines.fill(viewer_id, ticket, built)
        stored = await self.timelines.get(viewer_id)
        return stored if stored is not None and stored.basis == built.basis else built


def belonging(viewer_id: int, entries: list[Entry], hydrated: Hydrated) -> list[Entry]:
    """Leave out what has no place in a home timeline.

    These have: the viewer's own posts; those of followees who are not muted, but a reply only when it answers the
    viewer, its own author or another followee, and a retweet only when its original's author is not muted.
    """
    following, muted = hydrated.relations.following, hydrated.relations.muted
    shown = [
        entry
        for entry in entries
        if (
            (card := entry[0]).author_id in following
            and ((target := card.reply_to_author_id) is None or target in following or target == viewer_id)
        )
        or card.author_id == viewer_id
    ]
    return [entry for entry in shown if not _is_muted(entry[0], viewer_id, hydrated)] if muted else shown


def _among(following: frozenset[int], pulled: Mapping[int, bool]) -> list[int]:
    """Return the followees who are merged at read; one side is often far longer than the other."""
    if len(pulled) > len(following):
        return [author_id for author_id in following if author_id in pulled]
    return [author_id for author_id in pulled if author_id in following]


def _is_muted(card: Card, viewer_id: int, hydrated: Hydrated) -> bool:
    muted = hydrated.relations.muted
    if card.author_id == viewer_id:
        return False
    original = hydrated.original(card) if card.is_retweet else None
    return card.author_id in muted or (original is not None and original[0].author_id in muted)
