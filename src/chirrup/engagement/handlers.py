"""What follows from likes: counts, and the end of what deleted posts and accounts were part of."""

from collections import Counter as Tally
from dataclasses import dataclass

from chirrup.accounts import AccountDeleted
from chirrup.engagement.events import PostLiked, PostUnliked
from chirrup.engagement.service import Engagement
from chirrup.platform.ports import Batch, Subscription
from chirrup.posts import PostDeleted, Posts


@dataclass(frozen=True, slots=True)
class EngagementHandlers:
    """The reactions of engagement."""

    engagement: Engagement
    posts: Posts

    async def count(self, batch: Batch) -> None:
        """Add up likes and their ends."""
        likes: Tally[int] = Tally()
        for delivery in batch.deliveries:
            event = delivery.event
            assert isinstance(event, PostLiked | PostUnliked)
            likes[event.post_id] += 1 if isinstance(event, PostLiked) else -1
        async with batch.transaction() as tx:
            await self.posts.add_counts(tx, "likes", likes)

    async def clean_up(self, batch: Batch) -> None:
        """Remove the likes of deleted posts and those by deleted accounts."""
        for delivery in batch.deliveries:
            match delivery.event:
                case PostDeleted(is_retweet=False, post_id=post_id):
                    await self.engagement.forget_post(post_id)
                case AccountDeleted(account_id=account_id):
                    await self.engagement.forget_account(account_id)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [
            Subscription("engagement.count", [PostLiked, PostUnliked], self.count),
            Subscription("engagement.clean_up", [PostDeleted, AccountDeleted], self.clean_up),
        ]
