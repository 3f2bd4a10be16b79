"""Bodies of the notifications API."""

from typing import Annotated

from msgspec import Meta

from chirrup.accounts.schemas import UserSummary
from chirrup.notifications.models import KINDS, Kind, Preference
from chirrup.notifications.reading import MOST_UNREAD, NAMED
from chirrup.platform.http.schemas import Answer, Body, Count, Id, Timestamp
from chirrup.posts.schemas import Post


class Notification(Answer, frozen=True, kw_only=True):
    """What others did: to one post, or on one day; likes and retweets of a post, and follows of a day, are one."""

    id: Id
    type: Kind
    created_at: Annotated[Timestamp, Meta(description="When the newest of it was done.")]
    is_read: bool
    actors: Annotated[list[UserSummary], Meta(max_length=NAMED, description="The newest of those who did it.")]
    actors_count: Annotated[Count, Meta(description="How many did it.")]
    post: Annotated[
        Post | None,
        Meta(description="The post that was liked or retweeted, or the one that answers, mentions or quotes."),
    ]


class UnreadCount(Answer, frozen=True, kw_only=True):
    """In how many notifications there is something to read."""

    count: Annotated[int, Meta(ge=0, le=MOST_UNREAD, description=f"{MOST_UNREAD} stands for that many or more.")]


class KindPreference(Body, frozen=True, kw_only=True):
    """What to do with one type of notification."""

    shown: Annotated[bool, Meta(description="List and count it.")]
    pushed: Annotated[bool, Meta(description="Push it to devices that have subscribed.")]


class NewPreferences(Body, frozen=True, kw_only=True):
    """What to do with some types of notification; the others stay as they are."""

    follow: KindPreference | None = None
    like: KindPreference | None = None
    retweet: KindPreference | None = None
    reply: KindPreference | None = None
    mention: KindPreference | None = None
    quote: KindPreference | None = None

    def chosen(self) -> dict[Kind, Preference]:
        """Return what is to change."""
        given = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: Preference(one.shown, one.pushed) for kind, one in given.items() if one is not None}


class Preferences(Answer, frozen=True, kw_only=True):
    """What is done with each type of notification."""

    follow: KindPreference
    like: KindPreference
    retweet: KindPreference
    reply: KindPreference
    mention: KindPreference
    quote: KindPreference


def preferences_answer(chosen: dict[Kind, Preference]) -> Preferences:
    """Return preferences as their answer."""
    return Preferences(**{kind: KindPreference(shown=one.shown, pushed=one.pushed) for kind, one in chosen.items()})
