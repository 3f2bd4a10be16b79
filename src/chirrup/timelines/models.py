"""What is known of a fan-out."""

import msgspec


class StepTaken(msgspec.Struct, frozen=True):
    """One step of a fan-out: a post and the followers whose follow lies in (`after`, `upto`]."""

    post_id: int
    after: int
    upto: int
    visited: int | None
    """How many followers those were; None where the post was left to be merged at read."""
    reached: int | None
    """How many of them had a timeline to push to."""
    taken_at: int
    """Milliseconds since the Unix epoch."""


class Pulled(msgspec.Struct, frozen=True):
    """An author whose posts are merged at read."""

    since: int
    """Posts below this id have been pushed."""
    draining: int
    """The number of the way back to being pushed, 0 before it begins."""
