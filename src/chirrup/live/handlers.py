"""What is handed on to connected viewers, once it is committed: each event becomes messages on a few channels."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from chirrup.accounts import AccountBanned, AccountDeleted, SessionEnded
from chirrup.engagement import PostLiked, PostUnliked
from chirrup.graph import BlockCreated, BlockEnded, FollowCreated, FollowEnded
from chirrup.live import models
from chirrup.notifications import Notified
from chirrup.platform.clock import Clock
from chirrup.platform.events import Event
from chirrup.platform.ports import Batch, LiveChannel, Subscription
from chirrup.posts import PostDeleted, PostPublished

STALE_MS = 900_000
"""Older events, such as a new consumer finds in the log, are not handed on: pages show what came of them."""

HANDED_ON = (
    PostPublished, PostDeleted, PostLiked, PostUnliked, FollowCreated, FollowEnded, BlockCreated, BlockEnded,
    SessionEnded, AccountBanned, AccountDeleted, Notified,
)  # fmt: skip
_Message = tuple[str, models.Signal]


@dataclass(frozen=True, slots=True)
class LiveHandlers:
    """The reactions of live updates. What is said twice is told once, so a batch may be handled again."""

    channel: LiveChannel
    clock: Clock

    async def hand_on(self, batch: Batch) -> None:
        """Publish what the events of a batch mean to whom; what is long past is no news to anybody."""
        oldest = self.clock.now() - STALE_MS
        messages = dict.fromkeys(
            message
            for delivery in batch.deliveries
            if delivery.published_at >= oldest
            for message in messages_of(delivery.event)
        )
        await self.channel.publish([(channel, msgspec.json.encode(signal)) for channel, signal in messages])

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to: all in one, since handing on is short work for each."""
        return [Subscription("live.hand_on", HANDED_ON, self.hand_on)]


def messages_of(event: Event) -> Iterator[_Message]:
    """Yield (channel, message) for each place where somebody may want to know of an event."""
    match event:
        case PostPublished(post_id=post_id, author_id=author_id):
            yield models.author_channel(author_id), models.Published(post_id)
            yield from _counted(event)
        case PostDeleted(post_id=post_id, author_id=author_id):
            yield models.author_channel(author_id), models.Deleted(post_id)
            yield models.post_channel(post_id), models.Deleted(post_id)
            yield from _counted(event)
        case PostLiked(post_id=post_id) | PostUnliked(post_id=post_id):
            yield models.post_channel(post_id), models.Counted(post_id)
        case FollowCreated(follower_id=viewer_id) | FollowEnded(follower_id=viewer_id):
            yield models.viewer_channel(viewer_id), models.Related()
        case BlockCreated(blocker_id=one, blocked_id=other) | BlockEnded(blocker_id=one, blocked_id=other):
            yield models.viewer_channel(one), models.Related()
            yield models.viewer_channel(other), models.Related()
        case SessionEnded(account_id=account_id, session_id=session_id):
            yield models.viewer_channel(account_id), models.LoggedOut(session_id)
        case AccountBanned(account_id=account_id) | AccountDeleted(account_id=account_id):
            yield models.viewer_channel(account_id), models.Banned()
            yield models.author_channel(account_id), models.Vanished()
        case Notified(recipient_id=recipient_id, notification_id=notification_id):
            yield models.viewer_channel(recipient_id), models.Noticed(notification_id)


def _counted(event: PostPublished | PostDeleted) -> Iterator[_Message]:
    """Yield the posts whose counts change with a reply or a retweet."""
    for post_id in (event.reply_to, event.retweet_of if event.is_retweet else None):
        if post_id is not None:
            yield models.post_channel(post_id), models.Counted(post_id)
