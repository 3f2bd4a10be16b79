"""Every query of the stores at a million posts, as PostgreSQL answers it: by an index, and from few pages."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import pytest

from chirrup.accounts.models import Counter, Status
from chirrup.accounts.store import AccountStore, SessionRow, SessionStore
from chirrup.engagement.store import LikeStore
from chirrup.graph.store import GraphStore
from chirrup.media.models import MediaFile
from chirrup.media.store import MediaStore
from chirrup.notifications.models import KINDS, Cause, Place, Preference, PutOff, day_of
from chirrup.notifications.store import NotificationStore
from chirrup.notifications.store_causes import CauseStore
from chirrup.notifications.store_devices import DeviceStore
from chirrup.platform.idempotency import IdempotencyKey, IdempotencyStore
from chirrup.platform.ids import EPOCH, MAX_ID
from chirrup.platform.ports import PushDevice
from chirrup.posts.models import PostRow
from chirrup.posts.store import PostStore
from chirrup.posts.store_tags import TagBackfillStore
from chirrup.posts.text import Entity
from chirrup.timelines.models import Pulled, StepTaken
from chirrup.timelines.store import TimelineTables
from chirrup.timelines.store_explain import ExplainTables
from chirrup.trends.models import Candidate, Ranking, Term, Use
from chirrup.trends.store import TrendStore
from chirrup.trends.store_terms import TermStore
from tests.clock import START
from tests.contract.crowd import ACCOUNTS, GIANT, POSTS, STEP, Explainer, crowded

pytestmark = pytest.mark.slow

Call = Callable[[Explainer], Awaitable[Any]]
accounts, sessions, graph, posts = AccountStore(), SessionStore(), GraphStore(), PostStore()
likes, tables, explaining, keys = LikeStore(), TimelineTables(), ExplainTables(), IdempotencyStore()
trends, terms, backfill, media = TrendStore(), TermStore(), TagBackfillStore(), MediaStore()
told, causes, devices = NotificationStore(), CauseStore(), DeviceStore()

WREN, ROBIN, NEW = 77, 4_711, MAX_ID - 1
SOME = list(range(100, 140))
BLOCKS = 2_500
"""Pages that a query may touch: those of some hundred rows by two indexes of four levels each, and room."""


def author(n: int) -> int:
    return GIANT if n % 20 == 0 else 2 + n * 7919 % (ACCOUNTS - 1)


def post(n: int) -> int:
    """Return the id of the n-th post."""
    return (START - EPOCH - (POSTS - n) * STEP) << 22 | author(n) % 1024 << 12


LATE = POSTS - 5
OF_GIANT, PAGE = post(POSTS - 20), [post(POSTS - n * 41) for n in range(20)]
LIKED, DAY = Place(OF_GIANT, GIANT, "like"), day_of(OF_GIANT)
TOKEN = bytes(32)
FILE = MediaFile(id=NEW, name="new", width=9, height=9, animated=False, blurhash="", versions=(), size=9)
ROW = PostRow(id=NEW, author_id=WREN, text="tseep", entities=[], conversation_id=NEW)
TAGGED = PostRow(id=post(POSTS - 7), author_id=WREN, entities=[Entity("hashtag", 0, 5, "tag7")], conversation_id=1)

ASKED: dict[str, Call] = {
    "AccountStore.insert": lambda tx: accounts.insert(tx, NEW, "new", None, None, ""),
    "AccountStore.claim": lambda tx: accounts.claim(tx, "new", NEW),
    "AccountStore.by_ids": lambda r: accounts.by_ids(r, SOME),
    "AccountStore.id_by_username": lambda r: accounts.id_by_username(r, "bird77"),
    "AccountStore.ids_by_username": lambda r: accounts.ids_by_username(r, ["bird77", "bird78"]),
    "AccountStore.credentials": lambda r: accounts.credentials(r, "bird77@example.org"),
    "AccountStore.password_hash": lambda r: accounts.password_hash(r, WREN),
    "AccountStore.set_password_hash": lambda tx: accounts.set_password_hash(tx, WREN, "x"),
    "AccountStore.set_profile": lambda tx: accounts.set_profile(tx, WREN, "", "", False),
    "AccountStore.set_portrait": lambda tx: accounts.set_portrait(tx, WREN, "avatar", None),
    "AccountStore.set_status": lambda tx: accounts.set_status(tx, WREN, Status.ACTIVE, Status.BANNED),
    "AccountStore.set_role": lambda tx: accounts.set_role(tx, WREN, "admin"),
    "AccountStore.set_verified": lambda tx: accounts.set_verified(tx, WREN, verified=True),
    "AccountStore.erase": lambda tx: accounts.erase(tx, WREN),
    "AccountStore.add_counts": lambda tx: accounts.add_counts(tx, Counter.POSTS, {WREN: 1}),
    "AccountStore.set_counts": lambda tx: accounts.set_counts(tx, Counter.POSTS, {WREN: 1}),
    "AccountStore.after": lambda r: accounts.after(r, WREN, 100),
    "AccountStore.kept_counts": lambda r: accounts.kept_counts(r, Counter.POSTS, SOME),
    "SessionStore.insert": lambda tx: sessions.insert(tx, SessionRow(NEW, WREN, 1, 1, 1, "", "")),
    "SessionStore.insert_token": lambda tx: sessions.insert_token(tx, TOKEN, WREN),
    "SessionStore.token": lambda r: sessions.token(r, TOKEN),
    "SessionStore.spend": lambda tx: sessions.spend(tx, TOKEN, 1),
    "SessionStore.owner": lambda r: sessions.owner(r, WREN, 0),
    "SessionStore.touch": lambda tx: sessions.touch(tx, WREN, 1, 1, "", ""),
    "SessionStore.revoke": lambda tx: sessions.revoke(tx, WREN, WREN + 1, 1),
    "SessionStore.alive": lambda r: sessions.alive(r, WREN, 0),
    "SessionStore.delete_expired": lambda tx: sessions.delete_expired(tx, 50),
    "GraphStore.insert_follow": lambda tx: graph.insert_follow(tx, NEW, WREN, NEW),
    "GraphStore.delete_follow": lambda tx: graph.delete_follow(tx, WREN, GIANT),
    "GraphStore.insert_block": lambda tx: graph.insert_block(tx, WREN, NEW),
    "GraphStore.delete_block": lambda tx: graph.delete_block(tx, WREN, ROBIN),
    "GraphStore.insert_mute": lambda tx: graph.insert_mute(tx, WREN, NEW),
    "GraphStore.delete_mute": lambda tx: graph.delete_mute(tx, WREN, ROBIN),
    "GraphStore.is_blocked": lambda r: graph.is_blocked(r, WREN, ROBIN),
    "GraphStore.relations": lambda r: graph.relations(r, WREN),
    "GraphStore.ties": lambda r: graph.ties(r, WREN, SOME),
    "GraphStore.follow_id": lambda r: graph.follow_id(r, WREN, GIANT),
    "GraphStore.follower_ids": lambda r: graph.follower_ids(r, GIANT, 5_000, MAX_ID, 1_000),
    # walks all follows, of which an author who is pushed has few
    "GraphStore.follow_marks": lambda r: graph.follow_marks(r, ROBIN, 3),
    "GraphStore.followers": lambda r: graph.followers(r, GIANT, MAX_ID, 40),
    "GraphStore.following": lambda r: graph.following(r, WREN, MAX_ID, 40),
    "GraphStore.some_follows": lambda r: graph.some_follows(r, WREN, 500),
    "GraphStore.delete_blocks_and_mutes": lambda tx: graph.delete_blocks_and_mutes(tx, WREN),
    "GraphStore.follower_counts": lambda r: graph.follower_counts(r, SOME),
    "GraphStore.first_followers": lambda r: graph.first_followers(r, [GIANT, *SOME], 50),
    "GraphStore.following_counts": lambda r: graph.following_counts(r, SOME),
    "PostStore.written_after": lambda r: posts.written_after(r, OF_GIANT, 500),
    "PostStore.insert": lambda tx: posts.insert(tx, ROW),
    "PostStore.by_ids": lambda r: posts.by_ids(r, PAGE),
    "PostStore.authors_of": lambda r: posts.authors_of(r, PAGE),
    "PostStore.delete_tags": lambda tx: posts.delete_tags(tx, TAGGED),
    "PostStore.newest_with_tag": lambda r: posts.newest_with_tag(r, "tag7", MAX_ID, 40),
    "TagBackfillStore.below": backfill.below,
    "TagBackfillStore.set_below": lambda tx: backfill.set_below(tx, 1),
    "TagBackfillStore.entities_below": lambda r: backfill.entities_below(r, OF_GIANT, 200),
    "PostStore.counted": lambda r: posts.counted(r, PAGE),
    "PostStore.counts": lambda r: posts.counts(r, PAGE),
    "PostStore.mark_deleted": lambda tx: posts.mark_deleted(tx, OF_GIANT),
    "PostStore.add_counts": lambda tx: posts.add_counts(tx, "likes", {OF_GIANT: 1}),
    "PostStore.insert_retweet": lambda tx: posts.insert_retweet(tx, WREN, OF_GIANT, NEW),
    "PostStore.retweet_id": lambda r: posts.retweet_id(r, WREN, OF_GIANT),
    "PostStore.delete_retweet": lambda tx: posts.delete_retweet(tx, WREN, OF_GIANT),
    "PostStore.retweeters": lambda r: posts.retweeters(r, OF_GIANT, MAX_ID, 40),
    "PostStore.retweeted": lambda r: posts.retweeted(r, WREN, PAGE),
    "PostStore.newest_retweeted": lambda r: posts.newest_retweeted(r, GIANT, 500),
    "PostStore.newest_of_author": lambda r: posts.newest_of_author(r, GIANT, MAX_ID, 30),
    "PostStore.newest_originals_of_author": lambda r: posts.newest_originals_of_author(r, GIANT, OF_GIANT, 30),
    "PostStore.newest_with_media_of_author": lambda r: posts.newest_with_media_of_author(r, GIANT, MAX_ID, 30),
    "PostStore.newest_of_each": lambda r: posts.newest_of_each(r, SOME, MAX_ID, 30),
    "PostStore.newest_id_of_each": lambda r: posts.newest_id_of_each(r, SOME, MAX_ID),
    "PostStore.oldest_id_of_each": lambda r: posts.oldest_id_of_each(r, SOME, post(LATE - 50_000)),
    "PostStore.oldest_of_each": lambda r: posts.oldest_of_each(r, SOME, post(LATE - 50_000), 30),
    "PostStore.newest_public": lambda r: posts.newest_public(r, MAX_ID, 40),
    "PostStore.replies": lambda r: posts.replies(r, post(POSTS - 9), 0, 40),
    "PostStore.replies_of_each": lambda r: posts.replies_of_each(r, PAGE, 200),
    "PostStore.ancestors": lambda r: posts.ancestors(r, post(POSTS - 8), 40),
    "PostStore.retweet_ids": lambda r: posts.retweet_ids(r, OF_GIANT, 100),
    "PostStore.posts_counts": lambda r: posts.posts_counts(r, SOME[:20]),
    "PostStore.replies_counts": lambda r: posts.replies_counts(r, PAGE),
    "PostStore.retweets_counts": lambda r: posts.retweets_counts(r, PAGE),
    "PostStore.kept_counts": lambda r: posts.kept_counts(r, "likes", PAGE),
    "PostStore.set_counts": lambda tx: posts.set_counts(tx, "likes", {OF_GIANT: 1}),
    "LikeStore.insert": lambda tx: likes.insert(tx, NEW, WREN, OF_GIANT),
    "LikeStore.delete": lambda tx: likes.delete(tx, WREN, OF_GIANT),
    "LikeStore.liked": lambda r: likes.liked(r, WREN, PAGE),
    "LikeStore.newest_liked": lambda r: likes.newest_liked(r, WREN, 500),
    "LikeStore.likers": lambda r: likes.likers(r, OF_GIANT, MAX_ID, 40),
    "LikeStore.liked_by": lambda r: likes.liked_by(r, WREN, MAX_ID, 40),
    "LikeStore.forget_post": lambda tx: likes.forget_post(tx, OF_GIANT, 500),
    "LikeStore.likes_counts": lambda r: likes.likes_counts(r, PAGE),
    "TimelineTables.pulled_authors": tables.pulled_authors,
    "TimelineTables.pulled": lambda r: tables.pulled(r, GIANT),
    "TimelineTables.set_pulled": lambda tx: tables.set_pulled(tx, GIANT, Pulled(1, 0)),
    "TimelineTables.delete_drained": lambda tx: tables.delete_drained(tx, GIANT, 1),
    "TimelineTables.record_steps": lambda tx: tables.record_steps(tx, [StepTaken(9, 0, 9, 1, 1, 1)]),
    "TimelineTables.delete_steps": lambda tx: tables.delete_steps(tx, OF_GIANT, 500),
    "TimelineTables.marker": lambda r: tables.marker(r, WREN, "home"),
    "TimelineTables.set_marker": lambda tx: tables.set_marker(tx, WREN, "home", 9, 9, force=False),
    "ExplainTables.left_to_be_pulled": lambda r: explaining.left_to_be_pulled(r, OF_GIANT),
    "ExplainTables.step_of": lambda r: explaining.step_of(r, OF_GIANT, 5_000),
    "ExplainTables.reach": lambda r: explaining.reach(r, OF_GIANT),
    "TrendStore.insert_uses": lambda tx: trends.insert_uses(tx, [Use("#tag7", OF_GIANT, GIANT, "en")]),
    "TrendStore.delete_uses": lambda tx: trends.delete_uses(tx, PAGE),
    "TrendStore.delete_old_uses": lambda tx: trends.delete_old_uses(tx, MAX_ID, 50),
    "TrendStore.delete_old_hours": lambda tx: trends.delete_old_hours(tx, MAX_ID, 50),
    "TrendStore.oldest_use": trends.oldest_use,
    "TrendStore.some_authors": lambda r: trends.some_authors(r, Candidate("en", "#tag7", 3, 3.0), 0, 7, 100),
    "TrendStore.users_among": lambda r: trends.users_among(r, "#tag7", 0, SOME),
    "TrendStore.history": lambda r: trends.history(r, "", ["#tag7", "#tag8"], 0),
    "TrendStore.rankings": trends.rankings,
    "TrendStore.ranking": lambda r: trends.ranking(r, "en"),
    "TrendStore.replace_rankings": lambda tx: trends.replace_rankings(tx, {"en": Ranking(1, ())}),
    "TrendStore.claim": lambda tx: trends.claim(tx, "rank", 2, 1),
    "TrendStore.mark": lambda r: trends.mark(r, "rank"),
    "TrendStore.set_mark": lambda tx: trends.set_mark(tx, "rank", 1),
    "TermStore.insert": lambda tx: terms.insert(tx, Term(1, "#tag7", WREN)),
    "TermStore.delete": lambda tx: terms.delete(tx, 1),
    "TermStore.by_text": lambda r: terms.by_text(r, "#tag7"),
    "TermStore.newest": lambda r: terms.newest(r, MAX_ID, 40),
    "TermStore.count": terms.count,
    "NotificationStore.raise_at": lambda tx: told.raise_at(tx, LIKED, Cause(NEW, NEW), NEW, 0),
    "NotificationStore.lower": lambda tx: told.lower(tx, LIKED),
    "NotificationStore.delete_about": lambda tx: told.delete_about(tx, OF_GIANT),
    "NotificationStore.delete_of": lambda tx: told.delete_of(tx, GIANT, 100),
    "NotificationStore.delete_old": lambda tx: told.delete_old(tx, 50, 1_000, 100),
    "NotificationStore.newest": lambda r: told.newest(r, GIANT, KINDS, MAX_ID, 40),
    "NotificationStore.newest_unread": lambda r: told.newest_unread(r, GIANT, KINDS, MAX_ID, 40),
    "NotificationStore.by_id": lambda r: told.by_id(r, GIANT, 4),
    "NotificationStore.read": lambda tx: told.read(tx, GIANT, 4),
    "NotificationStore.read_some": lambda tx: told.read_some(tx, GIANT, 100),
    "NotificationStore.preferences": lambda r: told.preferences(r, WREN),
    "NotificationStore.set_preferences": lambda tx: told.set_preferences(tx, WREN, {"like": Preference()}),
    "CauseStore.of_posts": lambda r: causes.of_posts(r, "like", PAGE),
    "CauseStore.of_follow": lambda r: causes.of_follow(r, WREN, GIANT),
    "CauseStore.of_post": lambda r: causes.of_post(r, OF_GIANT, SOME),
    "CauseStore.authors": lambda r: causes.authors(r, PAGE),
    "CauseStore.actors": lambda r: causes.actors(r, "like", PAGE, GIANT, SOME, 51),
    "CauseStore.totals": lambda r: causes.totals(r, "like", PAGE, GIANT, SOME),
    "DeviceStore.set": lambda tx: devices.set(tx, WREN, NEW, PushDevice("web", "new")),
    "DeviceStore.delete": lambda tx: devices.delete(tx, WREN),
    "DeviceStore.delete_gone": lambda tx: devices.delete_gone(tx, WREN, "nest77"),
    "DeviceStore.of_accounts": lambda r: devices.of_accounts(r, SOME, 0),
    "DeviceStore.delete_ended": lambda tx: devices.delete_ended(tx, WREN, 100),
    "DeviceStore.put_off": lambda tx: devices.put_off(tx, PutOff(WREN, NEW, WREN, 1), 1),
    "DeviceStore.is_any_due": lambda r: devices.is_any_due(r, 25_000),
    "DeviceStore.take_due": lambda tx: devices.take_due(tx, 25_000, 99_000, 100),
    "DeviceStore.settle": lambda tx: devices.settle(tx, WREN, WREN),
    "MediaStore.insert_file": lambda tx: media.insert_file(tx, FILE, 1),
    "MediaStore.set_hash": lambda tx: media.set_hash(tx, WREN, TOKEN),
    "MediaStore.file_by_hash": lambda r: media.file_by_hash(r, TOKEN),
    "MediaStore.insert": lambda tx: media.insert(tx, NEW, WREN, FILE, "", ""),
    "MediaStore.size_of_owner": lambda r: media.size_of_owner(r, WREN),
    "MediaStore.by_id": lambda r: media.by_id(r, WREN),
    "MediaStore.of_posts": lambda r: media.of_posts(r, PAGE),
    "MediaStore.attach": lambda tx: media.attach(tx, 99, WREN, NEW, 0),
    "MediaStore.set_alt": lambda tx: media.set_alt(tx, WREN, ""),
    "MediaStore.delete_of_post": lambda tx: media.delete_of_post(tx, OF_GIANT, 1),
    "MediaStore.delete_of_purpose": lambda tx: media.delete_of_purpose(tx, WREN, "avatar", 1),
    "MediaStore.delete_some_of_owner": lambda tx: media.delete_some_of_owner(tx, WREN, 100, 1),
    "MediaStore.delete": lambda tx: media.delete(tx, SOME, 1, loose=True),
    "MediaStore.loose_ids": lambda r: media.loose_ids(r, MAX_ID, 100),
    "MediaStore.unused_files": lambda r: media.unused_files(r, MAX_ID, 100),
    "MediaStore.used_files": lambda r: media.used_files(r, "", 100),
    "MediaStore.retire": lambda tx: media.retire(tx, WREN),
    "MediaStore.delete_file": lambda tx: media.delete_file(tx, WREN),
    "MediaStore.known_names": lambda r: media.known_names(r, ["file1", "file2"]),
    "IdempotencyStore.resource": lambda tx: keys.resource(tx, IdempotencyKey(WREN, "none", b"")),
    "IdempotencyStore.keep": lambda tx: keys.keep(tx, IdempotencyKey(WREN, "none", b""), 1, 1),
    "IdempotencyStore.delete_old": lambda tx: keys.delete_old(tx, 50),
}
RECOUNTED = "miscounted_"
"""What the names of queries begin with that recount everything, on purpose."""
WINDOWED = frozenset({"TrendStore.candidates", "TrendStore.talkers", "TrendStore.count_hour"})
"""What reads all of a window or an hour, on purpose."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database with a million posts."""
    with crowded() as url:
        yield url


@pytest.fixture(params=["custom", "generic"])
async def explainer(request: pytest.FixtureRequest, url: str) -> AsyncIterator[Explainer]:
    """An explainer of plans for the values asked for, or of the one for any, which statements get that are repeated."""
    connection = await asyncpg.connect(url, timeout=10, command_timeout=60)
    await connection.execute(f"SET plan_cache_mode = force_{request.param}_plan")
    transaction = connection.transaction()
    await transaction.start()
    yield Explainer(connection)
    await transaction.rollback()
    await connection.close()


@pytest.mark.parametrize("asked", ASKED)
async def test_a_query_goes_by_an_index_and_touches_few_pages(explainer: Explainer, asked: str) -> None:
    await ASKED[asked](explainer)
    assert explainer.explained
    for explained in explainer.explained:
        scanned = [step for step in explained.steps if step.kind == "Seq Scan" and step.rows > 100]
        assert not scanned, explained.sql
        assert explained.blocks <= BLOCKS, explained
        assert sum(step.rows for step in explained.steps) <= 2 * BLOCKS, explained


async def test_a_page_of_posts_opens_only_its_own_partitions(explainer: Explainer) -> None:
    await posts.by_ids(explainer, PAGE)
    await posts.newest_public(explainer, MAX_ID, 40)
    await posts.newest_of_author(explainer, GIANT, MAX_ID, 30)
    await posts.newest_of_each(explainer, [GIANT], MAX_ID, 30)
    await posts.newest_id_of_each(explainer, [GIANT], MAX_ID)
    for explained in explainer.explained:
        assert {step.table for step in explained.steps if step.rows} == {"posts_2026q3"}, explained


async def test_the_newest_follows_of_a_day_are_found_by_an_index(explainer: Explainer) -> None:
    await causes.actors(explainer, "follow", [DAY, 0], GIANT, SOME, 51)
    await told.lower(explainer, Place(DAY, GIANT, "follow"))
    for explained in explainer.explained:
        assert explained.blocks <= BLOCKS, explained


def test_every_query_of_the_stores_is_asked_here() -> None:
    stores = (
        AccountStore, SessionStore, GraphStore, MediaStore, PostStore, TagBackfillStore, LikeStore, TimelineTables,
        ExplainTables, NotificationStore, CauseStore, DeviceStore, TrendStore, TermStore, IdempotencyStore,
    )  # fmt: skip
    verbs = {
        f"{store.__name__}.{name}"
        for store in stores
        for name, _ in inspect.getmembers(store, inspect.iscoroutinefunction)
        if not name.startswith(("_", RECOUNTED))
    }
    assert verbs - WINDOWED == set(ASKED)
