"""The trends API."""

from typing import Annotated

from litestar import Response, get
from litestar.params import Parameter

from chirrup.accounts import Viewer
from chirrup.platform.http.problems import refuses
from chirrup.platform.http.schemas import Page
from chirrup.posts import PostPage
from chirrup.posts.schemas import json_answer
from chirrup.trends.models import ALL
from chirrup.trends.ranking import LISTED
from chirrup.trends.schemas import TrendAnswer
from chirrup.trends.service import Trends

Language = Annotated[
    str | None,
    Parameter(
        pattern="^[a-z]{2,3}$", description="What trends in posts of one language, by its ISO 639 code; else in all."
    ),
]
TrendLimit = Annotated[int, Parameter(ge=1, le=LISTED, description="How many items at most.")]


@get("/trends", responses=refuses(401), tags=["trends"])
async def list_trends(
    reader: Viewer | None, trends: Trends, lang: Language = None, limit: TrendLimit = 10
) -> Response[Page[TrendAnswer]]:
    """List the hashtags and links that more people use just now than usually do, most unusual first.

    Accounts are counted, not posts, and weigh less while they are new or known to nobody but each other. The list is
    made anew every minute and has one page.
    """
    shown = await trends.shown(reader, lang or ALL, limit)
    return json_answer(PostPage([trend.json() for trend in shown], None).json())


ROUTES = [list_trends]
