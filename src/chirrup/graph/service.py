"""What one account can do to another."""

from collections.abc import Sequence
from dataclasses import dataclass

from chirrup.accounts import Account, Accounts, Viewer
from chirrup.graph.events import BlockCreated, BlockEnded, FollowCreated, FollowEnded
from chirrup.graph.models import NO_RELATIONS, Relations, Ties
from chirrup.graph.store import GraphStore
from chirrup.platform.clock import Clock
from chirrup.platform.errors import Forbidden, RuleBroken
from chirrup.platform.idempotency import IdempotencyKey, IdempotencyStore
from chirrup.platform.ids import IdGenerator
from chirrup.platform.ports import Cache, Database, Transaction, Wanted
from chirrup.platform.repeating import repeatable


@dataclass(frozen=True, slots=True)
class Graph:
    """The verbs of the graph."""

    db: Database
    store: GraphStore
    accounts: Accounts
    idempotency: IdempotencyStore
    ids: IdGenerator
    clock: Clock
    cache: Cache

    @repeatable
    async def follow(self, follower_id: int, followee_id: int, key: IdempotencyKey | None = None) -> bool:
        """Make one account follow another, and return whether that is new.

        Raises:
            RuleBroken: an account cannot follow itself.
            Forbidden: one of the two blocks the other.
        """
        if follower_id == followee_id:
            raise RuleBroken("You cannot follow yourself.")
        async with self.db.transaction(follower_id, followee_id) as tx:
            if await self.idempotency.resource(tx, key) is not None:
                return False
            if await self.store.is_blocked(tx, follower_id, followee_id):
                raise Forbidden("You cannot follow this account.")
            new = await self.store.insert_follow(tx, self.ids.new(follower_id), follower_id, followee_id)
            if new:
                tx.publish(FollowCreated(follower_id=follower_id, followee_id=followee_id))
                tx.forget("relations", follower_id)
            await self.idempotency.keep(tx, key, followee_id, self.clock.now())
        return new

    @repeatable
    async def unfollow(self, follower_id: int, followee_id: int) -> bool:
        """End a follow, and return whether there was one."""
        async with self.db.transaction() as tx:
            return await self._end_follow(tx, follower_id, followee_id)

    @repeatable
    async def block(self, blocker_id: int, blocked_id: int) -> None:
        """Cut the follows between two accounts, both ways, and hide them from each other.

        Raises:
            RuleBroken: an account cannot block itself.
        """
        if blocker_id == blocked_id:
            raise RuleBroken("You cannot block yourself.")
        async with self.db.transaction(blocker_id, blocked_id) as tx:
            if await self.store.insert_block(tx, blocker_id, blocked_id):
                await self._end_follow(tx, blocker_id, blocked_id)
                await self._end_follow(tx, blocked_id, blocker_id)
                tx.publish(BlockCreated(blocker_id=blocker_id, blocked_id=blocked_id))
                tx.forget("relations", blocker_id, blocked_id)

    @repeatable
    async def unblock(self, blocker_id: int, blocked_id: int) -> None:
        """End a block, if there is one; the follows stay cut."""
        async with self.db.transaction() as tx:
            if await self.store.delete_block(tx, blocker_id, blocked_id):
                tx.publish(BlockEnded(blocker_id=blocker_id, blocked_id=blocked_id))
                tx.forget("relations", blocker_id, blocked_id)

    @repeatable
    async def mute(self, muter_id: int, muted_id: int) -> None:
        """Leave an account out of the muter's timelines, without telling it.

        Raises:
            RuleBroken: an account cannot mute itself.
        """
        if muter_id == muted_id:
            raise RuleBroken("You cannot mute yourself.")
        async with self.db.transaction() as tx:
            await self.store.insert_mute(tx, muter_id, muted_id)
            tx.forget("relations", muter_id)

    @repeatable
    async def unmute(self, muter_id: int, muted_id: int) -> None:
        """End a mute, if there is one."""
        async with self.db.transaction() as tx:
            await self.store.delete_mute(tx, muter_id, muted_id)
            tx.forget("relations", muter_id)

    async def relations(self, viewer: Viewer | None) -> Relations:
        """Return how the viewer stands to all others; a visitor stands to none."""
        if viewer is None:
            return NO_RELATIONS
        known: Relations = await self.cache.fetch_one(*self.wanted_relations(viewer.id))
        return known

    def wanted_relations(self, account_id: int) -> Wanted:
        """Return where the cache has `Relations`, for who asks for more at the same time."""
        return "relations", account_id, self._load_relations

    async def ties(self, viewer: Viewer, account_ids: Sequence[int]) -> dict[int, Ties]:
        """Return how the viewer and each of the accounts stand to each other."""
        return await self.store.ties(self.db.read, viewer.id, account_ids)

    async def check_not_blocked(self, viewer: Viewer | None, account: Account) -> None:
        """Refuse what a block hides.

        Raises:
            Forbidden: one of the two blocks the other.
        """
        if account.id in (await self.relations(viewer)).blocked:
            raise Forbidden(f"You and @{account.username} do not see each other's posts.")

    async def followers(self, account: Account, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (follow id, follower id), newest first."""
        return await self.store.followers(self.db.read, account.id, before, limit)

    async def following(self, account: Account, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (follow id, followee id), newest first."""
        return await self.store.following(self.db.read, account.id, before, limit)

    async def forget(self, account_id: int) -> None:
        """Remove all that ties an account that is gone to others, in steps."""
        while follows := await self.store.some_follows(self.db.read, account_id, 500):
            async with self.db.transaction() as tx:
                for follower_id, followee_id in follows:
                    await self._end_follow(tx, follower_id, followee_id)
        async with self.db.transaction() as tx:
            await self.store.delete_blocks_and_mutes(tx, account_id)

    async def _load_relations(self, account_ids: list[int]) -> dict[int, Relations]:
        return {key: await self.store.relations(self.db.read, key) for key in account_ids}

    async def _end_follow(self, tx: Transaction, follower_id: int, followee_id: int) -> bool:
        follow_id = await self.store.delete_follow(tx, follower_id, followee_id)
        if follow_id is not None:
            tx.publish(FollowEnded(follower_id=follower_id, followee_id=followee_id, follow_id=follow_id))
            tx.forget("relations", follower_id)
        return follow_id is not None
