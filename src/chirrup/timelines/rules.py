"""Why a post has its place in a home timeline or has none, and by which way it comes there: what reading goes by."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from chirrup.accounts import Account
from chirrup.accounts.models import Status
from chirrup.graph.models import Ties
from chirrup.platform.clock import rfc3339
from chirrup.platform.ids import time_of
from chirrup.posts.models import PostRow
from chirrup.timelines.models import Pulled, StepTaken

Rule = Literal["post", "author", "follow", "block", "mute", "reply", "original"]
Way = Literal["own", "pushed", "stored", "pulled", "database", "rebuilt", "on its way", "missing"]
"""How a post that has its place comes to a page; the last two do not come there."""
SHOWN: frozenset[Way] = frozenset(("own", "pushed", "stored", "pulled", "database", "rebuilt"))

_STRANGERS = Ties(following=False, followed_by=False, blocking=False, blocked_by=False, muting=False)


class Check(msgspec.Struct, frozen=True):
    """One of the things that decide, and what is so."""

    rule: Rule
    passes: bool
    detail: str
    """What is so, as a part of a sentence."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides whether a viewer may find a post at home, as the database has it."""

    viewer: Account
    post: PostRow
    author: Account
    follow_id: int | None
    """The viewer's follow of the author."""
    ties: dict[int, Ties]
    """How the viewer stands to the author, to whom the post answers, and to the author of what it retweets."""
    target: Account | None = None
    """Whom it answers."""
    original: PostRow | None = None
    original_author: Account | None = None

    @property
    def own(self) -> bool:
        """Whether the viewer has written it."""
        return self.author.id == self.viewer.id

    def to(self, account_id: int) -> Ties:
        """Return how the viewer stands to an account."""
        return self.ties.get(account_id, _STRANGERS)


class Moment(msgspec.Struct, frozen=True):
    """A step on a post's way."""

    step: Literal["written", "logged", "followed", "fan-out"]
    at: int | None
    """When it was taken, in milliseconds since the Unix epoch; None where that is not known."""
    late: int | None
    """Milliseconds since the post was written."""
    detail: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a post is in a home timeline, and why."""

    viewer: Account
    author: Account
    post_id: int
    shown: bool
    """What the page itself says."""
    agrees: bool
    """Whether the page and the reasons say the same; else something changes just now, or is at fault."""
    way: Way | None
    """None where a rule keeps it out."""
    because: str
    """What decides, as a sentence without its full stop."""
    checks: list[Check]
    moments: list[Moment]


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page would find a post."""

    stored: bool
    """Whether the viewer has a stored timeline."""
    void: bool
    """Whether it was built from other follows than there are now."""
    held: bool
    """Whether it holds the post."""
    step: StepTaken | None
    """The step of the fan-out that visited the viewer, if that is known."""
    below: bool
    """Whether the post is below what all that is kept in memory is complete for."""
    pulled: Pulled | None
    """Since when the author's posts are merged at read, if they are."""
    recent: bool
    """Whether the post is among the author's recent ones."""
    under_way: bool
    """Whether the fan-out has not handled all of it yet."""


def way_of(facts: Facts, sources: Sources) -> tuple[Way, str]:
    """Return by which way a post that passes all checks comes to a page, and what is so."""
    viewer, author, pulled = facts.viewer.username, facts.author.username, sources.pulled
    current = sources.stored and not sources.void
    ways: list[tuple[bool, Way, str]] = [
        (facts.own, "own", "one's own posts are merged at every read"),
        (current and sources.below, "database", f"pages below what {viewer}'s timeline holds come from the database"),
        (current and sources.held, *_held(viewer, sources.step)),
        (pulled is not None and sources.recent, "pulled", _pulled(author, pulled)),
        (not sources.stored, "rebuilt", f"{viewer} has not read lately, so this read builds the timeline"),
        (sources.void, "rebuilt", f"{viewer}'s follows have changed, so this read builds the timeline anew"),
        (sources.under_way, "on its way", f"the fan-out has not reached {viewer} yet"),
    ]
    fault = f"{viewer}'s stored timeline lacks it, a fault that `chirrup check timelines` can repair"
    return next(((way, because) for applies, way, because in ways if applies), ("missing", fault))


def _held(viewer: str, step: StepTaken | None) -> tuple[Way, str]:
    if step is None:
        return "stored", f"{viewer}'s stored timeline holds it, by a push or since it was built"
    if not step.reached:
        return "stored", f"{viewer} had no timeline when the fan-out came by, and has built one since that holds it"
    return "pushed", f"{viewer}'s stored timeline holds it"


def _pulled(author: str, pulled: Pulled | None) -> str:
    if pulled is None:
        return ""
    since = f" since {rfc3339(time_of(pulled.since))}" if pulled.since else ""
    again = ", until the way back to pushing them is complete" if pulled.draining else ""
    return f"{author}'s posts{since} are merged at read instead of pushed{again}"


def checks(facts: Facts) -> list[Check]:
    """Return what decides, in this order; the post has its place where all pass."""
    return [
        _post(facts.post),
        _author(facts.author),
        *([_own(facts)] if facts.own else _between(facts)),
        *_reply(facts),
        *_original(facts),
    ]


def _post(post: PostRow) -> Check:
    return Check("post", not post.deleted, "the post has been deleted" if post.deleted else "the post is there")


def _author(author: Account) -> Check:
    name = author.username
    return Check("author", author.status is Status.ACTIVE, _standing(author) or f"{name} takes part")


def _own(facts: Facts) -> Check:
    return Check("follow", passes=True, detail=f"it is {facts.viewer.username}'s own")


def _between(facts: Facts) -> Iterator[Check]:
    viewer, author = facts.viewer.username, facts.author.username
    if facts.follow_id is None:
        yield Check("follow", passes=False, detail=f"{viewer} does not follow {author}")
    else:
        since = rfc3339(time_of(facts.follow_id))
        yield Check("follow", passes=True, detail=f"{viewer} has followed {author} since {since}")
    block = _block(facts, facts.author)
    yield Check("block", block is None, block or f"neither of {viewer} and {author} blocks the other")
    muting = facts.to(facts.author.id).muting
    yield Check("mute", not muting, f"{viewer} mutes {author}" if muting else f"{viewer} does not mute {author}")


def _reply(facts: Facts) -> Iterator[Check]:
    target_id = facts.post.reply_to_author_id
    if target_id is None or facts.own:
        return
    viewer, author = facts.viewer.username, facts.author.username
    target = facts.target.username if facts.target else "somebody who has gone"
    if target_id == facts.viewer.id:
        yield Check("reply", passes=True, detail=f"it answers {viewer}")
    elif target_id == facts.author.id:
        yield Check("reply", passes=True, detail=f"{author} answers a post of {author}'s own")
    elif facts.to(target_id).following:
        yield Check("reply", passes=True, detail=f"it answers {target}, whom {viewer} follows")
    else:
        yield Check("reply", passes=False, detail=f"it answers {target}, whom {viewer} does not follow")


def _original(facts: Facts) -> Iterator[Check]:
    if not facts.post.is_retweet or facts.post.retweet_of is None:
        return
    viewer, original, author = facts.viewer.username, facts.original, facts.original_author
    if original is None or original.deleted or author is None:
        yield Check("original", passes=False, detail="what it retweets has been deleted")
        return
    gone, block = _standing(author), _block(facts, author)
    muting = facts.to(author.id).muting and not facts.own
    wrong = gone or block or (f"{viewer} mutes {author.username}" if muting else None)
    if wrong:
        yield Check("original", passes=False, detail=f"it retweets {author.username}, and {wrong}")
    else:
        yield Check("original", passes=True, detail=f"what it retweets, by {author.username}, is there")


def _standing(account: Account) -> str | None:
    """Return what keeps an account from being seen."""
    match account.status:
        case Status.BANNED:
            return f"{account.username} is banned"
        case Status.DELETED:
            return f"{account.username} has deleted the account"
    return None


def _block(facts: Facts, other: Account) -> str | None:
    ties = facts.to(other.id)
    if ties.blocking:
        return f"{facts.viewer.username} blocks {other.username}"
    return f"{other.username} blocks {facts.viewer.username}" if ties.blocked_by else None


def verdict(explanation: Explanation) -> str:
    """Return what an explanation comes to, in one sentence."""
    viewer, author = explanation.viewer.username, explanation.author.username
    start = f"{viewer} {'sees' if explanation.shown else 'does not see'} post {explanation.post_id} by {author}"
    ways: dict[Way, str] = {
        "own": "it is one's own", "pushed": "it was pushed", "stored": "it is in the stored timeline",
        "pulled": "it is merged at read",
        "database": "it comes from the database", "rebuilt": "the timeline was built for this read",
        "on its way": "it is on its way", "missing": "the stored timeline lacks it",
    }  # fmt: skip
    if not explanation.agrees:
        return f"{start}, though the reasons say otherwise: something changes just now, or is at fault."
    return f"{start}: {explanation.because if explanation.way is None else ways[explanation.way]}."
