"""What follows from follows: counts, and the end of what a deleted account was part of."""

from collections import Counter as Tally
from dataclasses import dataclass

from chirrup.accounts import AccountDeleted, Accounts, Counter
from chirrup.graph.events import FollowCreated, FollowEnded
from chirrup.graph.service import Graph
from chirrup.platform.ports import Batch, Subscription


@dataclass(frozen=True, slots=True)
class GraphHandlers:
    """The reactions of the graph."""

    graph: Graph
    accounts: Accounts

    async def count(self, batch: Batch) -> None:
        """Add up follows and their ends."""
        followers: Tally[int] = Tally()
        following: Tally[int] = Tally()
        for delivery in batch.deliveries:
            event = delivery.event
            assert isinstance(event, FollowCreated | FollowEnded)
            change = 1 if isinstance(event, FollowCreated) else -1
            followers[event.followee_id] += change
            following[event.follower_id] += change
        async with batch.transaction() as tx:
            await self.accounts.add_counts(tx, Counter.FOLLOWERS, followers)
            await self.accounts.add_counts(tx, Counter.FOLLOWING, following)

    async def forget_accounts(self, batch: Batch) -> None:
        """Remove what deleted accounts were part of."""
        for delivery in batch.deliveries:
            await self.graph.forget(delivery.event.key)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [
            Subscription("graph.count", [FollowCreated, FollowEnded], self.count),
            Subscription("graph.forget_accounts", [AccountDeleted], self.forget_accounts),
        ]
