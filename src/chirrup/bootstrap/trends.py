"""Wiring of hashtags and trends."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass

from chirrup.accounts.store import AccountStore
from chirrup.graph.store import GraphStore
from chirrup.platform.adapters.languages.unknown import UnknownLanguages
from chirrup.platform.clock import Clock
from chirrup.platform.ids import IdGenerator
from chirrup.platform.ports import Cache, Database, LanguageDetector, Subscription
from chirrup.posts import PostReader, TagBackfill
from chirrup.posts.store import PostStore
from chirrup.posts.store_tags import TagBackfillStore
from chirrup.registry import Job
from chirrup.settings import Settings
from chirrup.trends import Trends
from chirrup.trends.counting import Counting
from chirrup.trends.handlers import TrendHandlers
from chirrup.trends.ranking import Ranker
from chirrup.trends.store import TrendStore
from chirrup.trends.store_terms import TermStore
from chirrup.trends.subjects import link_of

_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Trending:
    """The parts of trends."""

    trends: Trends
    counting: Counting
    ranker: Ranker
    backfill: TagBackfill

    def subscriptions(self) -> list[Subscription]:
        """Return what they listen to."""
        return TrendHandlers(self.counting).subscriptions()

    def jobs(self) -> Sequence[Job]:
        """Return what is done again and again."""
        return [
            Job("rank_trends", 60, self.ranker.rank),
            Job("count_hours_of_trends", 300, self.counting.count_hours),
            Job("backfill_hashtags", 10, self.backfill.go_on),
        ]


def wire_trends(
    settings: Settings, clock: Clock, db: Database, cache: Cache, ids: IdGenerator, reader: PostReader
) -> Trending:
    """Wire trends over a database."""
    store, terms, posts = TrendStore(), TermStore(), PostStore()
    counting = Counting(
        db=db,
        store=store,
        post_store=posts,
        languages=open_languages(settings),
        clock=clock,
        own_host=link_of(settings.origin) or "",
        account_days=settings.trend_account_days,
    )
    ranker = Ranker(
        db=db,
        store=store,
        terms=terms,
        accounts=AccountStore(),
        graph=GraphStore(),
        posts=posts,
        counting=counting,
        clock=clock,
        half_life=settings.trend_half_life_minutes * _MINUTE,
        least_authors=settings.trend_authors,
        account_days=settings.trend_account_days,
    )
    trends = Trends(db, store, terms, reader, ids, clock, cache)
    return Trending(trends, counting, ranker, TagBackfill(db, TagBackfillStore()))


def open_languages(settings: Settings) -> LanguageDetector:
    """Return what tells languages."""
    if settings.trend_languages == "off":
        return UnknownLanguages()
    # by name, so that a server without it does not carry its tables
    detector: LanguageDetector = importlib.import_module(
        "chirrup.platform.adapters.languages.compact"
    ).CompactLanguages()
    return detector
