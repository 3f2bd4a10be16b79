"""Finding posts, people and hashtags."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from chirrup.accounts import Accounts, Viewer
from chirrup.graph import Graph
from chirrup.platform.clock import Clock
from chirrup.platform.http.pagination import decode_cursor
from chirrup.platform.ids import MAX_ID, compose
from chirrup.platform.ports import SearchIndex
from chirrup.platform.searching import Hit, PostSearch, TagCount, mark, tag_mark
from chirrup.platform.words import Phrase, fold, phrase_of
from chirrup.posts import PostPage, PostReader, Rule
from chirrup.posts.reading import everything, unless_muted
from chirrup.search.documents import FROM, HAS, LANGUAGE, TO
from chirrup.search.models import Addressee, Author, Condition, Has, Language, Query, Tag, Text

_NOTHING = PostPage([], None)
_WIDEST = 500

Place = tuple[int, Hit]
"""When a list by fitness was begun, and where in it one is."""


@dataclass(slots=True)
class RankedSkeleton:
    """The ids of posts, best first, and for each the place in the list that it has."""

    index: SearchIndex
    wanted: PostSearch
    now: int
    after: Hit | None
    found: dict[int, Hit] = field(default_factory=dict)

    async def __call__(self, start: int, size: int) -> Sequence[int]:
        """Return the next ids behind one that this has returned, or behind where the list begins."""
        hits = await self.index.best_posts(self.wanted, self.now, self.found.get(start, self.after), size)
        self.found |= {hit.id: hit for hit in hits}
        return [hit.id for hit in hits]


@dataclass(frozen=True, slots=True)
class Search:
    """The questions that can be asked."""

    index: SearchIndex
    accounts: Accounts
    graph: Graph
    reader: PostReader
    clock: Clock

    async def newest_posts(self, query: Query, viewer: Viewer | None, before: int, limit: int) -> PostPage:
        """Return a page of posts, newest first, from those with an id below `before`."""
        wanted = await self._wanted(query, before)
        if wanted is None:
            return _NOTHING

        async def skeleton(start: int, size: int) -> Sequence[int]:
            return await self.index.newest_posts(_below(wanted, start), size)

        return await self.reader.page(skeleton, wanted.before, viewer, _rule(query), limit)

    async def best_posts(
        self, query: Query, viewer: Viewer | None, place: Place | None, limit: int
    ) -> tuple[list[bytes], Place | None]:
        """Return the JSON of posts behind a place, best first, and the place at their end if there are more."""
        now, after = place or (self.clock.now(), None)
        # what was written since the list was begun is not in it
        wanted = await self._wanted(query, compose(now + 1, 0, 0))
        if wanted is None:
            return [], None
        skeleton = RankedSkeleton(self.index, wanted, now, after)
        page = await self.reader.page(skeleton, MAX_ID, viewer, _rule(query), limit)
        return page.items, (now, skeleton.found[decode_cursor(page.next_cursor)]) if page.next_cursor else None

    async def people(
        self, text: str, viewer: Viewer | None, after: Hit | None, limit: int
    ) -> tuple[list[int], Hit | None]:
        """Return accounts behind a place whose names begin as the words of a text do, and where more of them begin."""
        names = [Phrase(phrase.words, prefix=True) for part in text.split() if (phrase := phrase_of(part))]
        if not names:
            return [], None
        relations = await self.graph.relations(viewer)
        found: list[Hit] = []
        size = limit + 1
        while hits := await self.index.people(names, fold(text.strip()).removeprefix("@"), after, size):
            active = await self.accounts.by_ids([hit.id for hit in hits])
            found += [hit for hit in hits if hit.id in active and hit.id not in relations.blocked]
            if len(found) > limit or len(hits) < size:
                break
            after, size = hits[-1], min(2 * size, _WIDEST)
        shown = found[:limit]
        return [hit.id for hit in shown], shown[-1] if len(found) > limit else None

    async def tags(self, prefix: str, limit: int) -> Sequence[TagCount]:
        """Return the hashtags that begin with a folded text, most used first."""
        return await self.index.tags(prefix, limit)

    async def _wanted(self, query: Query, before: int) -> PostSearch | None:
        """Return what to ask the engine; None where a post would have to be from or to somebody who is not there."""
        people = [term.condition.username for term in query.terms if isinstance(term.condition, Author | Addressee)]
        known = {name: found[0] for name, found in (await self.accounts.mentioned(sorted(set(people)))).items()}
        required: list[Phrase] = []
        excluded: list[Phrase] = []
        for term in query.terms:
            phrase = _phrase(term.condition, known)
            if phrase is not None:
                (excluded if term.negated else required).append(phrase)
            elif not term.negated:
                return None
        if query.until is not None:
            before = min(before, _first_id(query.until))
        since = 0 if query.since is None else _first_id(query.since)
        return PostSearch(required=tuple(required), excluded=tuple(excluded), since=since, before=before)


def _phrase(condition: Condition, known: dict[str, int]) -> Phrase | None:
    """Return what to look for; None for somebody who is not there."""
    match condition:
        case Text(text):
            return phrase_of(text)
        case Author(username) | Addressee(username):
            kind = FROM if isinstance(condition, Author) else TO
            word = mark(kind, known[username]) if username in known else None
        case Tag(tag):
            word = tag_mark(tag)
        case Has(what):
            word = mark(HAS, what)
        case Language(code):
            word = mark(LANGUAGE, code)
    return Phrase((word,)) if word else None


def _below(wanted: PostSearch, before: int) -> PostSearch:
    return msgspec.structs.replace(wanted, before=before)


def _rule(query: Query) -> Rule:
    """Leave out muted authors, unless somebody's posts are asked for by name."""
    return everything if query.names_author() else unless_muted


def _first_id(milliseconds: int) -> int:
    """Return the least id of a moment."""
    return min(MAX_ID, max(0, compose(milliseconds, 0, 0)))
