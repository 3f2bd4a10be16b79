"""The posts API: writing and deleting, single posts and threads, what an author wrote, what is new."""

from typing import Annotated

from litestar import Response, delete, get, post
from litestar.params import Parameter

from chirrup.accounts import Accounts, Viewer
from chirrup.graph import Graph
from chirrup.platform.http.pagination import DEFAULT_LIMIT, CursorParam, LimitParam, decode_cursor
from chirrup.platform.http.problems import refuses
from chirrup.platform.http.schemas import Page
from chirrup.platform.idempotency import IdempotencyKey
from chirrup.platform.ids import parse_id
from chirrup.posts.models import Draft
from chirrup.posts.reading import PostReader, everything, unless_muted
from chirrup.posts.schemas import NewPost, Post, ThreadAnswer, json_answer
from chirrup.posts.service import Posts
from chirrup.posts.threads import Threads

WithReplies = Annotated[bool, Parameter(description="List replies, too.")]
OnlyMedia = Annotated[bool, Parameter(description="List only posts with attachments, replies too.")]


@post("/posts", opt={"limit": "post"}, responses=refuses(401, 403, 404, 413, 415, 422, 507), tags=["posts"])
async def publish_post(
    data: NewPost,
    viewer: Viewer,
    posts: Posts,
    post_reader: PostReader,
    idempotency: IdempotencyKey | None,
) -> Response[Post]:
    """Publish a post, a reply or a quote.

    The text is kept in NFC without space around it; mentions, hashtags and links are found in it and told as
    `entities`. Answering or quoting a retweet means its original.
    """
    draft = Draft(
        text=data.text,
        reply_to=parse_id(data.reply_to) if data.reply_to else None,
        quote_of=parse_id(data.quote_of) if data.quote_of else None,
        attachments=tuple(map(parse_id, data.attachments)),
    )
    post_id = await posts.publish(viewer, draft, idempotency)
    return json_answer(await post_reader.published(post_id, viewer), status=201)


@get("/posts/{post_id:str}", responses=refuses(401, 403, 404), tags=["posts"])
async def show_post(post_id: str, reader: Viewer | None, post_reader: PostReader) -> Response[Post]:
    """Show a post."""
    return json_answer(await post_reader.existing(parse_id(post_id), reader))


@delete("/posts/{post_id:str}", responses=refuses(401, 403, 404, 413, 415, 507), tags=["posts"])
async def delete_post(post_id: str, viewer: Viewer, posts: Posts) -> None:
    """Delete one's own post.

    It is gone from every list at once; in threads, a gap stands in its place as long as something hangs on it.
    """
    await posts.delete(viewer, parse_id(post_id))


@get("/posts/{post_id:str}/thread", responses=refuses(401, 403, 404), tags=["posts"])
async def show_thread(
    post_id: str,
    reader: Viewer | None,
    threads: Threads,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Response[ThreadAnswer]:
    """Show a post with all that it answers and all that answers it.

    `limit` and `cursor` page over the direct replies, oldest first; each comes with what answers it, depth-first.
    """
    after = decode_cursor(cursor) if cursor else 0
    return json_answer((await threads.thread(parse_id(post_id), reader, after, limit)).json())


@get("/users/{username:str}/posts", responses=refuses(401, 403, 404), tags=["posts"])
async def list_posts_of_user(
    username: str,
    reader: Viewer | None,
    accounts: Accounts,
    graph: Graph,
    posts: Posts,
    post_reader: PostReader,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
    replies: WithReplies = False,
    media: OnlyMedia = False,
) -> Response[Page[Post]]:
    """List what an account wrote and retweeted, newest first."""
    author = await accounts.named(username)
    await graph.check_not_blocked(reader, author)
    skeleton = posts.of_author(author, replies=replies, media=media)
    return json_answer((await post_reader.page(skeleton, decode_cursor(cursor), reader, everything, limit)).json())


@get("/discover", responses=refuses(401), tags=["timelines"])
async def discover(
    reader: Viewer | None,
    posts: Posts,
    post_reader: PostReader,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Response[Page[Post]]:
    """List what everybody posts, newest first."""
    page = await post_reader.page(posts.public, decode_cursor(cursor), reader, unless_muted, limit)
    return json_answer(page.json())


@get("/hashtags/{tag:str}/posts", responses=refuses(401), tags=["posts"])
async def list_posts_with_hashtag(
    tag: str,
    reader: Viewer | None,
    posts: Posts,
    post_reader: PostReader,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Response[Page[Post]]:
    """List the posts with a hashtag, newest first.

    Spellings that differ in case, width or composition only are the same hashtag.
    """
    page = await post_reader.page(posts.with_tag(tag), decode_cursor(cursor), reader, unless_muted, limit)
    return json_answer(page.json())


ROUTES = [publish_post, show_post, delete_post, show_thread, list_posts_of_user, discover, list_posts_with_hashtag]
