"""What follows from posts: counts, and the end of what a deleted account or original leaves behind."""

from collections import Counter as Tally
from dataclasses import dataclass

from chirrup.accounts import AccountDeleted, Accounts, Counter
from chirrup.platform.ports import Batch, Subscription
from chirrup.posts.events import PostDeleted, PostPublished
from chirrup.posts.service import Posts


@dataclass(frozen=True, slots=True)
class PostHandlers:
    """The reactions of posts."""

    posts: Posts
    accounts: Accounts

    async def count(self, batch: Batch) -> None:
        """Add up posts, replies and retweets, and their ends."""
        written: Tally[int] = Tally()
        replies: Tally[int] = Tally()
        retweets: Tally[int] = Tally()
        for delivery in batch.deliveries:
            event = delivery.event
            assert isinstance(event, PostPublished | PostDeleted)
            change = 1 if isinstance(event, PostPublished) else -1
            if event.is_retweet and event.retweet_of is not None:
                retweets[event.retweet_of] += change
                continue
            written[event.author_id] += change
            if event.reply_to is not None:
                replies[event.reply_to] += change
        async with batch.transaction() as tx:
            await self.accounts.add_counts(tx, Counter.POSTS, written)
            await self.posts.add_counts(tx, "replies", replies)
            await self.posts.add_counts(tx, "retweets", retweets)

    async def clean_up(self, batch: Batch) -> None:
        """Remove what deleted accounts wrote and the retweets of deleted posts."""
        for delivery in batch.deliveries:
            match delivery.event:
                case AccountDeleted(account_id=account_id):
                    await self.posts.remove_all_of(account_id)
                case PostDeleted(is_retweet=False, post_id=post_id):
                    await self.posts.remove_retweets_of(post_id)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [
            Subscription("posts.count", [PostPublished, PostDeleted], self.count),
            Subscription("posts.clean_up", [AccountDeleted, PostDeleted], self.clean_up),
        ]
