"""What follows from posts: counts, and the end of what a deleted account or original leaves behind."""

from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass

from chirrup.accounts import AccountDeleted, Accounts, Counter
from chirrup.platform.events import Event
from chirrup.platform.ports import Batch, Subscription
from chirrup.platform.tracing import caused_by
from chirrup.posts.events import PostDeleted, PostPublished
from chirrup.posts.service import Posts

COUNT = "posts.count"
COUNTED = (PostPublished, PostDeleted)


def changes(event: Event) -> Iterator[tuple[str, int, int]]:
    """Yield (what is counted, account or post id, change) for each count that an event of COUNTED changes."""
    assert isinstance(event, PostPublished | PostDeleted)
    change = 1 if isinstance(event, PostPublished) else -1
    if event.is_retweet and event.retweet_of is not None:
        yield "retweets", event.retweet_of, change
        return
    yield "posts_count", event.author_id, change
    if event.reply_to is not None:
        yield "replies", event.reply_to, change


@dataclass(frozen=True, slots=True)
class PostHandlers:
    """The reactions of posts."""

    posts: Posts
    accounts: Accounts

    async def count(self, batch: Batch) -> None:
        """Add up posts, replies and retweets, and their ends."""
        tallies: dict[str, Tally[int]] = {"posts_count": Tally(), "replies": Tally(), "retweets": Tally()}
        for delivery in batch.deliveries:
            for counted, key, change in changes(delivery.event):
                tallies[counted][key] += change
        async with batch.transaction() as tx:
            await self.accounts.add_counts(tx, Counter.POSTS, tallies["posts_count"])
            for column in ("replies", "retweets"):
                await self.posts.add_counts(tx, column, tallies[column])

    async def clean_up(self, batch: Batch) -> None:
        """Remove what deleted accounts wrote and the retweets of deleted posts."""
        for delivery in batch.deliveries:
            with caused_by(delivery):
                match delivery.event:
                    case AccountDeleted(account_id=account_id):
                        await self.posts.remove_all_of(account_id)
                    case PostDeleted(is_retweet=False, post_id=post_id):
                        await self.posts.remove_retweets_of(post_id)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [
            Subscription(COUNT, COUNTED, self.count),
            Subscription("posts.clean_up", [AccountDeleted, PostDeleted], self.clean_up),
        ]
