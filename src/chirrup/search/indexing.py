"""Keeping the index like the database: by what has changed, and as a whole."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chirrup.accounts.models import Status
from chirrup.accounts.store import AccountStore
from chirrup.graph.store import GraphStore
from chirrup.platform.errors import Unavailable
from chirrup.platform.ids import MAX_ID
from chirrup.platform.ports import Database, SearchBuild, SearchIndex, SoleBuilder
from chirrup.platform.searching import PostDocument
from chirrup.posts.language import PostLanguages
from chirrup.posts.models import PostRow
from chirrup.posts.store import PostStore
from chirrup.search.documents import person_document, post_document

_STEP = 500
_FINENESS = 16
_COUNTED_BELOW = 1000


@dataclass(frozen=True, slots=True)
class Indexing:
    """Writes to the index what the database says, whatever the index says; so each of these may be done again."""

    db: Database
    index: SearchIndex
    sole_builder: SoleBuilder
    post_store: PostStore
    account_store: AccountStore
    graph_store: GraphStore
    languages: PostLanguages

    async def refresh_posts(self, post_ids: Iterable[int]) -> None:
        """Have posts be found as they are now, or not at all."""
        wanted = list(dict.fromkeys(post_ids))
        if not wanted:
            return
        rows = await self.post_store.by_ids(self.db.read, wanted)
        shown = await self._shown(rows.values())
        kept = {post.id for post in shown}
        gone = [post_id for post_id in wanted if post_id not in kept and not _is_retweet(rows.get(post_id))]
        if shown:
            await self.index.put_posts([self._document(post) for post in shown])
        if gone:
            await self.index.delete_posts(gone)

    async def refresh_people(self, account_ids: Iterable[int]) -> None:
        """Have accounts be found as they are now, or not at all."""
        wanted = list(dict.fromkeys(account_ids))
        if not wanted:
            return
        rows = await self.account_store.by_ids(self.db.read, wanted)
        active = [account for account in rows.values() if account.status is Status.ACTIVE]
        kept = {account.id for account in active}
        if active:
            await self.index.put_people([person_document(account) for account in active])
        if gone := [account_id for account_id in wanted if account_id not in kept]:
            await self.index.delete_people(gone)

    async def refresh_posts_of(self, author_id: int) -> None:
        """Have all that an account wrote be found, or not, in steps."""
        before = MAX_ID
        while post_ids := await self.post_store.newest_of_author(self.db.read, author_id, before, _STEP):
            await self.refresh_posts(post_ids)
            before = post_ids[-1]

    async def refresh_weights(self, account_ids: Iterable[int]) -> None:
        """Have those people be ordered by their followers whose number has changed by about a sixteenth."""
        rows = await self.account_store.by_ids(self.db.read, list(dict.fromkeys(account_ids)))
        accounts = [account for account in rows.values() if account.status is Status.ACTIVE]
        followers = {account.id: account.followers_count for account in accounts}
        # the counter follows the same events, and may not have heard of them yet: of few, one more is a difference
        few = [account_id for account_id, count in followers.items() if count < _COUNTED_BELOW]
        followers |= dict.fromkeys(few, 0) | await self.graph_store.follower_counts(self.db.read, few)
        changed = [
            person_document(account, count)
            for account in accounts
            if (count := followers[account.id]) % max(1, count // _FINENESS) == 0
        ]
        if changed:
            await self.index.put_people(changed)

    async def build_missing(self) -> None:
        """Build the index, unless that has been done since it was made or another process is at it."""
        if await self.index.complete():
            return
        async with self.sole_builder() as alone:
            if alone:
                await self._build(lambda _posts, _people: None)

    async def rebuild(self, done: Callable[[int, int], None]) -> None:
        """Build the index anew while the old one is in use; `done` hears how many posts and people are in it.

        Raises:
            Unavailable: another process is building it.
        """
        async with self.sole_builder() as alone:
            if not alone:
                raise Unavailable("Another process is building the search index right now.")
            await self._build(done)

    async def _build(self, done: Callable[[int, int], None]) -> None:
        async with self.index.build() as build:
            people = await self._add_people(build, lambda count: done(0, count))
            await self._add_posts(build, lambda count: done(count, people))

    async def _add_people(self, build: SearchBuild, done: Callable[[int], None]) -> int:
        after, count = 0, 0
        while accounts := await self.account_store.after(self.db.scan, after, _STEP):
            active = [account for account in accounts if account.status is Status.ACTIVE]
            await build.add_people([person_document(account) for account in active])
            await self._remove_banned([account.id for account in active])
            after, count = accounts[-1].id, count + len(active)
            done(count)
        return count

    async def _add_posts(self, build: SearchBuild, done: Callable[[int], None]) -> None:
        after, count = 0, 0
        while posts := await self.post_store.written_after(self.db.scan, after, _STEP):
            shown = await self._shown(posts)
            await build.add_posts([self._document(post) for post in shown])
            await self._remove_deleted([post.id for post in shown])
            after, count = posts[-1].id, count + len(shown)
            done(count)

    def _document(self, post: PostRow) -> PostDocument:
        return post_document(post, self.languages.of(post.text, post.entities))

    async def _remove_banned(self, account_ids: Sequence[int]) -> None:
        """Remove accounts that have gone between being looked up and being added, so that their removal came first."""
        rows = await self.account_store.by_ids(self.db.read, account_ids)
        there = {account.id for account in rows.values() if account.status is Status.ACTIVE}
        if gone := [account_id for account_id in account_ids if account_id not in there]:
            await self.index.delete_people(gone)

    async def _remove_deleted(self, post_ids: Sequence[int]) -> None:
        """Remove posts that have gone between being looked up and being added."""
        rows = await self.post_store.by_ids(self.db.read, post_ids)
        there = {post.id for post in await self._shown(rows.values())}
        if gone := [post_id for post_id in post_ids if post_id not in there]:
            await self.index.delete_posts(gone)

    async def _shown(self, posts: Iterable[PostRow]) -> list[PostRow]:
        """Return those of the posts that have text, are not deleted and whose authors take part."""
        present = [post for post in posts if not post.deleted and not post.is_retweet]
        authors = await self.account_store.by_ids(self.db.read, list({post.author_id for post in present}))
        active = {account.id for account in authors.values() if account.status is Status.ACTIVE}
        return [post for post in present if post.author_id in active]


def _is_retweet(post: PostRow | None) -> bool:
    return post is not None and post.is_retweet
