"""The people of one history: what they do is done in the application and told to the oracle, and pages are compared."""

import asyncio
from array import array
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence, Set
from typing import Any, TypeVar

import msgspec

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application
from chirrup.commands.bench.judge.acts import BIRDS
from chirrup.commands.bench.judge.oracle import Oracle, Post
from chirrup.commands.bench.judge.stage import PASSWORD, Stage
from chirrup.platform.errors import Refusal, Unavailable
from chirrup.platform.http.pagination import decode_cursor
from chirrup.platform.ids import MAX_ID
from chirrup.posts import PostPage
from chirrup.posts.models import Draft

T = TypeVar("T")
_MOST_PAGES = 2000
Pairs = Sequence[tuple[int, int]]


class Difference(Exception):  # noqa: N818 - it is what is looked for
    """The application and the oracle do not agree."""


class Item(msgspec.Struct):
    """As much of a presented post as a reader needs here."""

    id: str
    retweet_of: "Item | None"
    viewer: dict[str, bool]


class Community:
    """Does each thing twice: in the application, and in the oracle's record."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.clock = stage.clock
        self.oracle = Oracle()
        self.names: dict[int, str] = {}
        self.items: dict[int, Item] = {}
        """What the last reader was shown, by post id."""
        self.pending: set[int] = set()
        """Posts that others' timelines may not show yet."""
        self.counted: Counter[str] = Counter()
        stage.ready()
        stage.number += 1
        self.join(*BIRDS)

    @property
    def app(self) -> Application:
        """One of the applications."""
        return self.stage.app(0)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the applications until some work is done."""
        return self.stage.do(work)

    def join(self, *names: str) -> None:
        """Let people take part; names are the history's own."""
        names = tuple(f"{name}_{self.stage.number}" for name in names)
        for account_id, name in zip(self.stage.add_people(names), names, strict=True):
            self.names[account_id] = name
            self.oracle.active.add(account_id)

    def publish(self, author: int, reply_to: int | None = None, quote_of: int | None = None) -> int | None:
        """Publish; return the id, or None where both agree that it is not allowed."""
        targets = [target for target in (reply_to, quote_of) if target is not None]
        allowed = all(self.oracle.may_answer(author, target) for target in targets)
        draft = Draft(text="tseep", reply_to=reply_to, quote_of=quote_of)
        post_id = self.attempt(allowed, self._for(author).posts.publish(Viewer(author, 0), draft))
        if post_id is not None:
            parent = None if reply_to is None else self.oracle.source(reply_to).id
            quoted = None if quote_of is None else self.oracle.source(quote_of).id
            self.record(Post(post_id, author, reply_to=parent, original=quoted))
        return post_id

    def retweet(self, author: int, target: int) -> int | None:
        """Retweet; return the id of the retweet if it is a new one."""
        allowed = self.oracle.may_answer(author, target)
        app = self._for(author)
        done = self.attempt(allowed, app.posts.retweet(Viewer(author, 0), target))
        original = self.oracle.source(target).id
        if done is None or self.oracle.retweet_of(author, original) is not None:
            return None
        retweet_id = self.do(app.posts.store.retweet_id(app.db.read, author, original))
        expect("a retweet that was made is there", retweet_id is not None, True)
        assert retweet_id is not None
        self.record(Post(retweet_id, author, original=original, is_retweet=True))
        return retweet_id

    def unretweet(self, author: int, target: int) -> None:
        """Take a retweet back."""
        self.attempt(None, self._for(author).posts.unretweet(Viewer(author, 0), target))
        retweet = self.oracle.retweet_of(author, self.oracle.source(target).id)
        if retweet is not None:
            self.oracle.delete(retweet.id)

    def delete(self, post_id: int) -> None:
        """Have its author delete a post."""
        author = self.oracle.posts[post_id].author
        self.do(self._for(author).posts.delete(Viewer(author, 0), post_id))
        self.oracle.delete(post_id)

    def follow(self, follower: int, followee: int) -> None:
        """Follow, unless a block stands between the two."""
        apart = {(follower, followee), (followee, follower)} & self.oracle.blocks
        if self.attempt(not apart, self._for(follower).graph.follow(follower, followee)) is not None:
            self.oracle.follows.add((follower, followee))

    def unfollow(self, follower: int, followee: int) -> None:
        """Follow no longer."""
        self.do(self._for(follower).graph.unfollow(follower, followee))
        self.oracle.follows.discard((follower, followee))

    def block(self, blocker: int, blocked: int) -> None:
        """Block."""
        self.do(self._for(blocker).graph.block(blocker, blocked))
        self.oracle.block(blocker, blocked)

    def unblock(self, blocker: int, blocked: int) -> None:
        """Block no longer."""
        self.do(self._for(blocker).graph.unblock(blocker, blocked))
        self.oracle.blocks.discard((blocker, blocked))

    def mute(self, muter: int, muted: int) -> None:
        """Mute."""
        self.do(self._for(muter).graph.mute(muter, muted))
        self.oracle.mutes.add((muter, muted))

    def unmute(self, muter: int, muted: int) -> None:
        """Mute no longer."""
        self.do(self._for(muter).graph.unmute(muter, muted))
        self.oracle.mutes.discard((muter, muted))

    def ban(self, account: int) -> None:
        """Shut somebody out."""
        self.do(self._for(account + 1).accounts.ban(account))
        self.oracle.active.discard(account)
        self.oracle.banned.add(account)

    def unban(self, account: int) -> None:
        """Let somebody in again."""
        self.do(self._for(account + 1).accounts.unban(self.names[account]))
        self.oracle.banned.discard(account)
        self.oracle.active.add(account)

    def delete_account(self, account: int) -> None:
        """Leave for good."""
        self.do(self._for(account).accounts.delete(Viewer(account, 0), PASSWORD))
        self.oracle.delete_account(account)

    def at_once(
        self, authors: Sequence[int], viewers: Sequence[int], follows: Pairs, unfollows: Pairs, limit: int
    ) -> list[int]:
        """Do several things and read, all at the same time; return the ids of the posts, in the order of authors."""
        follows = [pair for pair in follows if not {pair, pair[::-1]} & self.oracle.blocks]
        # a reader whose follows come and go at once may rightly see what belongs to neither state
        unfollows = [pair for pair in unfollows if pair[0] not in {follower for follower, _ in follows}]
        before = {viewer: set(self.oracle.home(viewer)) for viewer in viewers}
        draft = Draft(text="tseep")

        async def everything() -> tuple[list[int], list[list[int]]]:
            posts = [self._for(author).posts.publish(Viewer(author, 0), draft) for author in authors]
            ties = [self._for(one).graph.follow(one, other) for one, other in follows]
            ties += [self._for(one).graph.unfollow(one, other) for one, other in unfollows]
            reads = [self._walk([limit], MAX_ID, viewer, self._older_pages(viewer)) for viewer in viewers]
            done = await asyncio.gather(*posts, *ties, *reads)
            return list(done[: len(posts)]), list(done[len(posts) + len(ties) :])

        post_ids, pages = self.do(everything())
        for author, post_id in zip(authors, post_ids, strict=True):
            self.record(Post(post_id, author))
        self.oracle.follows |= set(follows)
        # a reader may meet a new post and a follow that is about to end
        most = {viewer: set(self.oracle.home(viewer)) for viewer in viewers}
        self.oracle.follows -= set(unfollows)
        for viewer, shown in zip(viewers, pages, strict=True):
            self._check_between(viewer, before[viewer], shown, {*self.pending, *post_ids}, most[viewer])
        return post_ids

    def settle(self) -> None:
        """Handle all events, and those that handling them makes."""
        self.stage.settle()
        expect("dead letters", self.do(self.app.outbox.dead_letters(self.app.db.read)), [])
        self.pending.clear()

    def drop(self, owners: Sequence[int]) -> None:
        """Let timelines vanish; those of a store that is away have."""
        try:
            self.do(self.app.timelines.drop(owners))
        except Unavailable:
            self.counted["drops in vain"] += 1

    def down(self, viewer: int, limits: Sequence[int], between: Callable[[], object] | None = None) -> list[int]:
        """Read a home timeline from its top, page by page; every page but the last is full."""
        if between is None:
            return self.do(self._walk(limits, MAX_ID, viewer, self._older_pages(viewer)))
        return self._walk_slowly(limits, viewer, between)

    def up(self, viewer: int, after: int, limits: Sequence[int]) -> list[int]:
        """Read a home timeline upwards from an id, page by page, and return it oldest first."""

        async def newer(number: int, key: int, limit: int) -> PostPage:
            page = await self.stage.app(viewer + number).home.newer_page(Viewer(viewer, 0), key, limit)
            return PostPage(page.items[::-1], page.next_cursor)

        return self.do(self._walk(limits, after, viewer, newer))

    def check_pending(self, viewer: int, limits: Sequence[int], between: Callable[[], object] | None = None) -> None:
        """Read while events are pending: only what they bring may be missing, and nothing may be there too much."""
        before = set(self.oracle.home(viewer))
        late = set(self.pending)
        shown = self.down(viewer, limits, between)
        self._check_between(viewer, before, shown, late)

    def check_all(self, limits: Sequence[int]) -> None:
        """Handle all events, and compare every page of everyone."""
        self.settle()
        for viewer in sorted(self.oracle.active):
            expected = self.oracle.home(viewer)
            expect(f"the timeline of {self.names[viewer]}", self.down(viewer, limits), expected)
            for post_id in expected:
                self.check_item(viewer, post_id)
            for after in {0, *expected[len(expected) // 2 :][:1], *expected[:1]}:
                above = sorted(key for key in expected if key > after)
                expect(f"the timeline of {self.names[viewer]} above {after}", self.up(viewer, after, limits), above)

    def audit(self) -> None:
        """Handle all events, and have the server itself compare what it has stored with its database."""
        self.settle()
        findings = self.do(self.app.audit.check(list(self.names)))
        self.counted["timelines audited"] += findings.checked
        expect("what the audit finds", findings.differences if findings.wrong else [], [])

    def check_item(self, viewer: int, post_id: int) -> None:
        """Compare what a viewer was shown of a post: the original inside, and the viewer's own retweets."""
        item, original = self.items[post_id], self.oracle.posts[post_id].original
        about = f"what {self.names[viewer]} is shown of {post_id}"
        expect(about, item.viewer["retweeted"], self.oracle.retweet_of(viewer, post_id) is not None)
        if original is None or not self.oracle.may_see(viewer, original):
            expect(f"{about}: its original", item.retweet_of, None)
            return
        expect(f"{about}: its original", item.retweet_of and int(item.retweet_of.id), original)
        assert item.retweet_of is not None
        expect(about, item.retweet_of.viewer["retweeted"], self.oracle.retweet_of(viewer, original) is not None)

    def check_counts(self) -> None:
        """Compare what is counted of every account."""
        accounts = self.do(self.app.accounts.by_ids(sorted(self.oracle.active)))
        for account_id in self.oracle.active:
            written = [post for post in self.oracle.posts.values() if post.author == account_id]
            posts = sum(not post.deleted and not post.is_retweet for post in written)
            counted = (accounts[account_id].followers_count, accounts[account_id].posts_count)
            expect(f"what is counted of {self.names[account_id]}", counted, (self.oracle.followers(account_id), posts))

    def record(self, post: Post) -> None:
        """Tell the oracle of a post."""
        self.oracle.posts[post.id] = post
        self.pending.add(post.id)

    def attempt(self, allowed: bool | None, work: Coroutine[Any, Any, T]) -> T | None:
        """Do something that may be refused; where it is known whether it will be, the application has to agree."""
        try:
            done = self.do(work)
        except Refusal as refusal:
            expect(f"{type(refusal).__name__}: {refusal}", allowed or False, False)
            return None
        expect("something is allowed", allowed is not False, True)
        return done

    def _for(self, account: int) -> Application:
        """Return the application that somebody writes through: one after another by account."""
        return self.stage.app(sorted(self.names).index(account) if account in self.names else account)

    def _check_between(
        self, viewer: int, before: set[int], shown: list[int], late: set[int], meanwhile: Set[int] = frozenset()
    ) -> None:
        """Compare what was read while the timeline changed from one state to another, over one in between."""
        after = set(self.oracle.home(viewer))
        late = {post_id for post_id in late if self.oracle.posts[post_id].author != viewer}
        about = f"the timeline of {self.names[viewer]}, with events pending,"
        expect(f"{about} is in order", shown, sorted(set(shown), reverse=True))
        expect(f"{about} has what it must not", set(shown) - (before | meanwhile | after), set())
        expect(f"{about} lacks something", (before & after) - late - set(shown), set())

    def _older_pages(self, viewer: int) -> Callable[[int, int, int], Coroutine[Any, Any, PostPage]]:
        def older(number: int, key: int, limit: int) -> Coroutine[Any, Any, PostPage]:
            return self.stage.app(viewer + number).home.page(Viewer(viewer, 0), key, limit)

        return older

    def _walk_slowly(self, limits: Sequence[int], viewer: int, between: Callable[[], object]) -> list[int]:
        shown: list[int] = []
        key: int | None = MAX_ID
        number = 0
        while key is not None:
            limit = limits[number % len(limits)]
            page, key = self.do(self._page(self._older_pages(viewer), number, key, limit))
            shown += page
            number += 1
            between()
        return shown

    async def _walk(
        self,
        limits: Sequence[int],
        key: int | None,
        viewer: int,
        read: Callable[[int, int, int], Coroutine[Any, Any, PostPage]],
    ) -> list[int]:
        shown = array("Q")
        for number in range(_MOST_PAGES):
            if key is None:
                return list(shown)
            page, key = await self._page(read, number, key, limits[number % len(limits)])
            shown.extend(page)
        raise Difference(f"The pages of {self.names[viewer]} do not end.")

    async def _page(
        self, read: Callable[[int, int, int], Coroutine[Any, Any, PostPage]], number: int, key: int, limit: int
    ) -> tuple[list[int], int | None]:
        """Read a page; return its ids, and where the next one begins."""
        page = await read(number, key, limit)
        items = [msgspec.json.decode(item, type=Item) for item in page.items]
        ids = [int(item.id) for item in items]
        self.items |= dict(zip(ids, items, strict=True))
        self.counted["pages"] += 1
        if page.next_cursor is None:
            expect("the length of the last page is allowed", len(ids) <= limit, True)
            return ids, None
        expect("the length of a page", len(ids), limit)
        expect("a cursor", decode_cursor(page.next_cursor), ids[-1])
        return ids, ids[-1]


def expect(what: str, found: object, expected: object) -> None:
    """Compare.

    Raises:
        Difference: they are not the same.
    """
    if found != expected:
        raise Difference(f"{what}: {found}, expected {expected}")
