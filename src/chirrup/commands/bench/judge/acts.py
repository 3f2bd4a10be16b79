"""What can happen in a history, as plain data.

People are named by the order in which they joined, posts by a key of their author's choice. An act about somebody who
is not there, or about a post that was never published, does nothing: so a history keeps its sense when acts are left
out of it.
"""

from pathlib import Path

import msgspec

from chirrup.platform.errors import StartRefused

BIRDS = ("wren", "robin", "jay", "owl", "lark", "rook", "kite", "swift")
"""Those who are there from the beginning."""
REDELIVERED = ("timelines", "posts.clean_up", "engagement.clean_up", "graph.forget_accounts")
"""Consumers, or slices with all of theirs, whose events may be handled twice: these write what is there already."""


def _tag(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="act", tag=_tag):
    """Something that is done, or that befalls the application."""


class Post(Act, frozen=True, kw_only=True):
    """Each of the authors publishes a post, all within a millisecond; the first has this key, the next the next."""

    key: int
    authors: tuple[int, ...]


class Reply(Act, frozen=True, kw_only=True):
    """Answer a post."""

    key: int
    author: int
    post: int


class Quote(Act, frozen=True, kw_only=True):
    """Quote a post."""

    key: int
    author: int
    post: int


class Retweet(Act, frozen=True, kw_only=True):
    """Retweet a post."""

    key: int
    author: int
    post: int


class Unretweet(Act, frozen=True, kw_only=True):
    """Take a retweet back."""

    author: int
    post: int


class Delete(Act, frozen=True, kw_only=True):
    """Have its author delete a post."""

    post: int


class Follow(Act, frozen=True, kw_only=True):
    """Each first follows the second."""

    pairs: tuple[tuple[int, int], ...]


class Unfollow(Act, frozen=True, kw_only=True):
    """Each first follows the second no longer."""

    pairs: tuple[tuple[int, int], ...]


class Block(Act, frozen=True, kw_only=True):
    """Block somebody."""

    one: int
    other: int


class Unblock(Act, frozen=True, kw_only=True):
    """Block somebody no longer."""

    one: int
    other: int


class Mute(Act, frozen=True, kw_only=True):
    """Mute somebody."""

    one: int
    other: int


class Unmute(Act, frozen=True, kw_only=True):
    """Mute somebody no longer."""

    one: int
    other: int


class Ban(Act, frozen=True, kw_only=True):
    """Shut somebody out."""

    one: int


class Unban(Act, frozen=True, kw_only=True):
    """Let somebody in again."""

    one: int


class Leave(Act, frozen=True, kw_only=True):
    """Delete one's account."""

    one: int


class Join(Act, frozen=True, kw_only=True):
    """Make a new account."""


class Pass(Act, frozen=True, kw_only=True):
    """Let time pass; it may run backwards."""

    milliseconds: int


class Read(Act, frozen=True, kw_only=True):
    """Read a timeline page by page; between the pages these authors post, in turn, with keys from `key` on."""

    viewer: int
    limits: tuple[int, ...]
    key: int = 0
    authors: tuple[int, ...] = ()


class AtOnce(Act, frozen=True, kw_only=True):
    """Publish, follow, unfollow and read, all at the same time."""

    key: int
    authors: tuple[int, ...]
    viewers: tuple[int, ...]
    follows: tuple[tuple[int, int], ...] = ()
    unfollows: tuple[tuple[int, int], ...] = ()
    limit: int = 5


class Settle(Act, frozen=True, kw_only=True):
    """Wait until all events are handled."""


class Compare(Act, frozen=True, kw_only=True):
    """Wait until all events are handled, and compare all pages of everybody, downwards and upwards."""

    limits: tuple[int, ...]


class Audit(Act, frozen=True, kw_only=True):
    """Have the server compare all stored timelines with its database, once all events are handled."""


class Review(Act, frozen=True, kw_only=True):
    """Have the periodic job look for authors who need not be merged at read any longer."""


class Fault(Act, frozen=True, kw_only=True):
    """What befalls the application."""


class Drop(Fault, frozen=True, kw_only=True):
    """Timelines vanish."""

    owners: tuple[int, ...]


class Forget(Fault, frozen=True, kw_only=True):
    """All that is cached vanishes, timelines stay."""


class Flush(Fault, frozen=True, kw_only=True):
    """All that is not in the database vanishes: Redis is flushed."""


class Idle(Fault, frozen=True, kw_only=True):
    """Nobody reads for so long that timelines may be forgotten."""


class Kill(Fault, frozen=True, kw_only=True):
    """Redis ends; of the embedded profile nothing does."""


class Revive(Fault, frozen=True, kw_only=True):
    """Redis is there again, empty."""


class Restart(Fault, frozen=True, kw_only=True):
    """A process ends, wherever its handlers are, and starts."""

    process: int = 0


class Stop(Fault, frozen=True, kw_only=True):
    """A process ends, unless it is the last."""

    process: int = 0


class Start(Fault, frozen=True, kw_only=True):
    """A process that has ended starts."""

    process: int = 0


class Sleep(Fault, frozen=True, kw_only=True):
    """The handlers of all processes go on for some turns of the event loop, and stop where they are then."""

    steps: int = 0


class Wake(Fault, frozen=True, kw_only=True):
    """The handlers go on."""


class Crash(Fault, frozen=True, kw_only=True):
    """The handlers of a process work for a moment and are stopped in the middle; then they begin anew.

    `steps` is the moment: turns of the event loop.
    """

    steps: int
    process: int = 0


class Redeliver(Fault, frozen=True, kw_only=True):
    """The last events reach consumers once more."""

    consumer: str
    events: int


AnyAct = (
    Post | Reply | Quote | Retweet | Unretweet | Delete | Follow | Unfollow | Block | Unblock | Mute | Unmute | Ban
    | Unban | Leave | Join | Pass | Read | AtOnce | Settle | Compare | Audit | Review | Drop | Forget | Flush | Idle
    | Kill | Revive | Restart | Stop | Start | Sleep | Wake | Crash | Redeliver
)  # fmt: skip


class History(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Acts in their order, and what they once showed."""

    about: str = ""
    wide: bool = False
    """Which limits it needs."""
    acts: tuple[AnyAct, ...]


def read_history(file: Path) -> History:
    """Return what a file holds.

    Raises:
        StartRefused: it is not a history.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=History)
    except (msgspec.DecodeError, OSError) as error:
        raise StartRefused(f"{file} is not a history: {error}.") from error


def written(history: History) -> str:
    """Return a history as the text of a file, an act a line."""
    lines = ",\n".join(f"    {msgspec.json.encode(act).decode()}" for act in history.acts)
    head = f'  "about": {msgspec.json.encode(history.about).decode()},\n'
    head += '  "wide": true,\n' if history.wide else ""
    return f'{{\n{head}  "acts": [\n{lines}\n  ]\n}}\n'
