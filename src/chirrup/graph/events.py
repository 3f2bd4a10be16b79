"""What happens between two accounts."""

from chirrup.platform.events import Event


class FollowEvent(Event, frozen=True, kw_only=True):
    """Something that happened to one follow."""

    family = "graph"

    follower_id: int
    followee_id: int

    @property
    def key(self) -> int:
        """Events of one follower stay in order."""
        return self.follower_id


class FollowCreated(FollowEvent, frozen=True, kw_only=True):
    """One account follows another from now on."""


class FollowEnded(FollowEvent, frozen=True, kw_only=True):
    """One account follows another no longer."""

    follow_id: int = 0
    """The follow that has ended; 0 in events of versions that did not tell."""


class BlockEvent(Event, frozen=True, kw_only=True):
    """Something that happened to one block."""

    family = "graph"

    blocker_id: int
    blocked_id: int

    @property
    def key(self) -> int:
        """Events of one blocker stay in order."""
        return self.blocker_id


class BlockCreated(BlockEvent, frozen=True, kw_only=True):
    """One account has blocked another; follows between them have ended."""


class BlockEnded(BlockEvent, frozen=True, kw_only=True):
    """One account has unblocked another."""


EVENTS = (FollowCreated, FollowEnded, BlockCreated, BlockEnded)
