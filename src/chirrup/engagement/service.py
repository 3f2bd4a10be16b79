"""What can be done to a post."""

from dataclasses import dataclass

from chirrup.accounts import Account, Viewer
from chirrup.engagement.events import PostLiked, PostUnliked
from chirrup.engagement.store import LikeStore
from chirrup.platform.ids import MAX_ID, IdGenerator
from chirrup.platform.ports import Database, Transaction
from chirrup.platform.repeating import repeatable
from chirrup.platform.steps import in_steps
from chirrup.posts import Posts

_STEP = 500


@dataclass(frozen=True, slots=True)
class Engagement:
    """The verbs of engagement; what is done to a retweet is done to its original."""

    db: Database
    store: LikeStore
    posts: Posts
    ids: IdGenerator

    @repeatable
    async def like(self, viewer: Viewer, post_id: int) -> tuple[int, int]:
        """Like a post; return the original's id and its likes with this one.

        Raises:
            NotFound: there is no such post.
            Forbidden: a block stands between its author and the viewer.
        """
        post = await self.posts.original(viewer, post_id)
        async with self.db.transaction() as tx:
            likes = (await self.posts.counts(tx, post.id)).likes
            if await self.store.insert(tx, self.ids.new(viewer.id), viewer.id, post.id):
                tx.publish(PostLiked(post_id=post.id, account_id=viewer.id))
                tx.forget("liked", viewer.id)
                likes += 1
        return post.id, likes

    @repeatable
    async def unlike(self, viewer: Viewer, post_id: int) -> tuple[int, int]:
        """Take back a like; return the original's id and its likes without this one.

        Raises:
            NotFound: there is no such post.
            Forbidden: a block stands between its author and the viewer.
        """
        post = await self.posts.original(viewer, post_id)
        async with self.db.transaction() as tx:
            likes = (await self.posts.counts(tx, post.id)).likes
            likes -= await self._end_like(tx, viewer.id, post.id)
        return post.id, max(0, likes)

    async def likers(self, viewer: Viewer | None, post_id: int, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (like id, account id) of who likes a post, newest first.

        Raises:
            NotFound: there is no such post.
            Forbidden: a block stands between its author and the viewer.
        """
        post = await self.posts.original(viewer, post_id)
        return await self.store.likers(self.db.read, post.id, before, limit)

    async def retweeters(self, viewer: Viewer | None, post_id: int, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (retweet id, account id) of who retweeted a post, newest first.

        Raises:
            NotFound: there is no such post.
            Forbidden: a block stands between its author and the viewer.
        """
        post = await self.posts.original(viewer, post_id)
        return await self.posts.retweeters(post.id, before, limit)

    async def liked_by(self, account: Account, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (like id, post id) of what an account likes, last liked first."""
        return await self.store.liked_by(self.db.read, account.id, before, limit)

    async def forget_post(self, post_id: int) -> None:
        """Remove the likes of a post that is gone, in steps."""
        await in_steps(self.db, _STEP, lambda tx: self.store.forget_post(tx, post_id, _STEP))

    async def forget_account(self, account_id: int) -> None:
        """Take back the likes of an account that is gone, in steps."""
        while likes := await self.store.liked_by(self.db.read, account_id, MAX_ID, _STEP):
            async with self.db.transaction() as tx:
                for _, post_id in likes:
                    await self._end_like(tx, account_id, post_id)

    async def _end_like(self, tx: Transaction, account_id: int, post_id: int) -> bool:
        ended = await self.store.delete(tx, account_id, post_id)
        if ended:
            tx.publish(PostUnliked(post_id=post_id, account_id=account_id))
            tx.forget("liked", account_id)
        return ended
