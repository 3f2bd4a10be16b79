"""From a batch of events to what has to be looked up: each post, follow and group once, however often events tell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from chirrup.engagement import PostLiked, PostUnliked
from chirrup.graph import FollowCreated, FollowEnded
from chirrup.notifications.models import Kind
from chirrup.platform.events import Event
from chirrup.posts import PostDeleted, PostPublished


@dataclass(slots=True)
class Touched:
    """What events were about; whether it is so still, the tables tell."""

    posts: dict[Kind, set[int]] = field(default_factory=lambda: {"like": set(), "retweet": set()})
    """Posts that were liked or retweeted, or are no longer."""
    undone: dict[Kind, set[int]] = field(default_factory=lambda: {"like": set(), "retweet": set()})
    """Those of them that are no longer."""
    follows: set[tuple[int, int]] = field(default_factory=set)
    """(follower, followee)."""
    unfollowed: set[tuple[int, int]] = field(default_factory=set)
    """(followee, follow that has ended)."""
    published: dict[int, PostPublished] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)

    def quoted(self) -> list[int]:
        """Return the posts that the published ones quote."""
        return sorted({post.retweet_of for post in self.published.values() if post.retweet_of})


def gather(events: Iterable[Event]) -> Touched:
    """Return what events were about."""
    touched = Touched()
    for event in events:
        match event:
            case PostLiked(post_id=post_id):
                touched.posts["like"].add(post_id)
            case PostUnliked(post_id=post_id):
                touched.posts["like"].add(post_id)
                touched.undone["like"].add(post_id)
            case PostPublished(is_retweet=True, retweet_of=int(post_id)):
                touched.posts["retweet"].add(post_id)
            case PostDeleted(is_retweet=True, retweet_of=int(post_id)):
                touched.posts["retweet"].add(post_id)
                touched.undone["retweet"].add(post_id)
            case PostPublished():
                touched.published[event.post_id] = event
            case PostDeleted():
                touched.deleted.add(event.post_id)
            case FollowCreated():
                touched.follows.add((event.follower_id, event.followee_id))
            case FollowEnded(follow_id=follow_id) if follow_id:
                touched.unfollowed.add((event.followee_id, follow_id))
    return touched


def recipients(post: PostPublished, quoted_author_id: int | None) -> Iterator[tuple[int, Kind]]:
    """Yield whom a post concerns, and how; each once, by what is closest."""
    seen = {post.author_id}
    candidates: list[tuple[int | None, Kind]] = [(post.reply_to_author_id, "reply"), (quoted_author_id, "quote")]
    candidates += [(account_id, "mention") for account_id in post.mentioned_ids]
    for account_id, kind in candidates:
        if account_id is not None and account_id not in seen:
            seen.add(account_id)
            yield account_id, kind
