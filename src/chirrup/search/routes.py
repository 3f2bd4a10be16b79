"""The search API."""

import base64
import binascii
from typing import Annotated, Literal

import msgspec
from litestar import Response, get
from litestar.params import Parameter, QueryParameter

from chirrup.accounts import Viewer
from chirrup.accounts.schemas import User
from chirrup.graph import Graph
from chirrup.graph.presenting import present_listed
from chirrup.platform.errors import Malformed
from chirrup.platform.http.pagination import DEFAULT_LIMIT, CursorParam, LimitParam, decode_cursor
from chirrup.platform.http.problems import refuses
from chirrup.platform.http.schemas import Page
from chirrup.platform.searching import pack_position, unpack_position
from chirrup.posts import PostPage
from chirrup.posts.schemas import json_answer
from chirrup.search.language import LONGEST, check_length, parse, tag_of
from chirrup.search.schemas import Hashtag, SearchAnswer
from chirrup.search.service import Place, Search

Asked = Annotated[
    str,
    QueryParameter(
        name="q",
        description=f'What to look for, of {LONGEST} characters at most. For posts: words, `"a phrase"`, `#tag`,'
        " `from:wren`, `to:wren`, `has:media`, `has:links`, `lang:en`, `since:2026-03-01`, `until:2026-04-01`; with `-`"
        " before it, what posts must not have. For people and hashtags: how names begin.",
    ),
]
Kind = Annotated[Literal["posts", "users", "hashtags"], QueryParameter(name="type", description="What is to be found.")]
Sort = Annotated[
    Literal["relevance", "newest"], Parameter(description="The order of posts: best first, or newest first.")
]
_PREFIX = "s"


@get("/search", responses=refuses(401, 422), tags=["search"])
async def find(
    asked: Asked,
    reader: Viewer | None,
    search: Search,
    graph: Graph,
    kind: Kind = "posts",
    sort: Sort = "relevance",
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Response[SearchAnswer]:
    """Find posts, people or hashtags.

    Best first weighs how much of a post is what was asked for, and its age. People whose username it is come first,
    then those whose username begins so, each by their followers. Hashtags, most used first, are one page.
    """
    if kind == "posts":
        return json_answer((await _posts(asked, sort, reader, search, limit, cursor)).json())
    if kind == "users":
        return json_answer(await _people(asked, reader, search, graph, limit, cursor))
    tags = await search.tags(tag_of(asked), limit)
    items = [Hashtag(tag=tag, posts_count=posts) for tag, posts in tags]
    return json_answer(msgspec.json.encode(Page[Hashtag](items=items, next_cursor=None)))


async def _posts(
    asked: str, sort: str, reader: Viewer | None, search: Search, limit: int, cursor: str | None
) -> PostPage:
    query = parse(asked)
    if sort == "newest":
        return await search.newest_posts(query, reader, decode_cursor(cursor), limit)
    items, place = await search.best_posts(query, reader, _decode(cursor), limit)
    return PostPage(items, _encode(place) if place else None)


async def _people(
    asked: str, reader: Viewer | None, search: Search, graph: Graph, limit: int, cursor: str | None
) -> bytes:
    check_length(asked)
    place = _decode(cursor)
    ids, end = await search.people(asked, reader, place[1] if place else None, limit)
    items = await present_listed(ids, reader, graph)
    return msgspec.json.encode(Page[User](items=items, next_cursor=_encode((0, end)) if end else None))


def _encode(place: Place) -> str:
    return _PREFIX + base64.urlsafe_b64encode(pack_position(*place)).decode()


def _decode(cursor: str | None) -> Place | None:
    """Read a cursor of a list by fitness.

    Raises:
        Malformed: the cursor is none of ours.
    """
    if cursor is None:
        return None
    try:
        if cursor[:1] != _PREFIX:
            raise ValueError("another list's")
        return unpack_position(base64.b64decode(cursor[1:], altchars="-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise Malformed("The cursor is not valid; start again without one.", field="cursor") from error


ROUTES = [find]
