"""Ranking what trends: a job that one process of many does, and whose lists all read."""

import heapq
import secrets
from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import msgspec

from chirrup.accounts.models import Status
from chirrup.accounts.store import AccountStore
from chirrup.graph.store import GraphStore
from chirrup.platform.clock import Clock
from chirrup.platform.ids import MAX_ID, compose, time_of
from chirrup.platform.ports import Database
from chirrup.platform.repeating import repeatable
from chirrup.posts.store import PostStore
from chirrup.trends.counting import DAY, Counting
from chirrup.trends.models import HOUR, Author, Candidate, Ranking, Trend, key_of
from chirrup.trends.scoring import HISTORY, LEAST_SCORE, decayed, expected, score, window
from chirrup.trends.store import TrendStore
from chirrup.trends.store_terms import TermStore
from chirrup.trends.subjects import subjects_of
from chirrup.trends.terms import is_blocked
from chirrup.trends.trust import ESTABLISHED, MOST_SUBJECTS, SENIOR, Standing, together, weight

LISTED = 50
"""How many subjects a list has at most."""
MOST_TERMS = 1_000
_EVERY = 45_000
_CANDIDATES = 300
"""How many subjects of a language are held against their history."""
_LOOKED_AT = 100
"""How many of these are looked at account by account."""
_AUTHORS = 100
"""How many of a subject's accounts are looked at; of more, these many by chance stand for all."""
_FOLLOWERS = 50
"""How many of an account's followers are looked at, those who have followed longest."""
_TALKERS = 10_000
_POSTS = 6
_TURN = "rank"
_ID_BITS = 22


class _Run(msgspec.Struct, frozen=True):
    """What all lists of one ranking share."""

    now: int
    since: int
    began: int
    salt: int
    talkers: dict[int, int]
    terms: list[str]


class _Weighed(msgspec.Struct, frozen=True):
    """One account that uses a subject."""

    author: Author
    weight: float
    left: float
    """What decay has left of its use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranker:
    """Makes the lists."""

    db: Database
    store: TrendStore
    terms: TermStore
    accounts: AccountStore
    graph: GraphStore
    posts: PostStore
    counting: Counting
    clock: Clock
    half_life: int
    """Milliseconds."""
    least_authors: int
    account_days: int

    async def rank(self) -> None:
        """Make all lists anew, unless somebody has just done so or is about to."""
        now = self.clock.now()
        before = await self.store.rankings(self.db.read)
        if not before and await self.store.oldest_use(self.db.read) is None:
            return
        async with self.db.transaction() as tx:
            if not await self.store.claim(tx, _TURN, now, now - _EVERY):
                return
        scan = self.db.scan
        since = compose(now - window(self.half_life), 0, 0)
        began = await self.counting.began()
        run = _Run(
            now=now,
            since=since,
            began=now // HOUR if began is None else began,
            salt=1 + secrets.randbelow(1_000_000),
            talkers=await self.store.talkers(scan, since, MOST_SUBJECTS, _TALKERS),
            terms=[term.term for term in await self.terms.newest(scan, MAX_ID, MOST_TERMS)],
        )
        candidates: dict[str, list[Candidate]] = {}
        found = await self.store.candidates(
            scan, since, compose(now, 0, 0), self.half_life << _ID_BITS, self.least_authors, _CANDIDATES
        )
        for candidate in found:
            if not is_blocked(candidate.subject, run.terms):
                candidates.setdefault(candidate.lang, []).append(candidate)
        rankings = {lang: await self._ranking(run, lang, some, before.get(lang)) for lang, some in candidates.items()}
        await self._keep({lang: ranking for lang, ranking in rankings.items() if ranking.trends}, before)

    @repeatable
    async def _keep(self, rankings: Mapping[str, Ranking], before: Mapping[str, Ranking]) -> None:
        async with self.db.transaction() as tx:
            await self.store.replace_rankings(tx, rankings)
            changed = sorted({key_of(lang) for lang in (*rankings, *before)})
            if changed:
                tx.forget("trends", *changed)

    async def _ranking(self, run: _Run, lang: str, candidates: Sequence[Candidate], before: Ranking | None) -> Ranking:
        """Return a language's list; those who cannot come into it any more are not looked at."""
        subjects = [candidate.subject for candidate in candidates]
        history = await self.store.history(self.db.scan, lang, subjects, run.now // HOUR - HISTORY)
        usual = {
            subject: expected(history.get(subject, {}), run.began, run.now, self.half_life) for subject in subjects
        }
        since = {trend.subject: trend.since for trend in before.trends} if before else {}
        promising = sorted(
            ((score(candidate.most, usual[candidate.subject]), candidate) for candidate in candidates),
            key=lambda pair: (-pair[0], pair[1].subject),
        )
        trends: list[Trend] = []
        for most, candidate in promising[:_LOOKED_AT]:
            last = heapq.nlargest(LISTED, (trend.score for trend in trends))
            if most < LEAST_SCORE or (len(last) == LISTED and most <= last[-1]):
                break
            trend = await self._trend(run, candidate, usual[candidate.subject])
            if trend is not None:
                began = since.get(trend.subject, run.now)
                trends.append(msgspec.structs.replace(trend, since=began))
        trends.sort(key=lambda trend: (-trend.score, trend.subject))
        return Ranking(run.now, tuple(trends[:LISTED]))

    async def _trend(self, run: _Run, candidate: Candidate, usual: float) -> Trend | None:
        """Return a subject if it trends."""
        weighed = await self._weighed(run, candidate)
        total, established = together([(one.weight, one.left) for one in weighed])
        if established < self.least_authors:
            return None
        # where not all accounts were looked at, these stand for the others
        observed = min(candidate.most, total * max(1.0, candidate.authors / _AUTHORS))
        unusual = score(observed, usual)
        if unusual < LEAST_SCORE:
            return None
        name, post_ids = await self._samples(candidate.subject, weighed)
        return Trend(
            subject=candidate.subject,
            name=name,
            authors=candidate.authors if candidate.authors > _AUTHORS else len(weighed),
            observed=round(observed, 3),
            expected=round(usual, 3),
            score=round(unusual, 3),
            since=run.now,
            post_ids=post_ids,
        )

    async def _weighed(self, run: _Run, candidate: Candidate) -> list[_Weighed]:
        """Return the accounts that use a subject and take part, those that weigh most first."""
        authors = await self.store.some_authors(self.db.scan, candidate, run.since, run.salt, _AUTHORS)
        ids = sorted(author.account_id for author in authors)
        accounts = await self.accounts.by_ids(self.db.scan, ids)
        known_by = await self._known_by(run, candidate.subject, ids)
        weighed = []
        for author in authors:
            account = accounts.get(author.account_id)
            if account is None or account.status is not Status.ACTIVE or account.is_bot:
                continue
            standing = Standing(
                age=(run.now - time_of(account.id)) / DAY,
                known_by=known_by.get(account.id, 0),
                subjects=run.talkers.get(account.id, 1),
            )
            left = decayed(run.now - time_of(author.first), self.half_life)
            weighed.append(_Weighed(author, weight(standing, self.account_days), left))
        return sorted(weighed, key=lambda one: (-one.weight, -one.author.newest))

    async def _known_by(self, run: _Run, subject: str, account_ids: Sequence[int]) -> dict[int, int]:
        """Return how many who are not new and do not use a subject follow each account, of those that need it."""
        days = self.account_days * DAY
        young = [key for key in account_ids if run.now - time_of(key) < SENIOR * days]
        followers = await self.graph.first_followers(self.db.scan, young, _FOLLOWERS)
        old_enough = {key: [one for one in some if run.now - time_of(one) >= days] for key, some in followers.items()}
        asked = sorted(set(chain.from_iterable(old_enough.values())))
        users = await self.store.users_among(self.db.scan, subject, run.since, asked) if asked else set()
        return {key: len([one for one in some if one not in users]) for key, some in old_enough.items()}

    async def _samples(self, subject: str, weighed: Sequence[_Weighed]) -> tuple[str, tuple[int, ...]]:
        """Return how most spell a subject, and posts of established accounts with it."""
        newest = [one.author.newest for one in weighed if one.weight >= ESTABLISHED]
        posts = await self.posts.by_ids(self.db.scan, sorted(newest))
        spelled = [subjects_of(post.entities, "").get(subject) for post in posts.values()]
        spellings = Tally(one for one in spelled if one)
        # of equally frequent ones the first in order, so that the name does not change to and fro
        name = min(spellings.items(), key=lambda pair: (-pair[1], pair[0]), default=(subject, 0))[0]
        return name, tuple(newest[:_POSTS])
