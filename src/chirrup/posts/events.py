"""What happens to posts."""

from chirrup.platform.events import Event


class PostEvent(Event, frozen=True, kw_only=True):
    """Something that happened to one post; a retweet is a post of its own."""

    family = "posts"

    post_id: int
    author_id: int
    reply_to: int | None = None
    reply_to_author_id: int | None = None
    retweet_of: int | None = None
    is_retweet: bool = False

    @property
    def key(self) -> int:
        """Events of one author stay in order."""
        return self.author_id


class PostPublished(PostEvent, frozen=True, kw_only=True):
    """A post is there."""

    conversation_id: int
    mentioned_ids: tuple[int, ...] = ()


class PostDeleted(PostEvent, frozen=True, kw_only=True):
    """A post is gone."""


EVENTS = (PostPublished, PostDeleted)
