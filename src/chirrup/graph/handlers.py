"""What follows from follows: counts, and the end of what a deleted account was part of."""

from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass

from chirrup.accounts import AccountDeleted, Accounts, Counter
from chirrup.graph.events import FollowCreated, FollowEnded
from chirrup.graph.service import Graph
from chirrup.platform.events import Event
from chirrup.platform.ports import Batch, Subscription
from chirrup.platform.tracing import caused_by

COUNT = "graph.count"
COUNTED = (FollowCreated, FollowEnded)


def changes(event: Event) -> Iterator[tuple[Counter, int, int]]:
    """Yield (counter, account id, change) for each count that an event of COUNTED changes."""
    assert isinstance(event, FollowCreated | FollowEnded)
    change = 1 if isinstance(event, FollowCreated) else -1
    yield Counter.FOLLOWERS, event.followee_id, change
    yield Counter.FOLLOWING, event.follower_id, change


@dataclass(frozen=True, slots=True)
class GraphHandlers:
    """The reactions of the graph."""

    graph: Graph
    accounts: Accounts

    async def count(self, batch: Batch) -> None:
        """Add up follows and their ends."""
        tallies: dict[Counter, Tally[int]] = {Counter.FOLLOWERS: Tally(), Counter.FOLLOWING: Tally()}
        for delivery in batch.deliveries:
            for counter, account_id, change in changes(delivery.event):
                tallies[counter][account_id] += change
        async with batch.transaction() as tx:
            for counter, deltas in tallies.items():
                await self.accounts.add_counts(tx, counter, deltas)

    async def forget_accounts(self, batch: Batch) -> None:
        """Remove what deleted accounts were part of."""
        for delivery in batch.deliveries:
            with caused_by(delivery):
                await self.graph.forget(delivery.event.key)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [
            Subscription(COUNT, COUNTED, self.count),
            Subscription("graph.forget_accounts", [AccountDeleted], self.forget_accounts),
        ]
