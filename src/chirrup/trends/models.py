"""What trends, and what that is told from."""

import msgspec

HOUR = 3_600_000
"""Milliseconds."""
ALL = ""
"""Stands for all languages together; in a use, for none that is known."""
LONGEST_SUBJECT = 300


class Use(msgspec.Struct, frozen=True):
    """One hashtag or link in one post."""

    subject: str
    """`#` and a hashtag in its common form, or a link without its scheme."""
    post_id: int
    author_id: int
    lang: str


class Candidate(msgspec.Struct, frozen=True):
    """A subject that may trend: how many accounts used it in the window, and no less than what they weigh together."""

    lang: str
    subject: str
    authors: int
    most: float


class Author(msgspec.Struct, frozen=True):
    """An account's first and newest post with a subject in the window."""

    account_id: int
    first: int
    newest: int


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """A subject that trends, and why."""

    subject: str
    name: str
    """The hashtag as most spell it, or the address."""
    authors: int
    observed: float
    expected: float
    score: float
    since: int
    post_ids: tuple[int, ...]
    """Of accounts that weigh most, one each."""


class Ranking(msgspec.Struct, frozen=True):
    """What trends in one language or in all, highest score first."""

    ranked_at: int
    trends: tuple[Trend, ...]


class Term(msgspec.Struct, frozen=True):
    """What a moderator keeps from trending."""

    id: int
    term: str
    moderator_id: int
    """0 is the operator, by the command line."""


def is_hashtag(subject: str) -> bool:
    """Return whether a subject is a hashtag, and not a link."""
    return subject.startswith("#")


def key_of(lang: str) -> int:
    """Return the number that a language has in caches."""
    return int.from_bytes(lang.encode())
