"""What the API document says beyond the routes."""

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from chirrup.platform.http.context import idempotency_key
from chirrup.platform.http.docs import DocsPage, render
from chirrup.platform.http.openapi import Subject, create_document
from chirrup.platform.http.schemas import Id
from chirrup.posts.schemas import Gap
from chirrup.search.schemas import Hashtag

_DESCRIPTION = """\
A community's people, what they post, and what each of them reads at home.

**Bodies** are JSON in UTF-8 with `snake_case` names; a field that a route does not know is an error. **Ids** are \
64-bit numbers as decimal strings, because JavaScript cannot hold them; higher is newer. **Times** are RFC 3339 in UTC \
with milliseconds.

**Who asks** is told by `Authorization: Bearer <access token>`. A token comes from registering or logging in, is valid \
for some minutes, and is renewed with the refresh token, which is spent by that: a spent one that comes back ends its \
session.

**Lists** answer `items` and `next_cursor`; send the latter as `cursor` for the next page, and stop where it is null. \
A page is full unless the list ends.

**Errors** are problem documents (RFC 9457, `application/problem+json`). `detail` is a sentence for people; `errors` \
names the fields; `request_id` leads to the server's log.

**Limits** are told by `RateLimit` and `RateLimit-Policy`; a refusal is a 429 with `Retry-After`. Requests with a \
token count for their account, others for their address.

**Repeating** is safe: with an `Idempotency-Key`, a request that is sent again answers as the first time and does \
nothing twice; the key with another body is a 422.
"""

_TAGS = {
    "auth": "Accounts are made and sessions opened, renewed and ended. One session is one device.",
    "users": "Profiles, one's own and others'.",
    "graph": "Who follows, blocks and mutes whom. A block ends follows both ways and hides each from the other; a mute"
    " hides quietly.",
    "posts": "Posts, replies, quotes and the threads they form. A deleted post leaves a gap in threads and nothing"
    " elsewhere.",
    "engagement": "Likes and retweets. Each verb may be repeated and does the same as once.",
    "media": "Pictures: uploading and describing them, avatars and banners. Each upload is used once.",
    "timelines": "What to read: the home timeline of those one follows, and what everybody posts.",
    "trends": "Which hashtags and links more people use just now than usually do.",
    "live": "What changes, told while it changes: over a WebSocket at `/api/v1/live`, or as an event stream.",
    "notifications": "What others did that concerns oneself, and what one wants to be told of.",
    "search": "Posts, people and hashtags by words, in any script.",
    "moderation": "For moderators and administrators; others are refused with 403.",
    "service": "For operators and machines: health, metrics, keys and this document.",
}

_PATH_PARAMETERS: dict[str, Any] = {
    "username": Annotated[str, Meta(description="Without regard to case, without `@`.", examples=["wren"])],
    "tag": Annotated[str, Meta(description="A hashtag, with or without its sign.", examples=["spring"])],
    "block_id": Annotated[Id, Meta(description="The id of a blocked term.")],
    "post_id": Annotated[Id, Meta(description="The id of a post.")],
    "notification_id": Annotated[Id, Meta(description="The id of a notification.")],
    "media_id": Annotated[Id, Meta(description="The id of an upload.")],
    "session_id": Annotated[Id, Meta(description="The id of a session.")],
}
_DEPENDENCIES = {"idempotency": idempotency_key}


class Reference:
    """The document and the page that shows it, made when they are first asked for."""

    def __init__(self, routes: Sequence[tuple[str, HTTPRouteHandler]]) -> None:
        """Document routes, each with the prefix of its address."""
        self._routes = routes

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return create_document(
            self._routes, Subject("Chirrup", _DESCRIPTION, _TAGS, _PATH_PARAMETERS, _DEPENDENCIES, [Gap, Hashtag])
        )

    @cached_property
    def json(self) -> bytes:
        """The document as JSON."""
        return msgspec.json.encode(self.document)

    @cached_property
    def page(self) -> DocsPage:
        """The document as a page for people."""
        return render(self.document)
