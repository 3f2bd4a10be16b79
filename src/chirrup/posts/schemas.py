"""Bodies of the posts API."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from msgspec import Meta, field

from chirrup.accounts.schemas import Username, UserSummary
from chirrup.media.schemas import Media
from chirrup.platform.http.schemas import Answer, Body, Count, Id, Timestamp
from chirrup.posts.text import LONGEST

MOST_ATTACHMENTS = 4
Text = Annotated[str, Meta(examples=["The first swallows are back. #spring"])]


class AccountName(Answer, frozen=True, kw_only=True):
    """An account as a text names it."""

    id: Id
    username: Username


class TextEntity(Answer, frozen=True, kw_only=True):
    """A stretch of the text with a meaning; offsets in Unicode code points, `end` exclusive."""

    type: Annotated[Literal["mention", "hashtag", "link"], Meta(examples=["hashtag"])]
    start: Annotated[int, Meta(ge=0, examples=[29])]
    end: Annotated[int, Meta(ge=0, examples=[36])]
    value: Annotated[str, Meta(description="Username, tag without its sign, or address.", examples=["spring"])]
    id: Id | None = None


class PostViewer(Answer, frozen=True, kw_only=True):
    """What the asking account did with a post."""

    liked: bool
    retweeted: bool


class Post(Answer, frozen=True, kw_only=True):
    """A post; a retweet has an original and no text, a quote has both."""

    id: Id
    deleted: Literal[False]
    author: UserSummary
    text: Text
    created_at: Timestamp
    reply_to: Id | None
    reply_to_author: AccountName | None
    conversation_id: Id
    retweet_of_id: Id | None
    attachments: Annotated[list[Media], Meta(examples=[[]])]
    entities: list[TextEntity]
    hashtags: list[Annotated[str, Meta(examples=["spring"])]]
    mentions: Annotated[list[AccountName], Meta(examples=[[]])]
    likes_count: Count
    retweets_count: Count
    replies_count: Count
    viewer: PostViewer | None
    retweet_of: "Post | None"


class Gap(Answer, frozen=True, kw_only=True):
    """The place in a thread of a post that is deleted or hidden."""

    id: Id
    deleted: Literal[True]
    reply_to: Id | None


# msgspec has no union of two structs without tags; answers are assembled from bytes, so this documents them only
ThreadItem = Annotated[
    Any,
    Meta(
        description="A post, or the gap that it left.",
        extra_json_schema={
            "oneOf": [{"$ref": "#/components/schemas/Post"}, {"$ref": "#/components/schemas/Gap"}],
        },
    ),
]


class ThreadReplies(Answer, frozen=True, kw_only=True):
    """Direct replies, each followed by what answers it."""

    items: list[ThreadItem]
    next_cursor: Annotated[str | None, Meta(description="Leads to further direct replies; null at the end.")]


class ThreadAnswer(Answer, frozen=True, kw_only=True):
    """A thread; `replies` is depth-first, and its cursor leads to further direct replies.

    Where a post is deleted or hidden, a Gap stands in its place.
    """

    ancestors: list[ThreadItem]
    post: Post
    replies: ThreadReplies


class NewPost(Body, frozen=True, kw_only=True):
    """What to publish."""

    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=10_000,
            description=f"1 to {LONGEST} user-perceived characters after NFC.",
            examples=["The first swallows are back. #spring"],
        ),
    ]
    attachments: Annotated[
        list[Id],
        Meta(
            max_length=MOST_ATTACHMENTS,
            description="Ids of one's own uploads that are not used yet, in the order in which they are shown.",
            examples=[[]],
        ),
    ] = field(default_factory=list)
    reply_to: Annotated[Id | None, Meta(description="The id of the post that this one answers.")] = None
    quote_of: Annotated[Id | None, Meta(description="The id of the post that this one shows and comments on.")] = None


def with_count(body: bytes, name: str, count: int) -> bytes:
    """Show people what they just did to a post, before the counters have heard of it."""
    fields = msgspec.json.decode(body)
    fields[name] = count
    return msgspec.json.encode(fields)


def json_answer(body: bytes, status: int = 200) -> Response[Any]:
    """Answer with JSON that is already encoded."""
    return Response(body, status_code=status, media_type="application/json")
