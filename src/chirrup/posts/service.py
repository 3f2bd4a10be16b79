"""What can be done with a post."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from chirrup.accounts import Account, Accounts, Viewer
from chirrup.graph import Graph
from chirrup.media import MediaLibrary
from chirrup.platform.clock import Clock
from chirrup.platform.errors import Forbidden, NotFound
from chirrup.platform.idempotency import IdempotencyKey, IdempotencyStore
from chirrup.platform.ids import MAX_ID, IdGenerator
from chirrup.platform.ports import Cache, Database, Reader, Transaction, Wanted
from chirrup.platform.repeating import repeatable
from chirrup.posts.events import PostDeleted, PostPublished
from chirrup.posts.models import Draft, PostRow, Recent, Skeleton
from chirrup.posts.store import Counts, PostStore
from chirrup.posts.text import Entity, clean, find_entities, read_tag, resolve_mentions

_RECENT = 200
_STEP = 500


@dataclass(frozen=True, slots=True)
class Posts:
    """The verbs of posts."""

    db: Database
    store: PostStore
    accounts: Accounts
    graph: Graph
    library: MediaLibrary
    idempotency: IdempotencyStore
    ids: IdGenerator
    clock: Clock
    cache: Cache

    @repeatable
    async def publish(self, viewer: Viewer, draft: Draft, key: IdempotencyKey | None = None) -> int:
        """Publish a post, a reply or a quote; return its id.

        Raises:
            RuleBroken: the text is not allowed, or an attachment is not an unused upload of the author's.
            NotFound: what it answers or quotes is not there.
            Forbidden: a block stands between its author and that one's.
        """
        text = clean(draft.text)
        parent = await self._target(viewer, draft.reply_to)
        quoted = await self._target(viewer, draft.quote_of)
        entities, mentioned = await self._entities(text)
        post = PostRow(
            id=0,
            author_id=viewer.id,
            text=text,
            entities=entities,
            reply_to=parent.id if parent else None,
            reply_to_author_id=parent.author_id if parent else None,
            conversation_id=parent.conversation_id if parent else 0,
            retweet_of=quoted.id if quoted else None,
            has_media=bool(draft.attachments),
        )
        async with self.db.transaction(*([viewer.id] if key else [])) as tx:
            earlier = await self.idempotency.resource(tx, key)
            if earlier is not None:
                return earlier
            post_id = await self._insert(tx, post, mentioned)
            await self.library.attach(tx, viewer.id, draft.attachments, post_id)
            await self.idempotency.keep(tx, key, post_id, self.clock.now())
        return post_id

    @repeatable
    async def delete(self, viewer: Viewer, post_id: int) -> None:
        """Delete one's own post; a retweet of one's own counts as one.

        Raises:
            NotFound: there is no such post.
            Forbidden: it is somebody else's.
        """
        post = await self._existing(post_id)
        if post.author_id != viewer.id:
            raise Forbidden("Only its author can delete a post.")
        async with self.db.transaction() as tx:
            await self.remove(tx, post)

    async def remove(self, tx: Transaction, post: PostRow) -> None:
        """Take a post out of every list, and leave a gap where it stood in a thread."""
        if not await self.store.mark_deleted(tx, post.id):
            return
        await self.store.delete_tags(tx, post)
        if post.is_retweet and post.retweet_of:
            await self.store.delete_retweet(tx, post.author_id, post.retweet_of)
            tx.forget("retweeted", post.author_id)
        if post.has_media:
            await self.library.release(tx, post.id)
        tx.publish(
            PostDeleted(
                post_id=post.id,
                author_id=post.author_id,
                reply_to=post.reply_to,
                reply_to_author_id=post.reply_to_author_id,
                retweet_of=post.retweet_of,
                is_retweet=post.is_retweet,
            )
        )
        tx.forget("card", post.id)
        tx.forget("user:posts", post.author_id)

    @repeatable
    async def retweet(self, viewer: Viewer, post_id: int, key: IdempotencyKey | None = None) -> tuple[int, int]:
        """Retweet a post, or the original of a retweet; return the original's id and its retweets with this one.

        Raises:
            NotFound: there is no such post.
            Forbidden: a block stands between its author and the viewer.
        """
        original = await self.original(viewer, post_id)
        async with self.db.transaction(viewer.id) as tx:
            earlier = await self.idempotency.resource(tx, key)
            if earlier is not None:
                return earlier, (await self.counts(tx, earlier)).retweets
            retweets = (await self.counts(tx, original.id)).retweets
            new = await self.store.retweet_id(tx, viewer.id, original.id) is None
            if new:
                retweet = PostRow(
                    id=0,
                    author_id=viewer.id,
                    conversation_id=0,
                    retweet_of=original.id,
                    is_retweet=True,
                )
                retweet_id = await self._insert(tx, retweet, [])
                await self.store.insert_retweet(tx, viewer.id, original.id, retweet_id)
                tx.forget("retweeted", viewer.id)
            await self.idempotency.keep(tx, key, original.id, self.clock.now())
        return original.id, retweets + new

    @repeatable
    async def unretweet(self, viewer: Viewer, post_id: int) -> tuple[int, int]:
        """Take back a retweet; return the original's id and its retweets without this one.

        Raises:
            NotFound: there is no such post.
        """
        post = await self._existing(post_id)
        original_id = post.retweet_of if post.is_retweet and post.retweet_of else post.id
        async with self.db.transaction(viewer.id) as tx:
            retweets = (await self.counts(tx, original_id)).retweets
            retweet_id = await self.store.retweet_id(tx, viewer.id, original_id)
            if retweet_id is not None:
                await self.remove(tx, (await self.store.by_ids(tx, [retweet_id]))[retweet_id])
                retweets -= 1
        return original_id, max(0, retweets)

    async def original(self, viewer: Viewer | None, post_id: int) -> PostRow:
        """Return a post that the viewer may see, or in the place of a retweet its original.

        Raises:
            NotFound: there is no such post.
            Forbidden: a block stands between its author and the viewer.
        """
        post = await self._existing(post_id)
        if post.is_retweet and post.retweet_of:
            post = await self._existing(post.retweet_of)
        author = await self.accounts.get(post.author_id)
        await self.graph.check_not_blocked(viewer, author)
        return post

    async def retweeters(self, post_id: int, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (retweet id, account id) of who retweeted a post, newest first."""
        return await self.store.retweeters(self.db.read, post_id, before, limit)

    async def counts(self, reader: Reader, post_id: int) -> Counts:
        """Return the counts of a post as far as its events have been handled."""
        return (await self.store.counts(reader, [post_id])).get(post_id, Counts())

    async def add_counts(self, tx: Transaction, column: str, deltas: Mapping[int, int]) -> None:
        """Add to `likes`, `retweets` or `replies` of many posts."""
        await self.store.add_counts(tx, column, deltas)
        tx.forget("card", *deltas)

    async def recents(self, author_ids: Sequence[int]) -> list[Recent]:
        """Return the newest posts of each author."""
        known: list[Recent] = await self.cache.fetch("user:posts", author_ids, self._load_recents)
        return known

    def wanted_recents(self, author_id: int) -> Wanted:
        """Return where the cache has the newest posts of an author, as `Recent`."""
        return "user:posts", author_id, self._load_recents

    def of_author(self, author: Account, *, replies: bool, media: bool = False) -> Skeleton:
        """Return the skeleton of an author's posts, newest first; without replies unless these are asked for.

        With `media`, it is that of all posts that show pictures.
        """
        query = self.store.newest_of_author if replies else self.store.newest_originals_of_author
        if media:
            query = self.store.newest_with_media_of_author
        return partial(query, self.db.read, author.id)

    async def public(self, before: int, limit: int) -> list[int]:
        """Return the ids of posts and quotes of all that are no replies, newest first: the skeleton of a page."""
        return await self.store.newest_public(self.db.read, before, limit)

    def with_tag(self, tag: str) -> Skeleton:
        """Return the skeleton of the posts with a hashtag, newest first.

        Raises:
            Malformed: no text can have such a hashtag.
        """
        return partial(self.store.newest_with_tag, self.db.read, read_tag(tag))

    async def remove_all_of(self, author_id: int) -> None:
        """Remove what an account that is gone has written, in steps."""
        while post_ids := await self.store.newest_of_author(self.db.read, author_id, MAX_ID, _STEP):
            async with self.db.transaction() as tx:
                for post in (await self.store.by_ids(tx, post_ids)).values():
                    await self.remove(tx, post)

    async def remove_retweets_of(self, post_id: int) -> None:
        """Remove the retweets of a post that is gone, in steps."""
        while retweet_ids := await self.store.retweet_ids(self.db.read, post_id, _STEP):
            async with self.db.transaction() as tx:
                for post in (await self.store.by_ids(tx, retweet_ids)).values():
                    await self.remove(tx, post)

    async def _load_recents(self, author_ids: list[int]) -> dict[int, Recent]:
        found = {}
        for author_id in author_ids:
            newest = await self.store.newest_of_author(self.db.read, author_id, MAX_ID, _RECENT)
            floor = newest[-1] - 1 if len(newest) == _RECENT else 0
            found[author_id] = Recent(floor, array("Q", reversed(newest)))
        return found

    async def _insert(self, tx: Transaction, post: PostRow, mentioned: Sequence[int]) -> int:
        """Give a post its id, here inside the transaction, so that ids grow in the order of commits, and keep it."""
        while True:
            post_id = self.ids.new(post.author_id)
            root = post.conversation_id or post_id
            post = msgspec.structs.replace(post, id=post_id)
            if await self.store.insert(tx, msgspec.structs.replace(post, conversation_id=root)):
                break
        tx.publish(
            PostPublished(
                post_id=post.id,
                author_id=post.author_id,
                reply_to=post.reply_to,
                reply_to_author_id=post.reply_to_author_id,
                retweet_of=post.retweet_of,
                is_retweet=post.is_retweet,
                conversation_id=root,
                mentioned_ids=tuple(mentioned),
            )
        )
        tx.forget("user:posts", post.author_id)
        return post.id

    async def _entities(self, text: str) -> tuple[list[Entity], list[int]]:
        """Return what is marked in a text, and who is mentioned; a mention of nobody is plain text."""
        entities = find_entities(text)
        names = {entity.value.lower() for entity in entities if entity.type == "mention"}
        known = await self.accounts.mentioned(sorted(names))
        return resolve_mentions(entities, known)

    async def _target(self, viewer: Viewer, post_id: int | None) -> PostRow | None:
        return None if post_id is None else await self.original(viewer, post_id)

    async def _existing(self, post_id: int) -> PostRow:
        post = (await self.store.by_ids(self.db.read, [post_id])).get(post_id)
        if post is None or post.deleted:
            raise NotFound("There is no such post.")
        return post
