"""What follows from likes: counts, and the end of what deleted posts and accounts were part of."""

from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass

from chirrup.accounts import AccountDeleted
from chirrup.engagement.events import PostLiked, PostUnliked
from chirrup.engagement.service import Engagement
from chirrup.platform.events import Event
from chirrup.platform.ports import Batch, Subscription
from chirrup.platform.tracing import caused_by
from chirrup.posts import PostDeleted, Posts

COUNT = "engagement.count"
COUNTED = (PostLiked, PostUnliked)


def changes(event: Event) -> Iterator[tuple[str, int, int]]:
    """Yield ("likes", post id, change) for an event of COUNTED."""
    assert isinstance(event, PostLiked | PostUnliked)
    yield "likes", event.post_id, 1 if isinstance(event, PostLiked) else -1


@dataclass(frozen=True, slots=True)
class EngagementHandlers:
    """The reactions of engagement."""

    engagement: Engagement
    posts: Posts

    async def count(self, batch: Batch) -> None:
        """Add up likes and their ends."""
        likes: Tally[int] = Tally()
        for delivery in batch.deliveries:
            for _, post_id, change in changes(delivery.event):
                likes[post_id] += change
        async with batch.transaction() as tx:
            await self.posts.add_counts(tx, "likes", likes)

    async def clean_up(self, batch: Batch) -> None:
        """Remove the likes of deleted posts and those by deleted accounts."""
        for delivery in batch.deliveries:
            with caused_by(delivery):
                match delivery.event:
                    case PostDeleted(is_retweet=False, post_id=post_id):
                        await self.engagement.forget_post(post_id)
                    case AccountDeleted(account_id=account_id):
                        await self.engagement.forget_account(account_id)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [
            Subscription(COUNT, COUNTED, self.count),
            Subscription("engagement.clean_up", [PostDeleted, AccountDeleted], self.clean_up),
        ]
