"""The steps of long work over followers; each is a message of its own, so that others get their turn in between."""

from chirrup.platform.events import Event


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
    """Push a post to the next followers."""

    post_id: int


class DrainStep(FollowerStep, frozen=True, kw_only=True):
    """Drop the timelines of the next followers of an author whose posts are pushed again."""

    drain: int
    """Tells this way back from others of the same author; ids of events grow."""


EVENTS = (FanOutStep, DrainStep)
