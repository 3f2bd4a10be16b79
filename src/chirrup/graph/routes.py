"""The graph API: profiles, and what one account does to another."""

import msgspec
from litestar import get, post

from chirrup.accounts import Account, Accounts, Viewer
from chirrup.accounts.schemas import User
from chirrup.graph.presenting import present_page, present_user
from chirrup.graph.service import Graph
from chirrup.platform.http.pagination import DEFAULT_LIMIT, CursorParam, LimitParam, decode_cursor
from chirrup.platform.http.problems import refuses
from chirrup.platform.http.schemas import Page
from chirrup.platform.idempotency import IdempotencyKey

_REFUSALS = refuses(401, 403, 404, 413, 415, 422, 507)


@get("/users/{username:str}", responses=refuses(401, 404), tags=["users"])
async def show_user(username: str, reader: Viewer | None, accounts: Accounts, graph: Graph) -> User:
    """Show a profile."""
    return await present_user(await accounts.named(username), reader, graph)


@post("/users/{username:str}/follow", status_code=200, opt={"limit": "follow"}, responses=_REFUSALS, tags=["graph"])
async def follow_user(
    username: str,
    viewer: Viewer,
    accounts: Accounts,
    graph: Graph,
    idempotency: IdempotencyKey | None,
) -> User:
    """Follow an account.

    Its recent posts are in the home timeline at once. Where a block stands between the two, this is a 403.
    """
    followee = await accounts.named(username)
    new = await graph.follow(viewer.id, followee.id, idempotency)
    return await present_user(_counted(followee, 1 if new else 0), viewer, graph)


@post("/users/{username:str}/unfollow", status_code=200, opt={"limit": "follow"}, responses=_REFUSALS, tags=["graph"])
async def unfollow_user(username: str, viewer: Viewer, accounts: Accounts, graph: Graph) -> User:
    """Stop following an account."""
    followee = await accounts.named(username)
    ended = await graph.unfollow(viewer.id, followee.id)
    return await present_user(_counted(followee, -1 if ended else 0), viewer, graph)


@post("/users/{username:str}/block", status_code=200, responses=_REFUSALS, tags=["graph"])
async def block_user(username: str, viewer: Viewer, accounts: Accounts, graph: Graph) -> User:
    """Block an account: follows end both ways, and neither sees the other."""
    blocked = await accounts.named(username)
    await graph.block(viewer.id, blocked.id)
    return await present_user(blocked, viewer, graph)


@post("/users/{username:str}/unblock", status_code=200, responses=_REFUSALS, tags=["graph"])
async def unblock_user(username: str, viewer: Viewer, accounts: Accounts, graph: Graph) -> User:
    """Unblock an account."""
    blocked = await accounts.named(username)
    await graph.unblock(viewer.id, blocked.id)
    return await present_user(blocked, viewer, graph)


@post("/users/{username:str}/mute", status_code=200, responses=_REFUSALS, tags=["graph"])
async def mute_user(username: str, viewer: Viewer, accounts: Accounts, graph: Graph) -> User:
    """Mute an account: it is left out of one's timelines and is not told."""
    muted = await accounts.named(username)
    await graph.mute(viewer.id, muted.id)
    return await present_user(muted, viewer, graph)


@post("/users/{username:str}/unmute", status_code=200, responses=_REFUSALS, tags=["graph"])
async def unmute_user(username: str, viewer: Viewer, accounts: Accounts, graph: Graph) -> User:
    """Unmute an account."""
    muted = await accounts.named(username)
    await graph.unmute(viewer.id, muted.id)
    return await present_user(muted, viewer, graph)


@get("/users/{username:str}/followers", responses=refuses(401, 403, 404), tags=["graph"])
async def list_followers(
    username: str,
    reader: Viewer | None,
    accounts: Accounts,
    graph: Graph,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[User]:
    """List who follows an account, latest first."""
    account = await accounts.named(username)
    await graph.check_not_blocked(reader, account)
    follows = await graph.followers(account, decode_cursor(cursor), limit + 1)
    return await present_page(follows, limit, reader, graph)


@get("/users/{username:str}/following", responses=refuses(401, 403, 404), tags=["graph"])
async def list_following(
    username: str,
    reader: Viewer | None,
    accounts: Accounts,
    graph: Graph,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[User]:
    """List whom an account follows, latest first."""
    account = await accounts.named(username)
    await graph.check_not_blocked(reader, account)
    follows = await graph.following(account, decode_cursor(cursor), limit + 1)
    return await present_page(follows, limit, reader, graph)


ROUTES = [
    show_user,
    follow_user,
    unfollow_user,
    block_user,
    unblock_user,
    mute_user,
    unmute_user,
    list_followers,
    list_following,
]


def _counted(account: Account, change: int) -> Account:
    """Show people what they just did, before the counters have heard of it."""
    return msgspec.structs.replace(account, followers_count=max(0, account.followers_count + change))
