"""What moderators can do about trends."""

import structlog
from litestar import delete, get, post

from chirrup.accounts import Viewer
from chirrup.platform.clock import rfc3339
from chirrup.platform.http.pagination import DEFAULT_LIMIT, CursorParam, LimitParam, decode_cursor, encode_cursor
from chirrup.platform.http.problems import refuses
from chirrup.platform.http.schemas import Page
from chirrup.platform.ids import parse_id, time_of
from chirrup.trends.models import Term
from chirrup.trends.schemas import BlockedTerm, NewBlockedTerm
from chirrup.trends.service import Trends

log = structlog.get_logger()


@get("/admin/trends/blocks", opt={"role": "moderator"}, responses=refuses(401, 403), tags=["moderation"])
async def list_blocked_terms(
    trends: Trends, limit: LimitParam = DEFAULT_LIMIT, cursor: CursorParam = None
) -> Page[BlockedTerm]:
    """List what is kept from trending, newest first."""
    terms = await trends.blocked(decode_cursor(cursor), limit + 1)
    more = encode_cursor(terms[limit - 1].id) if len(terms) > limit else None
    return Page(items=[_answer(term) for term in terms[:limit]], next_cursor=more)


@post(
    "/admin/trends/blocks", opt={"role": "moderator"}, responses=refuses(401, 403, 413, 415, 422, 507),
    tags=["moderation"],
)  # fmt: skip
async def block_term(data: NewBlockedTerm, viewer: Viewer, trends: Trends) -> BlockedTerm:
    """Keep a hashtag, what begins like one, or a host from trending, at once and in all languages.

    Blocking twice is blocking once. Posts and the pages of hashtags stay as they are.
    """
    term = await trends.block(viewer.id, data.term)
    log.info("moderation.trend_blocked", moderator=viewer.id, term=term.term)
    return _answer(term)


@delete(
    "/admin/trends/blocks/{block_id:str}", opt={"role": "moderator"}, responses=refuses(401, 403, 404, 413, 415, 507),
    tags=["moderation"],
)  # fmt: skip
async def unblock_term(block_id: str, viewer: Viewer, trends: Trends) -> None:
    """Let a term trend again."""
    await trends.unblock(parse_id(block_id))
    log.info("moderation.trend_unblocked", moderator=viewer.id, term=block_id)


def _answer(term: Term) -> BlockedTerm:
    return BlockedTerm(
        id=str(term.id),
        term=term.term,
        created_at=rfc3339(time_of(term.id)),
        moderator_id=str(term.moderator_id) if term.moderator_id else None,
    )


ROUTES = [list_blocked_terms, block_term, unblock_term]
