"""What people do to posts."""

from chirrup.platform.events import Event


class LikeEvent(Event, frozen=True, kw_only=True):
    """Something that happened to one like."""

    family = "engagement"

    post_id: int
    account_id: int

    @property
    def key(self) -> int:
        """Events of one post stay in order."""
        return self.post_id


class PostLiked(LikeEvent, frozen=True, kw_only=True):
    """An account likes a post."""


class PostUnliked(LikeEvent, frozen=True, kw_only=True):
    """An account likes a post no longer."""


EVENTS = (PostLiked, PostUnliked)
