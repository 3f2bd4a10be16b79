"""The timelines API: the home timeline, and where reading it stopped."""

from typing import Annotated

import regex
from litestar import Response, get, put
from litestar.params import Parameter

from chirrup.accounts import Viewer
from chirrup.platform.errors import Refusal
from chirrup.platform.http.asgi import Headers, Scope
from chirrup.platform.http.guard import Gate
from chirrup.platform.http.pagination import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    CursorParam,
    LimitParam,
    decode_cursor,
)
from chirrup.platform.http.problems import refuses
from chirrup.platform.http.schemas import Page
from chirrup.platform.ids import parse_id
from chirrup.posts.schemas import Post, json_answer
from chirrup.timelines.home import HomeTimelines
from chirrup.timelines.schemas import MarkersAnswer, NewMarkers, markers_answer
from chirrup.timelines.service import Markers

OlderThan = Annotated[str | None, Parameter(description="A post id: start with the entries below it.")]
NewerThan = Annotated[
    str | None, Parameter(description="A post id: list the entries just above it instead, and page upwards.")
]
_COMMON_QUERY = regex.compile(rb"(?:limit=([1-9][0-9]{0,2})(?:&|$))?(?:cursor=([0-9a-z]{2,17}))?")


@get("/feed", responses=refuses(401), tags=["timelines"])
async def show_feed(
    viewer: Viewer,
    home: HomeTimelines,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
    older_than: OlderThan = None,
    newer_than: NewerThan = None,
) -> Response[Page[Post]]:
    """List the home timeline, newest first.

    It holds one's own posts and those of followees, each retweet as an entry of its own; a followee's reply only when
    it answers oneself, its own author or another followee. A cursor goes on where its page ended, whatever the page
    began with: after `newer_than` it leads further up.
    """
    if newer_than is not None:
        after = decode_cursor(cursor) if cursor else parse_id(newer_than)
        return json_answer((await home.newer_page(viewer, after, limit)).json())
    before = parse_id(older_than) if older_than and cursor is None else decode_cursor(cursor)
    return json_answer((await home.page(viewer, before, limit)).json())


@get("/markers", responses=refuses(401), tags=["timelines"])
async def show_markers(viewer: Viewer, markers: Markers) -> MarkersAnswer:
    """Show where reading stopped."""
    return markers_answer(await markers.home(viewer))


@put("/markers", responses=refuses(401, 413, 415, 507), tags=["timelines"])
async def set_markers(data: NewMarkers, viewer: Viewer, markers: Markers) -> MarkersAnswer:
    """Keep where reading stopped, for all devices.

    The marker moves backwards only with `force`, so that an older device's late write does no harm.
    """
    await markers.set_home(viewer, parse_id(data.home), force=data.force)
    return markers_answer(await markers.home(viewer))


ROUTES = [show_feed, show_markers, set_markers]


class HotFeed:
    """The shortcut of `GET /feed` for requests of the common shape; every other goes to the route above."""

    def __init__(self, gate: Gate, home: HomeTimelines) -> None:
        self._gate = gate
        self._home = home

    async def __call__(self, scope: Scope, headers: Headers) -> bytes | None:
        """Return the body of the answer, or None for what the route is to answer."""
        query = _COMMON_QUERY.fullmatch(scope["query_string"])
        authorization = headers.get(b"authorization")
        if query is None or authorization is None:
            return None
        limit = int(query[1] or DEFAULT_LIMIT)
        if limit > MAX_LIMIT:
            return None
        try:
            before = decode_cursor(query[2].decode() if query[2] else None)
            viewer = await self._gate.identify(authorization.decode("latin-1"))
            await self._gate.admit("read", viewer, scope)
            return (await self._home.page(viewer, before, limit)).json()
        except Refusal:
            # the route will refuse it, too, and say so in a problem document
            return None
