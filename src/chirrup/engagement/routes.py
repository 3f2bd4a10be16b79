"""The engagement API: likes and retweets, and who gave them."""

from litestar import Response, delete, get, post

from chirrup.accounts import Accounts, Viewer
from chirrup.accounts.schemas import User
from chirrup.engagement.service import Engagement
from chirrup.graph import Graph
from chirrup.graph.presenting import present_page
from chirrup.platform.http.pagination import (
    DEFAULT_LIMIT,
    CursorParam,
    LimitParam,
    decode_cursor,
    encode_cursor,
)
from chirrup.platform.http.problems import refuses
from chirrup.platform.http.schemas import Page
from chirrup.platform.idempotency import IdempotencyKey
from chirrup.platform.ids import parse_id
from chirrup.posts import PostPage, PostReader, Posts
from chirrup.posts.reading import everything
from chirrup.posts.schemas import Post, json_answer, with_count

_REFUSALS = refuses(401, 403, 404, 413, 415, 422, 507)


@post("/posts/{post_id:str}/like", status_code=200, opt={"limit": "like"}, responses=_REFUSALS, tags=["engagement"])
async def like_post(post_id: str, viewer: Viewer, engagement: Engagement, post_reader: PostReader) -> Response[Post]:
    """Like a post."""
    original_id, likes = await engagement.like(viewer, parse_id(post_id))
    return json_answer(with_count(await post_reader.existing(original_id, viewer), "likes_count", likes))


@post("/posts/{post_id:str}/unlike", status_code=200, opt={"limit": "like"}, responses=_REFUSALS, tags=["engagement"])
async def unlike_post(post_id: str, viewer: Viewer, engagement: Engagement, post_reader: PostReader) -> Response[Post]:
    """Take back a like."""
    original_id, likes = await engagement.unlike(viewer, parse_id(post_id))
    return json_answer(with_count(await post_reader.existing(original_id, viewer), "likes_count", likes))


@delete("/posts/{post_id:str}/like", status_code=200, opt={"limit": "like"}, responses=_REFUSALS, tags=["engagement"])
async def delete_like(post_id: str, viewer: Viewer, engagement: Engagement, post_reader: PostReader) -> Response[Post]:
    """Take back a like."""
    original_id, likes = await engagement.unlike(viewer, parse_id(post_id))
    return json_answer(with_count(await post_reader.existing(original_id, viewer), "likes_count", likes))


@post("/posts/{post_id:str}/retweet", status_code=200, opt={"limit": "like"}, responses=_REFUSALS, tags=["engagement"])
async def retweet_post(
    post_id: str,
    viewer: Viewer,
    posts: Posts,
    post_reader: PostReader,
    idempotency: IdempotencyKey | None,
) -> Response[Post]:
    """Retweet a post, or the original of a retweet; the answer is the original."""
    original_id, retweets = await posts.retweet(viewer, parse_id(post_id), idempotency)
    return json_answer(with_count(await post_reader.existing(original_id, viewer), "retweets_count", retweets))


@post(
    "/posts/{post_id:str}/unretweet", status_code=200, opt={"limit": "like"}, responses=_REFUSALS, tags=["engagement"]
)
async def unretweet_post(post_id: str, viewer: Viewer, posts: Posts, post_reader: PostReader) -> Response[Post]:
    """Take back a retweet."""
    original_id, retweets = await posts.unretweet(viewer, parse_id(post_id))
    return json_answer(with_count(await post_reader.existing(original_id, viewer), "retweets_count", retweets))


@delete(
    "/posts/{post_id:str}/retweet", status_code=200, opt={"limit": "like"}, responses=_REFUSALS, tags=["engagement"]
)
async def delete_retweet(post_id: str, viewer: Viewer, posts: Posts, post_reader: PostReader) -> Response[Post]:
    """Take back a retweet."""
    original_id, retweets = await posts.unretweet(viewer, parse_id(post_id))
    return json_answer(with_count(await post_reader.existing(original_id, viewer), "retweets_count", retweets))


@get("/posts/{post_id:str}/likes", responses=refuses(401, 403, 404), tags=["engagement"])
async def list_likers(
    post_id: str,
    reader: Viewer | None,
    engagement: Engagement,
    graph: Graph,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[User]:
    """List who likes a post, latest first."""
    likes = await engagement.likers(reader, parse_id(post_id), decode_cursor(cursor), limit + 1)
    return await present_page(likes, limit, reader, graph)


@get("/posts/{post_id:str}/retweets", responses=refuses(401, 403, 404), tags=["engagement"])
async def list_retweeters(
    post_id: str,
    reader: Viewer | None,
    engagement: Engagement,
    graph: Graph,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[User]:
    """List who retweeted a post, latest first."""
    retweets = await engagement.retweeters(reader, parse_id(post_id), decode_cursor(cursor), limit + 1)
    return await present_page(retweets, limit, reader, graph)


@get("/users/{username:str}/likes", responses=refuses(401, 403, 404), tags=["engagement"])
async def list_liked_posts(
    username: str,
    reader: Viewer | None,
    accounts: Accounts,
    graph: Graph,
    engagement: Engagement,
    post_reader: PostReader,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Response[Page[Post]]:
    """List the posts that an account likes, last liked first."""
    account = await accounts.named(username)
    await graph.check_not_blocked(reader, account)
    likes = await engagement.liked_by(account, decode_cursor(cursor), limit + 1)
    items = await post_reader.listed([post_id for _, post_id in likes[:limit]], reader, everything)
    # this list is in the order of the likes, so its cursor is one of a like
    cursor = encode_cursor(likes[limit - 1][0]) if len(likes) > limit else None
    return json_answer(PostPage(items, cursor).json())


ROUTES = [
    like_post, unlike_post, delete_like, retweet_post, unretweet_post, delete_retweet, list_likers, list_retweeters,
    list_liked_posts,
]  # fmt: skip
