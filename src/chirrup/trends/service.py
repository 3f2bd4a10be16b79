"""What trends as somebody sees it, and what moderators keep from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from chirrup.accounts import Viewer
from chirrup.platform.clock import Clock, rfc3339
from chirrup.platform.errors import NotFound, RuleBroken
from chirrup.platform.ids import MAX_ID, IdGenerator
from chirrup.platform.ports import Cache, Database
from chirrup.platform.repeating import repeatable
from chirrup.posts import PostReader
from chirrup.posts.reading import unless_muted
from chirrup.trends.models import HOUR, Ranking, Term, Trend, is_hashtag, key_of
from chirrup.trends.ranking import MOST_TERMS
from chirrup.trends.store import TrendStore
from chirrup.trends.store_terms import TermStore
from chirrup.trends.terms import is_blocked, read_term

SHOWN_POSTS = 2
_STALE = 6 * HOUR
"""A list that nobody has made anew for so long is none."""
_LONGEST_CODE = 3
_TERMS = 0
"""The key of the terms in their cache space."""


class ShownTrend(msgspec.Struct, frozen=True):
    """A subject that trends, and the JSON of posts with it that the viewer may see."""

    trend: Trend
    posts: list[bytes]

    def json(self) -> bytes:
        """Return the item of a list."""
        trend = self.trend
        hashtag = is_hashtag(trend.subject)
        fields: dict[str, Any] = {
            "type": "hashtag" if hashtag else "link",
            "name": trend.name if hashtag else trend.subject,
            "url": None if hashtag else trend.name,
            "authors_count": trend.authors,
            "observed": trend.observed,
            "expected": trend.expected,
            "score": trend.score,
            "since": rfc3339(trend.since),
        }
        return msgspec.json.encode(fields)[:-1] + b',"posts":[' + b",".join(self.posts) + b"]}"


@dataclass(frozen=True, slots=True)
class Trends:
    """The verbs of trends."""

    db: Database
    store: TrendStore
    term_store: TermStore
    reader: PostReader
    ids: IdGenerator
    clock: Clock
    cache: Cache

    async def shown(self, viewer: Viewer | None, lang: str, limit: int) -> list[ShownTrend]:
        """Return what trends in a language, or in all, most unusual first, as far as the viewer may see posts of it."""
        trends = await self.listed(lang)
        shown: list[ShownTrend] = []
        for start in range(0, len(trends), limit):
            shown += await self._with_posts(trends[start : start + limit], viewer)
            if len(shown) >= limit:
                break
        return shown[:limit]

    async def listed(self, lang: str) -> Sequence[Trend]:
        """Return what trends in a language, or in all, but for what is blocked by now."""
        if len(lang) > _LONGEST_CODE:
            return ()
        ranking: Ranking | None = await self.cache.fetch_one("trends", key_of(lang), self._load_rankings)
        if ranking is None or ranking.ranked_at < self.clock.now() - _STALE:
            return ()
        terms: list[str] = await self.cache.fetch_one("trend_terms", _TERMS, self._load_terms)
        return [trend for trend in ranking.trends if not is_blocked(trend.subject, terms)]

    @repeatable
    async def block(self, moderator_id: int, text: str) -> Term:
        """Keep a hashtag, what begins like one, or a host from trending; blocking twice is blocking once.

        Raises:
            Malformed, RuleBroken: it is none of these, or there are too many.
        """
        wanted = Term(self.ids.new(moderator_id), read_term(text), moderator_id)
        async with self.db.transaction() as tx:
            if await self.term_store.count(tx) >= MOST_TERMS:
                raise RuleBroken(f"At most {MOST_TERMS} terms can be blocked.", field="term")
            await self.term_store.insert(tx, wanted)
            kept = await self.term_store.by_text(tx, wanted.term)
            tx.forget("trend_terms", _TERMS)
        return kept or wanted

    @repeatable
    async def unblock(self, term_id: int) -> None:
        """Let a term trend again.

        Raises:
            NotFound: it is not blocked.
        """
        async with self.db.transaction() as tx:
            if not await self.term_store.delete(tx, term_id):
                raise NotFound("There is no such blocked term.")
            tx.forget("trend_terms", _TERMS)

    async def unblock_text(self, text: str) -> Term:
        """Let a term trend again, by its text.

        Raises:
            NotFound: it is not blocked.
        """
        term = await self.term_store.by_text(self.db.read, read_term(text))
        if term is None:
            raise NotFound(f"{text[:40]!r} is not blocked.")
        await self.unblock(term.id)
        return term

    async def blocked(self, before: int = MAX_ID, limit: int = MOST_TERMS) -> list[Term]:
        """Return what is blocked, newest first."""
        return await self.term_store.newest(self.db.read, before, limit)

    async def _with_posts(self, trends: Sequence[Trend], viewer: Viewer | None) -> list[ShownTrend]:
        """Return those of the trends of which the viewer may see a post."""
        hydrated = await self.reader.hydrate([key for trend in trends for key in trend.post_ids], viewer)
        visible = {entry[0].id: entry for entry in self.reader.visible(hydrated, unless_muted)}
        shown = []
        for trend in trends:
            entries = [visible[key] for key in trend.post_ids if key in visible][:SHOWN_POSTS]
            if entries:
                shown.append(ShownTrend(trend, self.reader.present(entries, hydrated)))
        return shown

    async def _load_rankings(self, keys: list[int]) -> dict[int, Ranking]:
        found = {}
        for key in keys:
            lang = key.to_bytes((key.bit_length() + 7) // 8).decode()
            ranking = await self.store.ranking(self.db.read, lang)
            # that there is none is worth keeping, too
            found[key] = ranking or Ranking(0, ())
        return found

    async def _load_terms(self, _keys: list[int]) -> dict[int, list[str]]:
        return {_TERMS: [term.term for term in await self.blocked()]}
