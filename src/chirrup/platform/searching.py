"""What search asks an engine for, and what it puts into one."""

import struct
from typing import NamedTuple

import msgspec

from chirrup.platform.ids import MAX_ID
from chirrup.platform.words import Phrase

CANDIDATES = 10_000
"""How many of the newest posts that fit are ranked by relevance."""
HALF_LIFE = 30 * 86_400_000
"""The age, in milliseconds, at which a post counts half as much as a new one that fits as well."""
EVENNESS = 10
"""How many words of a post cost it nothing: one of two words is hardly better than one of five."""


class PostDocument(msgspec.Struct, frozen=True):
    """A post as an engine keeps it; the words begin with those of its text and end with its marks."""

    id: int
    words: tuple[str, ...]
    size: int
    """How many words its text has."""
    tags: tuple[str, ...] = ()


class PersonDocument(msgspec.Struct, frozen=True):
    """An account as an engine keeps it."""

    id: int
    username: str
    """In lower case."""
    words: tuple[str, ...]
    weight: int
    """Who has more of it comes first."""


class PostSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Posts with an id in [`since`, `before`) that have all of some phrases, at least one, and none of others."""

    required: tuple[Phrase, ...]
    excluded: tuple[Phrase, ...] = ()
    since: int = 0
    before: int = MAX_ID


class Hit(NamedTuple):
    """Something found, and how well it fits: lists by fitness go from high to low, by id where it is the same."""

    score: float
    id: int


class TagCount(NamedTuple):
    """A hashtag, folded and without its sign, and how many posts have it."""

    tag: str
    posts: int


def tag_mark(tag: str) -> str:
    """Return the word that stands for a folded hashtag; no word of a text has such a sign."""
    return f"#{tag}"


def mark(kind: str, value: object) -> str:
    """Return the word that stands for something other than text that a post has."""
    return f"{kind}:{value}"


def pack_position(now: int, hit: Hit) -> bytes:
    """Return a place in a list by fitness that was begun at a moment."""
    return struct.pack(">qdq", now, hit.score, hit.id)


def unpack_position(packed: bytes) -> tuple[int, Hit]:
    """Return the moment and the place.

    Raises:
        ValueError: these bytes are none.
    """
    try:
        now, score, identifier = struct.unpack(">qdq", packed)
    except struct.error as error:
        raise ValueError("no position") from error
    if not (0 <= now <= MAX_ID >> 22 and 0 <= score <= MAX_ID and 0 < identifier <= MAX_ID):
        raise ValueError("no position")
    return now, Hit(score, identifier)
