"""What follows for the index from what happens to posts and accounts.

An event only says what to look at: the index is given what the database holds by then. So it does not matter how often
an event comes.
"""

from dataclasses import dataclass

from chirrup.accounts import AccountBanned, AccountDeleted, AccountRegistered, AccountUnbanned, ProfileChanged
from chirrup.graph import FollowCreated, FollowEnded
from chirrup.platform.ports import Batch, Subscription
from chirrup.posts import PostDeleted, PostPublished
from chirrup.search.indexing import Indexing


@dataclass(frozen=True, slots=True)
class SearchHandlers:
    """The reactions of search."""

    indexing: Indexing

    async def index_posts(self, batch: Batch) -> None:
        """Have new posts be found, and deleted ones no more."""
        events = [delivery.event for delivery in batch.deliveries]
        await self.indexing.refresh_posts(
            event.post_id for event in events if isinstance(event, PostPublished | PostDeleted) and not event.is_retweet
        )

    async def index_people(self, batch: Batch) -> None:
        """Have people be found under their present names, and those who are gone, with what they wrote, no more."""
        for delivery in batch.deliveries:
            match delivery.event:
                case AccountBanned(account_id=author_id) | AccountUnbanned(account_id=author_id):
                    await self.indexing.refresh_posts_of(author_id)
        await self.indexing.refresh_people(
            delivery.event.account_id
            for delivery in batch.deliveries
            if isinstance(
                delivery.event, AccountRegistered | ProfileChanged | AccountBanned | AccountUnbanned | AccountDeleted
            )
        )

    async def order_people(self, batch: Batch) -> None:
        """Have those who are followed more come first."""
        await self.indexing.refresh_weights(
            delivery.event.followee_id
            for delivery in batch.deliveries
            if isinstance(delivery.event, FollowCreated | FollowEnded)
        )

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [
            Subscription("search.posts", [PostPublished, PostDeleted], self.index_posts),
            Subscription(
                "search.people",
                [AccountRegistered, ProfileChanged, AccountBanned, AccountUnbanned, AccountDeleted],
                self.index_people,
            ),
            Subscription("search.order", [FollowCreated, FollowEnded], self.order_people),
        ]
