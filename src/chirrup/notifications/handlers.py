"""What follows from what people do: notifications, and the end of those of deleted accounts."""

from dataclasses import dataclass

from chirrup.accounts import AccountDeleted
from chirrup.engagement import PostLiked, PostUnliked
from chirrup.graph import FollowCreated, FollowEnded
from chirrup.notifications.gathering import gather
from chirrup.notifications.service import Notifications
from chirrup.platform.ports import Batch, Subscription
from chirrup.platform.tracing import caused_by
from chirrup.posts import PostDeleted, PostPublished

NOTIFY = "notifications.notify"
NOTIFYING = (PostLiked, PostUnliked, PostPublished, PostDeleted, FollowCreated, FollowEnded)


@dataclass(frozen=True, slots=True)
class NotificationHandlers:
    """The reactions of notifications."""

    notifications: Notifications

    async def notify(self, batch: Batch) -> None:
        """Tell whom it concerns; one transaction for all that a batch touches."""
        touched = gather(delivery.event for delivery in batch.deliveries)
        async with batch.transaction() as tx:
            await self.notifications.take(tx, touched)

    async def forget_accounts(self, batch: Batch) -> None:
        """Remove what deleted accounts were told."""
        for delivery in batch.deliveries:
            with caused_by(delivery):
                await self.notifications.forget_account(delivery.event.key)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [
            Subscription(NOTIFY, NOTIFYING, self.notify),
            Subscription("notifications.forget_accounts", [AccountDeleted], self.forget_accounts),
        ]
