"""Posts as the program handles them."""

from array import array
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from chirrup.accounts import Summary
from chirrup.platform.ids import MAX_ID
from chirrup.posts.text import Entity


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to publish."""

    text: str
    reply_to: int | None = None
    quote_of: int | None = None
    attachments: tuple[int, ...] = ()


class PostRow(msgspec.Struct, frozen=True, kw_only=True):
    """A post as the database has it."""

    id: int
    author_id: int
    text: str = ""
    entities: list[Entity] = []
    reply_to: int | None = None
    reply_to_author_id: int | None = None
    conversation_id: int
    retweet_of: int | None = None
    is_retweet: bool = False
    deleted: bool = False
    has_media: bool = False


class Card(msgspec.Struct, frozen=True):
    """A post ready to be shown: what a list needs to decide about it, and its JSON but for what differs by viewer.

    The author's JSON goes between `head` and `body`, the viewer's flags and the original after `body`.
    """

    id: int
    author_id: int
    reply_to_author_id: int | None
    retweet_of: int | None
    is_retweet: bool
    head: bytes
    body: bytes
    faces: dict[int, tuple[Summary, bytes]] = msgspec.field(default_factory=dict)
    """Its whole JSON by the viewer's flags, as long as the author looks the same."""


Skeleton = Callable[[int, int], Awaitable[Sequence[int]]]
"""Returns the next ids of a list behind one of them, up to so many; none at its end."""


class Recent(msgspec.Struct, frozen=True):
    """The newest post ids of one author, ascending and complete above `floor`."""

    floor: int
    ids: array  # type: ignore[type-arg]  # caches read the type, and at run time it has no parameter


class Known(msgspec.Struct, frozen=True):
    """Posts that one account has done something to: complete above `floor`, unknown at and below it."""

    floor: int = MAX_ID
    ids: frozenset[int] = frozenset()
