"""Bodies of the trends API."""

from typing import Annotated, Literal

from msgspec import Meta

from chirrup.platform.http.schemas import Answer, Body, Count, Id, Timestamp
from chirrup.posts.schemas import Post
from chirrup.trends.models import LONGEST_SUBJECT
from chirrup.trends.service import SHOWN_POSTS

TermText = Annotated[str, Meta(examples=["#spam*"])]


class TrendAnswer(Answer, frozen=True, kw_only=True):
    """A hashtag or link that more people use just now than usually do, and why it is here."""

    type: Literal["hashtag", "link"]
    name: Annotated[
        str, Meta(description="The hashtag as most spell it, without its sign; of a link, host and path.",
                  examples=["spring"]),
    ]  # fmt: skip
    url: Annotated[str | None, Meta(description="The link's address, without what is in it for tracking.")]
    authors_count: Annotated[Count, Meta(description="How many accounts used it lately.")]
    observed: Annotated[
        float, Meta(ge=0, description="What these weigh: less the longer ago, and less if they are new or unknown.")
    ]
    expected: Annotated[float, Meta(ge=0, description="What they would weigh, were it used as usually at this time.")]
    score: Annotated[float, Meta(ge=0, description="How unusual the difference is.")]
    since: Annotated[Timestamp, Meta(description="Since when it trends.")]
    posts: Annotated[list[Post], Meta(min_length=1, max_length=SHOWN_POSTS, description="Some of the posts with it.")]


class BlockedTerm(Answer, frozen=True, kw_only=True):
    """What is kept from trending."""

    id: Id
    term: TermText
    created_at: Timestamp
    moderator_id: Annotated[Id | None, Meta(description="Who blocked it; null is the operator.")]


class NewBlockedTerm(Body, frozen=True, kw_only=True):
    """What to keep from trending: a hashtag, the beginning of one and `*`, or a host with all below it."""

    term: Annotated[str, Meta(min_length=1, max_length=LONGEST_SUBJECT, examples=["#spam*"])]
