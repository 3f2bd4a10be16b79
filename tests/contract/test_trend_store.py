"""What trends are told from, on every database: each answer is that of a loop over the same rows."""

import math
from typing import Any

import pytest

from chirrup.platform.ids import compose, time_of
from chirrup.platform.ports import Database
from chirrup.posts.models import PostRow
from chirrup.posts.store import PostStore
from chirrup.trends.models import HOUR, Candidate, Ranking, Trend, Use
from chirrup.trends.store import TrendStore
from tests.clock import START

HALF_LIFE = 2 * HOUR
SUBJECTS = ("#spring", "#larks", "example.org/a")
LANGS = ("", "en", "de")
store = TrendStore()


def use(number: int) -> Use:
    """Return one of many uses, four minutes apart, the newest first."""
    author = 1 + number * number % 11
    post_id = compose(START - number * 240_000, author, number)
    return Use(SUBJECTS[number % 7 % 3], post_id, author, LANGS[number % 5 % 3])


USES = [use(number) for number in range(240)]


@pytest.fixture
async def db(database: Database) -> Database:
    """Each kind of database, with posts and their uses."""
    posts = [PostRow(id=one.post_id, author_id=one.author_id, text="", conversation_id=one.post_id) for one in USES]
    async with database.transaction() as tx:
        for post in posts:
            await PostStore().insert(tx, post)
        await store.insert_uses(tx, USES)
    return database


def firsts(since: int, lang: str) -> dict[str, dict[int, int]]:
    """Return the first post of each account with each subject."""
    found: dict[str, dict[int, int]] = {}
    for one in USES:
        if one.post_id > since and lang in ("", one.lang):
            authors = found.setdefault(one.subject, {})
            authors[one.author_id] = min(one.post_id, authors.get(one.author_id, one.post_id))
    return found


async def test_candidates_are_those_that_enough_accounts_have_used_since(db: Database) -> None:
    since = compose(START - 12 * HOUR, 0, 0)
    found = await store.candidates(db.scan, since, compose(START, 0, 0), HALF_LIFE << 22, 3, 10)
    wanted: dict[tuple[str, str], Any] = {}
    for lang in LANGS:
        for subject, authors in firsts(since, lang).items():
            if len(authors) >= 3:
                halvings = [max(0, compose(START, 0, 0) - first) // (HALF_LIFE << 22) for first in authors.values()]
                wanted[lang, subject] = (len(authors), sum(0.5**number for number in halvings))
    assert {(one.lang, one.subject): (one.authors, pytest.approx(one.most)) for one in found} == wanted
    best = await store.candidates(db.scan, since, compose(START, 0, 0), HALF_LIFE << 22, 3, 1)
    assert len(best) == len({one.lang for one in best}) == len({lang for lang, _ in wanted})


async def test_what_a_candidate_weighs_is_never_rounded_down(db: Database) -> None:
    since = compose(START - 12 * HOUR, 0, 0)
    for one in await store.candidates(db.scan, since, compose(START, 0, 0), HALF_LIFE << 22, 1, 10):
        first = firsts(since, one.lang)[one.subject]
        assert one.most >= sum(math.exp2(-(START - time_of(post)) / HALF_LIFE) for post in first.values()) - 1e-9


async def test_the_accounts_of_a_subject_come_with_their_first_and_newest_post(db: Database) -> None:
    since = compose(START - 6 * HOUR, 0, 0)
    for lang in LANGS:
        candidate = Candidate(lang, "#spring", 0, 0)
        found = await store.some_authors(db.scan, candidate, since, 77, 100)
        assert {one.account_id: one.first for one in found} == firsts(since, lang)["#spring"]
        some = await store.some_authors(db.scan, candidate, since, 77, 2)
        assert [one.account_id for one in some] == [one.account_id for one in found[:2]]
        assert all(one.first <= one.newest for one in found)


async def test_users_are_told_from_others(db: Database) -> None:
    since = compose(START - 6 * HOUR, 0, 0)
    users = set(firsts(since, "")["#larks"])
    assert await store.users_among(db.scan, "#larks", since, list(range(100))) == users
    assert await store.users_among(db.scan, "#larks", since, sorted(users)[:2]) == set(sorted(users)[:2])


async def test_talkers_are_those_with_many_subjects(db: Database) -> None:
    wanted: dict[int, set[str]] = {}
    for one in USES:
        wanted.setdefault(one.author_id, set()).add(one.subject)
    assert await store.talkers(db.scan, 0, 2, 100) == {key: 3 for key, some in wanted.items() if len(some) == 3}


async def test_an_hour_can_be_counted_again_and_again(db: Database) -> None:
    hour = START // HOUR - 3
    since, until = compose(hour * HOUR, 0, 0), compose((hour + 1) * HOUR, 0, 0)
    for _ in range(2):
        async with db.transaction() as tx:
            await store.count_hour(tx, hour, since, until, 8)
    for lang in LANGS:
        wanted: dict[str, set[int]] = {}
        for one in USES:
            if since <= one.post_id < until and lang in ("", one.lang) and one.author_id < 8:
                wanted.setdefault(one.subject, set()).add(one.author_id)
        counted = {subject: {hour: len(authors)} for subject, authors in wanted.items() if len(authors) > 1}
        assert await store.history(db.read, lang, SUBJECTS, 0) == counted
        assert await store.history(db.read, lang, SUBJECTS, hour + 1) == {}


async def test_uses_are_kept_once_and_not_of_posts_that_are_gone(db: Database) -> None:
    async with db.transaction() as tx:
        await store.insert_uses(tx, USES[:20])
        await PostStore().mark_deleted(tx, USES[0].post_id)
        await store.delete_uses(tx, [USES[0].post_id])
        await store.insert_uses(tx, [USES[0]])
    rows = await db.read.all("SELECT count(*) FROM trend_uses")
    assert rows[0][0] == len(USES) - 1


async def test_old_rows_are_deleted_in_steps(db: Database) -> None:
    middle = sorted(one.post_id for one in USES)[100]
    async with db.transaction() as tx:
        assert [await store.delete_old_uses(tx, middle, 60) for _ in range(3)] == [60, 40, 0]
        await store.count_hour(tx, 5, 0, compose(START + HOUR, 0, 0), 1 << 40)
        counted = len(await tx.all("SELECT * FROM trend_hours"))
        assert await store.delete_old_hours(tx, 5, 100) == 0
        assert await store.delete_old_hours(tx, 6, 100) == counted > 0
    assert await store.oldest_use(db.read) == middle


async def test_of_those_who_claim_a_turn_one_has_it(db: Database) -> None:
    async with db.transaction() as tx:
        assert await store.claim(tx, "rank", 100, 50)
        assert not await store.claim(tx, "rank", 101, 99)
        assert await store.claim(tx, "rank", 160, 110)
        assert await store.claim(tx, "other", 1, 0)
    assert await store.mark(db.read, "rank") == 160
    assert await store.mark(db.read, "none") is None


async def test_lists_are_replaced_together(db: Database) -> None:
    trend = Trend(
        subject="#spring", name="Spring", authors=3, observed=2.5, expected=0.5, score=4.25, since=7, post_ids=(1, 2)
    )
    first = {"": Ranking(1, (trend,)), "en": Ranking(1, (trend,))}
    for rankings in (first, {"de": Ranking(2, (trend,))}, {}):
        async with db.transaction() as tx:
            await store.replace_rankings(tx, rankings)
        assert await store.rankings(db.read) == rankings
    assert await store.ranking(db.read, "de") is None
