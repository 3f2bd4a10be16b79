"""What follows from the end of an account."""

from dataclasses import dataclass

from chirrup.accounts import AccountDeleted
from chirrup.media.service import MediaLibrary
from chirrup.platform.ports import Batch, Subscription
from chirrup.platform.tracing import caused_by


@dataclass(frozen=True, slots=True)
class MediaHandlers:
    """The reactions of media."""

    library: MediaLibrary

    async def forget_accounts(self, batch: Batch) -> None:
        """Delete what deleted accounts have uploaded."""
        for delivery in batch.deliveries:
            with caused_by(delivery):
                await self.library.forget(delivery.event.key)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [Subscription("media.forget_accounts", [AccountDeleted], self.forget_accounts)]
