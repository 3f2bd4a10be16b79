"""Notifications as the program handles them."""

from typing import Literal, get_args

import msgspec

from chirrup.platform.ids import compose, time_of

Kind = Literal["follow", "like", "retweet", "reply", "mention", "quote"]
"""What somebody did."""

KINDS: tuple[Kind, ...] = get_args(Kind)
GROUPED: tuple[Kind, ...] = ("like", "retweet", "follow")
"""What many may do, and one notification tells of all: likes and retweets by post, follows by day."""

DAY = 86_400_000
DAY_OF_IDS = DAY << 22
"""How far the first ids of two days in a row are apart."""


def day_of(identifier: int) -> int:
    """Return the first id of the day, in UTC, that an id is of."""
    return compose(time_of(identifier) // DAY * DAY, 0, 0)


class Place(msgspec.Struct, frozen=True, order=True):
    """What one notification is about; there is one at most for each place.

    The subject is a post, or for follows the first id of a day. Those who change several go in this order.
    """

    subject_id: int
    recipient_id: int
    kind: Kind


class Cause(msgspec.Struct, frozen=True):
    """The newest of what a notification tells of, each by the id of its follow, like, retweet or post."""

    newest: int
    shown: int | None
    """The newest by somebody whom the recipient sees, if there is one."""


class Group(msgspec.Struct, frozen=True):
    """A notification as the database has it."""

    id: int
    kind: Kind
    subject_id: int
    latest: int
    """The newest cause, whoever's; 0 when all are undone. Notifications are listed by it."""
    read_id: int
    """The newest cause when it was last read."""


class Preference(msgspec.Struct, frozen=True):
    """What an account wants of one kind of notification."""

    shown: bool = True
    pushed: bool = True


class PutOff(msgspec.Struct, frozen=True):
    """A notification that a device could not be told of, and is to be told of later."""

    session_id: int
    notification_id: int
    recipient_id: int
    attempts: int
    """How often it was tried."""


class Actors(msgspec.Struct, frozen=True):
    """Who did something, newest first, as far as they are named, and how many did."""

    newest: int
    """The newest cause."""
    ids: list[int]
    count: int
