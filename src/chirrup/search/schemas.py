"""Bodies of the search API."""

from typing import Annotated, Any

from msgspec import Meta

from chirrup.platform.http.schemas import Answer, Count


class Hashtag(Answer, frozen=True, kw_only=True):
    """A hashtag, without its sign and in lower case, and how many posts have it."""

    tag: Annotated[str, Meta(examples=["spring"])]
    posts_count: Count


# msgspec has no union of structs without tags; answers are assembled from bytes, so this documents them only
Found = Annotated[
    Any,
    Meta(
        description="A Post, a User or a Hashtag, as `type` asks for.",
        extra_json_schema={
            "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Post", "User", "Hashtag")],
        },
    ),
]


class SearchAnswer(Answer, frozen=True, kw_only=True):
    """One page of what was found."""

    items: list[Found]
    next_cursor: Annotated[str | None, Meta(description="What to send as `cursor` for the next page; null at the end.")]
