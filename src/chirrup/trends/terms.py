"""What moderators keep from trending."""

import re
from collections.abc import Iterable

from chirrup.platform.errors import RuleBroken
from chirrup.posts.text import read_tag
from chirrup.trends.models import LONGEST_SUBJECT, is_hashtag
from chirrup.trends.subjects import link_of

_ANY = "*"
_LINK = re.compile(r"([^/?:\s]+)(?::\d+)?(\S*)")


def read_term(text: str) -> str:
    """Return a term in the form in which subjects are compared with it.

    `#tag` or `tag` is a hashtag, with `*` at its end all that begin so. A text with a dot or a slash is a host with
    those below it, or what begins with a path there.

    Raises:
        Malformed, RuleBroken: it is neither.
    """
    text = text.strip()
    if is_hashtag(text) or not ("." in text or "/" in text):
        return f"#{read_tag(text.removesuffix(_ANY))}{_ANY if text.endswith(_ANY) else ''}"
    term = link_of(text if "://" in text else f"https://{text}")
    if not term or len(term) > LONGEST_SUBJECT or not term.isprintable() or not _LINK.fullmatch(term):
        raise RuleBroken("A term is a hashtag, the beginning of one and *, or a host.", field="term")
    return term


def is_blocked(subject: str, terms: Iterable[str]) -> bool:
    """Return whether one of the terms keeps a subject from trending."""
    return any(_covers(term, subject) for term in terms)


def _covers(term: str, subject: str) -> bool:
    if is_hashtag(term):
        return subject.startswith(term[:-1]) if term.endswith(_ANY) else subject == term
    blocked, shown = _LINK.fullmatch(term), _LINK.fullmatch(subject)
    if is_hashtag(subject) or blocked is None or shown is None:
        return False
    if shown[1] != blocked[1] and not shown[1].endswith(f".{blocked[1]}"):
        return False
    return not blocked[2] or shown[2] == blocked[2] or shown[2].startswith((blocked[2] + "/", blocked[2] + "?"))
