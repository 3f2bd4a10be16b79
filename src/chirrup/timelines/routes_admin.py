"""What moderators may ask about timelines."""

from typing import Annotated

import structlog
from litestar import get
from litestar.params import QueryParameter

from chirrup.accounts import Viewer
from chirrup.platform.http.problems import refuses
from chirrup.timelines.explain import Explainer
from chirrup.timelines.schemas import ExplanationAnswer, explanation_answer

log = structlog.get_logger()


@get("/admin/explain", opt={"role": "moderator"}, responses=refuses(401, 403, 404), tags=["moderation"])
async def explain(
    viewer: Viewer,
    explainer: Explainer,
    whose: Annotated[
        str, QueryParameter(name="viewer", description="Whose home timeline: a username or an id.", max_length=40)
    ],
    post: Annotated[str, QueryParameter(description="The id of a post.", max_length=19)],
) -> ExplanationAnswer:
    """Explain why a post is, or is not, in somebody's home timeline, by which way it came, when, and how late.

    The answer tells whom they follow, block and mute, as far as it matters here, so each is in the log.
    """
    log.info("moderation.explained", moderator=viewer.id, whose=whose, post=post)
    return explanation_answer(await explainer.explain(whose, post))


ROUTES = [explain]
