"""A query as the program handles it: the tree that the language is parsed into."""

from typing import Literal

import msgspec

Attached = Literal["media", "links"]


class Text(msgspec.Struct, frozen=True, tag=True):
    """A word, or words one after another."""

    text: str


class Tag(msgspec.Struct, frozen=True, tag=True):
    """A hashtag, without its sign."""

    tag: str


class Author(msgspec.Struct, frozen=True, tag=True):
    """Who wrote it."""

    username: str


class Addressee(msgspec.Struct, frozen=True, tag=True):
    """Whom it answers or mentions."""

    username: str


class Has(msgspec.Struct, frozen=True, tag=True):
    """What is in it beside text."""

    what: Attached


class Language(msgspec.Struct, frozen=True, tag=True):
    """What it is written in: an ISO 639 code."""

    code: str


Condition = Text | Tag | Author | Addressee | Has | Language


class Term(msgspec.Struct, frozen=True):
    """What a post must have, or must not."""

    condition: Condition
    negated: bool = False


class Query(msgspec.Struct, frozen=True):
    """Posts with all of the terms, written in [`since`, `until`), in milliseconds since the Unix epoch."""

    terms: tuple[Term, ...]
    since: int | None = None
    until: int | None = None

    def names_author(self) -> bool:
        """Return whether somebody's posts are asked for."""
        return any(isinstance(term.condition, Author) and not term.negated for term in self.terms)
