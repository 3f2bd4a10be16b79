"""What is new at home, for viewers who are told of it while it happens: the same entries that a page would show."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from chirrup.accounts import Viewer
from chirrup.posts.models import Card
from chirrup.posts.reading import Hydrated
from chirrup.timelines import rebuild
from chirrup.timelines.home import HomeTimelines, belonging

HomeEntry = tuple[int, bytes]
"""The id of an entry, and its JSON."""
_Seen = tuple[Viewer, Hydrated]
"""Who sees one entry, and how."""


@dataclass(frozen=True, slots=True)
class HomeNews:
    """Entries of home timelines, by the rules of their pages."""

    home: HomeTimelines

    async def above(self, viewer: Viewer, after: int, limit: int) -> list[HomeEntry] | None:
        """Return the entries above an id, oldest first; None if it may be more than `limit`.

        They come from the database and not from the stored timeline, which a fan-out under way may not have reached:
        so everything is among them that was committed before the call.
        """
        home = self.home
        standing = await home.reader.standing(viewer)
        authors = [viewer.id, *standing.relations.following]
        found: list[int] = []
        while post_ids := await rebuild.newer(home.post_store, home.db.scan, authors, after, limit + 1):
            found += post_ids
            if len(found) > limit:
                return None
            after = post_ids[-1]
        hydrated = await home.reader.hydrate(found, viewer, standing)
        return self._shown(hydrated, viewer)

    async def shown_to(self, audience: Mapping[int, Collection[Viewer]]) -> list[tuple[Viewer, HomeEntry]]:
        """Return who is shown which of some posts, each of which is looked at for an audience of its own."""
        reader = self.home.reader
        viewers = {viewer.id: viewer for group in audience.values() for viewer in group}
        hydrated = await reader.hydrate(list(audience), None)
        wanted = [reader.graph.wanted_relations(viewer_id) for viewer_id in viewers]
        relations = dict(zip(viewers, await reader.cache.fetch_each(wanted), strict=True))
        nothing: frozenset[int] = frozenset()
        seen: list[_Seen] = []
        for entry in hydrated.entries:
            for viewer in audience[entry[0].id]:
                view = Hydrated([entry], hydrated.originals, relations[viewer.id], nothing, nothing, viewer)
                if reader.visible(view, partial(belonging, viewer.id)):
                    seen.append((viewer, view))
        return [
            (viewer, (view.entries[0][0].id, item))
            for viewer, view in await self._marked(seen)
            for item in reader.present(view.entries, view)
        ]

    async def _marked(self, seen: Sequence[_Seen]) -> list[_Seen]:
        """Return the same with what each viewer did to what is retweeted or quoted; news has no marks itself."""
        reader = self.home.reader
        plain = [(viewer, view) for viewer, view in seen if not view.entries[0][0].retweet_of]
        others = [(viewer, view) for viewer, view in seen if view.entries[0][0].retweet_of]
        wanted = [kind.wanted(viewer.id) for viewer, _ in others for kind in (reader.liked, reader.retweeted)]
        known = iter(await reader.cache.fetch_each(wanted))
        for viewer, view in others:
            originals = list(_originals(view))
            liked = await reader.liked.of(viewer.id, next(known), originals)
            retweeted = await reader.retweeted.of(viewer.id, next(known), originals)
            plain.append((viewer, msgspec.structs.replace(view, liked=liked, retweeted=retweeted)))
        return plain

    def _shown(self, hydrated: Hydrated, viewer: Viewer) -> list[HomeEntry]:
        reader = self.home.reader
        shown = reader.visible(hydrated, partial(belonging, viewer.id))
        return [(entry[0].id, item) for entry, item in zip(shown, reader.present(shown, hydrated), strict=True)]


def _originals(view: Hydrated) -> Iterator[int]:
    """Yield the posts that an entry retweets or quotes, and what these quote."""
    card: Card | None = view.entries[0][0]
    while card is not None and card.retweet_of:
        yield card.retweet_of
        original = view.originals.get(card.retweet_of)
        card = original[0] if original else None
