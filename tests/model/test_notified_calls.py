"""What notifications ask of the database: for a page as often as for one item, and for a viral post as for any."""

import pytest

from chirrup.engagement import PostLiked, PostUnliked
from chirrup.notifications.gathering import gather
from chirrup.platform.events import Event
from tests.model.counting import CountingTransaction, counted
from tests.support import Community, Person

pytestmark = pytest.mark.embedded

# preferences, the page, who liked, who retweeted, who followed
WARM = 5
# and relations (2), likes and retweets of one's own, posts with their counts, accounts
COLD = WARM + 6


async def busy(community: Community, posts: int) -> Person:
    """Return somebody who has been told of each kind of thing, of several posts."""
    wren, robin, jay = await community.people("wren", "robin", "jay")
    await robin.follow(wren)
    for number in range(posts):
        post = await wren.publish(f"song {number}")
        for other in (robin, jay):
            await other.post(f"/posts/{post['id']}/like")
            await other.post(f"/posts/{post['id']}/retweet")
        await robin.publish(f"indeed {number}", reply_to=post["id"])
        await jay.publish(f"listen {number}", quote_of=post["id"])
        await jay.publish(f"@wren {number}")
    await community.settle()
    return wren


async def test_a_page_asks_as_often_whatever_is_on_it(community: Community) -> None:
    wren = await busy(community, 8)
    queries: list[str] = []
    asked = []
    with counted(community.app, queries):
        for path, limit in (("/notifications", 6), ("/notifications", 40), ("/notifications/unread-count", None)):
            community.app.home.cache.clear()  # type: ignore[attr-defined]
            # who asks is looked up, too
            await wren.get("/markers")
            queries.clear()
            await wren.get(path, **({"limit": limit} if limit else {}))
            asked.append(len(queries))
            queries.clear()
            await wren.get(path, **({"limit": limit} if limit else {}))
            asked.append(len(queries))
    assert max(asked[0::2]) <= COLD + 2, queries
    assert max(asked[1::2]) <= WARM


async def test_a_thousand_likes_of_a_post_cost_as_much_as_one(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = int((await wren.publish())["id"])
    await robin.post(f"/posts/{post}/like")
    await community.settle()

    async def cost(*events: Event) -> int:
        queries: list[str] = []
        async with community.app.db.transaction() as tx:
            counting = CountingTransaction(tx, queries)
            await community.app.notifications.take(counting, gather(events))
        assert not counting.published
        return len(queries)

    liked = [PostLiked(post_id=post, account_id=robin.id)]
    assert await cost(*liked * 1000) == await cost(*liked) == 2
    ended = [PostUnliked(post_id=post, account_id=robin.id)]
    assert await cost(*(liked + ended) * 1000) == await cost(*ended) == 5


async def test_a_viral_post_is_one_row_and_one_event(community: Community) -> None:
    wren, *others = await community.people("wren", *(f"bird{number}" for number in range(9)))
    post = await wren.publish()
    for other in others:
        await other.post(f"/posts/{post['id']}/like")
        await community.settle()
    rows = await community.app.db.read.all("SELECT kind FROM notifications")
    events = await community.app.db.read.all("SELECT type FROM outbox WHERE type = 'Notified'")
    assert (len(rows), len(events)) == (1, 1)
