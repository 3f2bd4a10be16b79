"""What is new at home, for viewers who are told of it while it happens: the same entries that a page would show."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

import msgspec

from chirrup.accounts import Viewer
from chirrup.posts.reading import Hydrated
from chirrup.timelines import rebuild
from chirrup.timelines.home import HomeTimelines, belonging

HomeEntry = tuple[int, bytes]
"""The id of an entry, and its JSON."""


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
        viewers = list({viewer.id: viewer for group in audience.values() for viewer in group}.values())
        hydrated = await reader.hydrate(list(audience), None)
        wanted = [reader.graph.wanted_relations(viewer.id) for viewer in viewers]
        relations = {
            viewer.id: found for viewer, found in zip(viewers, await reader.cache.fetch_each(wanted), strict=True)
        }
        shown: list[tuple[Viewer, HomeEntry]] = []
        for entry in hydrated.entries:
            for viewer in audience[entry[0].id]:
                view = msgspec.structs.replace(hydrated, entries=[entry], relations=relations[viewer.id], viewer=viewer)
                if self._visible(view, viewer):
                    if entry[0].retweet_of:
                        # the viewer may have liked what is retweeted or quoted
                        view = await reader.hydrate([entry[0].id], viewer)
                    shown += [(viewer, item) for item in self._shown(view, viewer)]
        return shown

    def _visible(self, hydrated: Hydrated, viewer: Viewer) -> bool:
        return bool(self.home.reader.visible(hydrated, partial(belonging, viewer.id)))

    def _shown(self, hydrated: Hydrated, viewer: Viewer) -> list[HomeEntry]:
        reader = self.home.reader
        shown = reader.visible(hydrated, partial(belonging, viewer.id))
        return [(entry[0].id, item) for entry, item in zip(shown, reader.present(shown, hydrated), strict=True)]
