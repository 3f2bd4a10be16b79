"""What follows from posts: uses of their hashtags and links, and the end of these."""

from dataclasses import dataclass

from chirrup.platform.ports import Batch, Subscription
from chirrup.posts import PostDeleted, PostPublished
from chirrup.trends.counting import Counting

COUNT = "trends.count"


@dataclass(frozen=True, slots=True)
class TrendHandlers:
    """The reactions of trends."""

    counting: Counting

    async def count(self, batch: Batch) -> None:
        """Bring the uses up to date with posts that events tell of, by what these posts are now."""
        events = [delivery.event for delivery in batch.deliveries]
        touched = {
            event.post_id for event in events if isinstance(event, PostPublished | PostDeleted) and not event.is_retweet
        }
        uses, gone = await self.counting.uses(touched) if touched else ([], [])
        async with batch.transaction() as tx:
            await self.counting.take(tx, uses, gone)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [Subscription(COUNT, [PostPublished, PostDeleted], self.count)]
