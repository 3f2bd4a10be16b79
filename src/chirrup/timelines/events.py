"""The steps of long work over followers; each is a message of its own, so that others get their turn in between."""

from chirrup.platform.events import Event
from chirrup.platform.ids import MAX_ID


class FollowerStep(Event, frozen=True, kw_only=True):
    """The next chunk of an author's followers: those whose follow has an id above `after`."""

    family = "timelines"

    author_id: int
    after: int

    @property
    def key(self) -> int:
        """Steps of one author stay in order."""
        return self.author_id


class FanOutStep(FollowerStep, frozen=True, kw_only=True):
    """Push a post to the next followers of a lane, which ends at the follow `until`."""

    post_id: int
    until: int = MAX_ID
    lane: int = 0

    @property
    def key(self) -> int:
        """Steps of one lane stay in order; lanes of one author lie in different parts of the log."""
        return self.author_id + self.lane


class DrainStep(FollowerStep, frozen=True, kw_only=True):
    """Push to the next followers what an author published while being pulled."""

    drain: int
    """Tells this way back from others of the same author; ids of events grow."""


class PullReviewed(Event, frozen=True, kw_only=True):
    """Look whether an author still has to be pulled; in the family of posts, to take its turn among the author's."""

    family = "posts"

    author_id: int

    @property
    def key(self) -> int:
        """The author."""
        return self.author_id


EVENTS = (FanOutStep, DrainStep, PullReviewed)
