"""Pieces of request and response bodies that all slices share."""

from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

T = TypeVar("T")

Id = Annotated[
    str,
    Meta(pattern=r"^[1-9][0-9]{0,18}$", description="A 64-bit id in decimal.", examples=["250316734871552409"]),
]
Timestamp = Annotated[
    str, Meta(description="RFC 3339 in UTC with milliseconds.", examples=["2026-11-21T08:45:27.123Z"])
]
Count = Annotated[int, Meta(ge=0)]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request body: a misspelt field is an error, not a surprise."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A response body."""


class Page(Answer, Generic[T], frozen=True, kw_only=True):
    """One page of a list."""

    items: list[T]
    next_cursor: Annotated[
        str | None,
        Meta(description="What to send as `cursor` for the next page; null at the end.", examples=["c1wqj8rk03x2h"]),
    ]


class FieldError(Answer, frozen=True, kw_only=True):
    """What is wrong with one field."""

    field: Annotated[str, Meta(examples=["text"])]
    message: Annotated[str, Meta(examples=["A post has at most 280 characters."])]


class Problem(Answer, frozen=True, kw_only=True):
    """An error as RFC 9457 has it."""

    type: Annotated[str, Meta(examples=["about:blank"])]
    title: Annotated[str, Meta(examples=["Not found"])]
    status: Annotated[int, Meta(ge=400, le=599, examples=[404])]
    detail: Annotated[str, Meta(examples=["There is no such post."])]
    request_id: Annotated[str, Meta(examples=["b5f1c20d9a3e-1f"])]
    errors: list[FieldError] = []
