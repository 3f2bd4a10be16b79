"""Accounts and the rules that they obey."""

from enum import StrEnum
from typing import Literal, get_args

import msgspec
import regex

from chirrup.platform.errors import RuleBroken

Role = Literal["member", "moderator", "admin"]
"""What an account may do, each more than the one before."""

USERNAME = regex.compile(r"[A-Za-z0-9_]{1,30}")
EMAIL = regex.compile(r"[^@\s\p{C}]{1,64}@[^@\s\p{C}]+\.[^@\s\p{C}.]+")
DISPLAY_NAME_LENGTH = 50
BIO_LENGTH = 500
RESERVED = frozenset(
    "about account accounts admin administrator api assets auth chirrup contact deleted discover docs explore"
    " favicon feed followers following hashtags health help home instance legal live login logout me media metrics"
    " moderator moderators notifications official privacy register robots root search security settings signup"
    " static status support system terms trends user users web well_known".split()
)
_GRAPHEME = regex.compile(r"\X")
_CONTROL = regex.compile(r"[\p{Cc}\p{Cs}--[\n]]", regex.VERSION1)


class Status(StrEnum):
    """Whether an account takes part."""

    ACTIVE = "active"
    BANNED = "banned"
    DELETED = "deleted"


class Counter(StrEnum):
    """What is counted of an account."""

    FOLLOWERS = "followers_count"
    FOLLOWING = "following_count"
    POSTS = "posts_count"


class Viewer(msgspec.Struct, frozen=True):
    """Who is asking, by a valid token of a living session."""

    id: int
    session_id: int


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as the database has it."""

    id: int
    username: str
    email: str | None
    display_name: str
    bio: str
    avatar_url: str | None
    banner_url: str | None
    role: Role
    status: Status
    verified: bool
    is_bot: bool
    followers_count: int
    following_count: int
    posts_count: int

    def is_at_least(self, role: Role) -> bool:
        """Return whether an account that takes part has a role or a higher one."""
        ranks = get_args(Role)
        return self.status is Status.ACTIVE and ranks.index(self.role) >= ranks.index(role)


class Summary(msgspec.Struct, frozen=True):
    """What stands beside each post of an account: its JSON, made once."""

    id: int
    username: str
    visible: bool
    json: bytes


def grapheme_count(text: str) -> int:
    """Return the number of user-perceived characters: extended grapheme clusters (Unicode UAX 29)."""
    return len(_GRAPHEME.findall(text))


def has_control_characters(text: str) -> bool:
    """Return whether a text holds characters that cannot be shown; line feeds can."""
    return _CONTROL.search(text) is not None


def check_username(username: str) -> None:
    """Refuse a username that the rules exclude.

    Raises:
        RuleBroken: it has other characters or another length than allowed, or is reserved.
    """
    if not USERNAME.fullmatch(username):
        raise RuleBroken("A username has 1 to 30 of the characters A-Z, a-z, 0-9 and _.", field="username")
    if username.lower() in RESERVED:
        raise RuleBroken("This username is reserved.", field="username")


def check_email(email: str) -> None:
    """Refuse what cannot be an e-mail address.

    Raises:
        RuleBroken: it has no local part, no domain, or is too long.
    """
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise RuleBroken("This is not an e-mail address.", field="email")


def check_line(text: str, field: str, length: int) -> None:
    """Refuse a profile text that is too long or cannot be shown.

    Raises:
        RuleBroken: it has more user-perceived characters than `length`, or control characters.
    """
    if grapheme_count(text) > length:
        raise RuleBroken(f"At most {length} characters.", field=field)
    if has_control_characters(text):
        raise RuleBroken("Control characters are not allowed.", field=field)
