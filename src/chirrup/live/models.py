"""What processes say to each other, and how a connection ends."""

from enum import IntEnum

import msgspec

CONNECTION_QUEUE = 512
"""How many events may wait for one connection before it is cut off."""
CATCH_UP = 200
"""How many home entries a connection is caught up with; with more, the client is told to reload."""
KNOWN = 100
"""How many of its newest entries a client may name."""
WATCHED = 100
"""How many posts a client may have on the screen."""


class Close(IntEnum):
    """Why the server closes a WebSocket (RFC 6455, section 7.4; those from 4000 are Chirrup's own)."""

    FAULT = 1011
    RESTART = 1012
    TRY_AGAIN = 1013
    BINARY = 1003
    MALFORMED = 4400
    NOT_AUTHENTICATED = 4401
    FORBIDDEN = 4403
    SILENT = 4408
    TOO_MANY = 4429
    TOO_SLOW = 4499


class Ended(Exception):  # noqa: N818 - an end is no failure of the program
    """The server ends a connection; the text is a sentence for the client."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Signal(msgspec.Struct, frozen=True, tag_field="is"):
    """A message on a channel."""


class Published(Signal, frozen=True, tag="published"):
    """On an author's channel: there is a post."""

    post_id: int


class Deleted(Signal, frozen=True, tag="deleted"):
    """On the channels of an author and of the post: the post is gone."""

    post_id: int


class Counted(Signal, frozen=True, tag="counted"):
    """On a post's channel: its counts change about now."""

    post_id: int


class Noticed(Signal, frozen=True, tag="noticed"):
    """On a viewer's channel: there is something to read in a notification."""

    notification_id: int


class Related(Signal, frozen=True, tag="related"):
    """On a viewer's channel: follows or blocks have changed."""


class LoggedOut(Signal, frozen=True, tag="logged-out"):
    """On a viewer's channel: a session has ended."""

    session_id: int


class Banned(Signal, frozen=True, tag="banned"):
    """On a viewer's channel: the account takes part no longer."""


class Vanished(Signal, frozen=True, tag="vanished"):
    """On an author's channel: nothing of the author is shown any more."""


AnySignal = Published | Deleted | Counted | Noticed | Related | LoggedOut | Banned | Vanished


def author_channel(account_id: int) -> str:
    """Return where it is told what an account publishes and deletes."""
    return f"author:{account_id}"


def viewer_channel(account_id: int) -> str:
    """Return where it is told what concerns an account itself."""
    return f"viewer:{account_id}"


def post_channel(post_id: int) -> str:
    """Return where it is told what changes on a post."""
    return f"post:{post_id}"
