"""An application that is driven step by step, beside the oracle that is told the same."""

import asyncio
import contextlib
from array import array
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application
from chirrup.entrypoints.worker import working
from chirrup.platform.errors import Refusal
from chirrup.platform.http.pagination import decode_cursor
from chirrup.platform.ids import MAX_ID
from chirrup.posts import PostPage
from chirrup.posts.models import Draft
from chirrup.settings import Settings
from tests.clock import HandClock
from tests.model.oracle import Oracle, Post
from tests.support import PASSWORD

T = TypeVar("T")
PATIENCE = 30
FLOCK = ("wren", "robin", "jay", "owl", "lark", "rook", "kite", "swift")


class Item(msgspec.Struct):
    """As much of a presented post as a reader needs here."""

    id: str
    retweet_of: "Item | None"
    viewer: dict[str, bool]


class Community:
    """Does each thing twice: in the application, and in the oracle's record."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = HandClock()
        self.oracle = Oracle()
        self.names: dict[int, str] = {}
        self.items: dict[int, Item] = {}
        """What the last reader was shown, by post id."""
        self.pending: set[int] = set()
        """Posts that others' timelines may not show yet."""
        self.loop = asyncio.new_event_loop()
        self.context: AbstractAsyncContextManager[Application] | None = None
        self.open()
        for account_id, name in self.do(self.app.db.read.all("SELECT id, username FROM accounts ORDER BY id")):
            self.names[account_id] = name
            self.oracle.active.add(account_id)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the application until some work is done."""
        return self.loop.run_until_complete(asyncio.wait_for(work, PATIENCE))

    def open(self) -> None:
        """Start the application."""
        self.context = working(self.settings, clock=self.clock)
        self.app = self.do(self.context.__aenter__())

    def close(self) -> None:
        """Stop the application wherever its handlers are."""
        if self.context is not None:
            self.do(self.context.__aexit__(None, None, None))
            self.context = None

    def end(self) -> None:
        """Stop for good."""
        self.close()
        self.loop.close()

    def register(self, name: str) -> None:
        account = self.do(self.app.accounts.register(name, None, PASSWORD, None))
        self.names[account.id] = name
        self.oracle.active.add(account.id)

    def publish(self, author: int, reply_to: int | None = None, quote_of: int | None = None) -> int | None:
        """Publish; return the id, or None where both agree that it is not allowed."""
        targets = [target for target in (reply_to, quote_of) if target is not None]
        allowed = all(self.oracle.may_answer(author, target) for target in targets)
        draft = Draft(text="tseep", reply_to=reply_to, quote_of=quote_of)
        post_id = self.attempt(allowed, self.app.posts.publish(Viewer(author, 0), draft))
        if post_id is not None:
            parent = None if reply_to is None else self.oracle.source(reply_to).id
            quoted = None if quote_of is None else self.oracle.source(quote_of).id
            self.record(Post(post_id, author, reply_to=parent, original=quoted))
        return post_id

    def retweet(self, author: int, target: int) -> None:
        allowed = self.oracle.may_answer(author, target)
        done = self.attempt(allowed, self.app.posts.retweet(Viewer(author, 0), target))
        original = self.oracle.source(target).id
        if done is not None and self.oracle.retweet_of(author, original) is None:
            query = "SELECT id FROM retweets WHERE account_id = $1 AND post_id = $2"
            row = self.do(self.app.db.read.first(query, author, original))
            assert row is not None
            self.record(Post(row[0], author, original=original, is_retweet=True))

    def unretweet(self, author: int, target: int) -> None:
        self.attempt(None, self.app.posts.unretweet(Viewer(author, 0), target))
        retweet = self.oracle.retweet_of(author, self.oracle.source(target).id)
        if retweet is not None:
            self.oracle.delete(retweet.id)

    def delete(self, post_id: int) -> None:
        self.do(self.app.posts.delete(Viewer(self.oracle.posts[post_id].author, 0), post_id))
        self.oracle.delete(post_id)

    def follow(self, follower: int, followee: int) -> None:
        apart = {(follower, followee), (followee, follower)} & self.oracle.blocks
        if self.attempt(not apart, self.app.graph.follow(follower, followee)) is not None:
            self.oracle.follows.add((follower, followee))

    def unfollow(self, follower: int, followee: int) -> None:
        self.do(self.app.graph.unfollow(follower, followee))
        self.oracle.follows.discard((follower, followee))

    def block(self, blocker: int, blocked: int) -> None:
        self.do(self.app.graph.block(blocker, blocked))
        self.oracle.block(blocker, blocked)

    def unblock(self, blocker: int, blocked: int) -> None:
        self.do(self.app.graph.unblock(blocker, blocked))
        self.oracle.blocks.discard((blocker, blocked))

    def mute(self, muter: int, muted: int) -> None:
        self.do(self.app.graph.mute(muter, muted))
        self.oracle.mutes.add((muter, muted))

    def unmute(self, muter: int, muted: int) -> None:
        self.do(self.app.graph.unmute(muter, muted))
        self.oracle.mutes.discard((muter, muted))

    def ban(self, account: int) -> None:
        self.do(self.app.accounts.ban(account))
        self.oracle.active.discard(account)
        self.oracle.banned.add(account)

    def unban(self, account: int) -> None:
        self.do(self.app.accounts.unban(self.names[account]))
        self.oracle.banned.discard(account)
        self.oracle.active.add(account)

    def delete_account(self, account: int) -> None:
        self.do(self.app.accounts.delete(Viewer(account, 0), PASSWORD))
        self.oracle.delete_account(account)

    def restart(self, rewound: str = "", events: int = 0) -> None:
        """Stop and start; as after a crash before its last work was recorded, where a consumer is rewound."""
        if rewound:
            self.do(self._rewind(rewound, events))
        self.close()
        self.open()

    def settle(self) -> None:
        """Handle all events, and those that handling them makes."""
        newest = -1
        while (reached := self.do(self.app.outbox.newest(self.app.db.read))) != newest:
            newest = reached
            self.do(self.app.bus.caught_up())
        assert self.do(self.app.outbox.dead_letters(self.app.db.read)) == []
        self.pending.clear()

    def down(self, viewer: int, limits: Sequence[int], between: Callable[[], object] = lambda: None) -> list[int]:
        """Read a home timeline from its top, page by page; every page but the last is full."""
        return self._walk(limits, MAX_ID, between, lambda key, limit: self.app.home.page(Viewer(viewer, 0), key, limit))

    def up(self, viewer: int, after: int, limits: Sequence[int]) -> list[int]:
        """Read a home timeline upwards from an id, page by page, and return it oldest first."""

        async def newer(key: int, limit: int) -> PostPage:
            page = await self.app.home.newer_page(Viewer(viewer, 0), key, limit)
            return PostPage(page.items[::-1], page.next_cursor)

        return self._walk(limits, after, lambda: None, newer)

    def check_pending(self, viewer: int, limits: Sequence[int], between: Callable[[], object] = lambda: None) -> None:
        """Read while events are pending: only what they bring may be missing, and nothing may be there too much."""
        before = set(self.oracle.home(viewer))
        late = {post_id for post_id in self.pending if self.oracle.posts[post_id].author != viewer}
        shown = self.down(viewer, limits, between)
        after = set(self.oracle.home(viewer))
        assert shown == sorted(set(shown), reverse=True)
        assert set(shown) <= before | after
        assert (before & after) - late <= set(shown)

    def check_all(self, limits: Sequence[int]) -> None:
        """Handle all events, and compare every page of everyone."""
        self.settle()
        for viewer in sorted(self.oracle.active):
            expected = self.oracle.home(viewer)
            assert self.down(viewer, limits) == expected
            for post_id in expected:
                self.check_item(viewer, post_id)
            for after in {0, *expected[len(expected) // 2 :][:1], *expected[:1]}:
                assert self.up(viewer, after, limits) == sorted(key for key in expected if key > after)

    def check_item(self, viewer: int, post_id: int) -> None:
        """Compare what a viewer was shown of a post: the original inside, and the viewer's own retweets."""
        item, original = self.items[post_id], self.oracle.posts[post_id].original
        assert item.viewer["retweeted"] == (self.oracle.retweet_of(viewer, post_id) is not None)
        if original is None or not self.oracle.may_see(viewer, original):
            assert item.retweet_of is None
        else:
            assert item.retweet_of is not None
            assert int(item.retweet_of.id) == original
            assert item.retweet_of.viewer["retweeted"] == (self.oracle.retweet_of(viewer, original) is not None)

    def check_counts(self) -> None:
        """Compare what is counted of every account."""
        rows = self.do(self.app.db.read.all("SELECT id, followers_count, posts_count FROM accounts"))
        for account, followers, posts in rows:
            if account in self.oracle.active:
                written = [post for post in self.oracle.posts.values() if post.author == account]
                assert followers == self.oracle.followers(account)
                assert posts == sum(not post.deleted and not post.is_retweet for post in written)

    def record(self, post: Post) -> None:
        self.oracle.posts[post.id] = post
        self.pending.add(post.id)

    def attempt(self, allowed: bool | None, work: Coroutine[Any, Any, T]) -> T | None:
        """Do something that may be refused; where it is known whether it will be, the application has to agree."""
        try:
            done = self.do(work)
        except Refusal:
            assert not allowed
            return None
        assert allowed is not False
        return done

    def _walk(
        self,
        limits: Sequence[int],
        key: int,
        between: Callable[[], object],
        read: Callable[[int, int], Coroutine[Any, Any, PostPage]],
    ) -> list[int]:
        shown = array("Q")
        for number in range(10_000):
            limit = limits[number % len(limits)]
            page = self.do(read(key, limit))
            items = [msgspec.json.decode(item, type=Item) for item in page.items]
            shown.extend(int(item.id) for item in items)
            self.items |= {int(item.id): item for item in items}
            if page.next_cursor is None:
                assert len(page.items) <= limit
                return list(shown)
            assert len(page.items) == limit
            key = decode_cursor(page.next_cursor)
            assert key == shown[-1]
            between()
        raise AssertionError("the pages do not end")

    async def _rewind(self, consumer: str, events: int) -> None:
        async with self.app.db.transaction() as tx:
            await tx.run("UPDATE consumers SET position = max(0, position - $2) WHERE name = $1", consumer, events)


def make_flock(data_dir: Path) -> None:
    """Register a few birds in a new instance."""

    async def register() -> None:
        async with working(Settings(data_dir=data_dir)) as app:
            for name in FLOCK:
                with contextlib.suppress(Refusal):
                    await app.accounts.register(name, None, PASSWORD, None)

    asyncio.run(register())
