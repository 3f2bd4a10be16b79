"""How every list of posts is read: skeleton → hydrate → visible → present.

The four steps are those of Bluesky's AppView. The skeleton, the ids of a page, is each list's own; the rest is here.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

import msgspec

from chirrup.accounts import Accounts, Summary, Viewer
from chirrup.graph import Graph, Relations
from chirrup.platform.clock import rfc3339
from chirrup.platform.errors import Forbidden, NotFound
from chirrup.platform.http.pagination import encode_cursor
from chirrup.platform.ids import time_of
from chirrup.platform.ports import Cache, Database
from chirrup.posts.models import Card, Known, PostRow
from chirrup.posts.store import Counts, PostStore

_NULL = b"null"
_ANONYMOUS = 4
_FLAGS = (
    b'{"liked":false,"retweeted":false}',
    b'{"liked":true,"retweeted":false}',
    b'{"liked":false,"retweeted":true}',
    b'{"liked":true,"retweeted":true}',
    _NULL,
)
_KNOWN = 500


class LikedPosts(Protocol):
    """What the engagement slice knows of likes."""

    async def liked(self, account_id: int, post_ids: Sequence[int]) -> frozenset[int] | set[int]:
        """Return a set that holds those of the posts that an account likes, and none of the others."""


class Hydrated(msgspec.Struct, frozen=True):
    """All that a page of posts needs, from one batched call each."""

    cards: dict[int, Card | None]
    authors: dict[int, Summary]
    relations: Relations
    liked: frozenset[int] | set[int]
    retweeted: frozenset[int] | set[int]
    viewer: Viewer | None

    def original(self, card: Card) -> Card | None:
        """Return the post that another retweets or quotes, if the viewer may see it and it was loaded."""
        original = self.cards.get(card.retweet_of) if card.retweet_of else None
        if original is None or original.author_id in self.relations.blocked:
            return None
        return original if self.authors[original.author_id].visible else None


Rule = Callable[[list[Card], Hydrated], list[Card]]
"""Leaves out what a list does not show, beyond what blocks, bans and deletions hide everywhere."""


class PostPage(msgspec.Struct, frozen=True):
    """One page of posts: the JSON of its items, and where the next page starts."""

    items: list[bytes]
    next_cursor: str | None

    def json(self) -> bytes:
        """Return the page as its answer's body."""
        cursor = b'"' + self.next_cursor.encode() + b'"' if self.next_cursor else _NULL
        return b'{"items":[' + b",".join(self.items) + b'],"next_cursor":' + cursor + b"}"


@dataclass(frozen=True, slots=True)
class PostReader:
    """The steps behind the skeleton."""

    db: Database
    store: PostStore
    accounts: Accounts
    graph: Graph
    likes: LikedPosts
    cache: Cache

    async def hydrate(self, post_ids: Sequence[int], viewer: Viewer | None) -> Hydrated:
        """Load posts, the originals they retweet or quote, their authors, and what the viewer did with them."""
        cards = await self._cards(post_ids)
        originals = [card.retweet_of for card in cards.values() if card is not None and card.retweet_of]
        # a retweet's original may quote another post in turn
        for _ in range(2):
            missing = [key for key in originals if key not in cards]
            if not missing:
                break
            found = await self._cards(missing)
            cards |= found
            originals = [card.retweet_of for card in found.values() if card is not None and card.retweet_of]
        authors = await self.accounts.summaries(list({card.author_id for card in cards.values() if card is not None}))
        if viewer is None:
            return Hydrated(cards, authors, await self.graph.relations(None), frozenset(), frozenset(), None)
        relations = await self.graph.relations(viewer)
        liked = await self.likes.liked(viewer.id, list(cards))
        retweeted = await self._retweeted(viewer.id, list(cards))
        return Hydrated(cards, authors, relations, liked, retweeted, viewer)

    def visible(self, post_ids: Iterable[int], hydrated: Hydrated, rule: Rule) -> list[Card]:
        """Return those of the posts that the viewer may see in a list with this rule, in the same order."""
        get, authors, blocked = hydrated.cards.get, hydrated.authors, hydrated.relations.blocked
        shown = [
            card
            for post_id in post_ids
            if (card := get(post_id)) is not None
            and authors[card.author_id].visible
            and card.author_id not in blocked
            and not (card.is_retweet and hydrated.original(card) is None)
        ]
        return rule(shown, hydrated)

    def present(self, shown: Iterable[Card], hydrated: Hydrated) -> list[bytes]:
        """Return the JSON of posts: kept bytes, with the viewer's flags spliced in."""
        authors, liked, retweeted = hydrated.authors, hydrated.liked, hydrated.retweeted
        anonymous = hydrated.viewer is None
        items = []
        for card in shown:
            key = card.id
            flags = _ANONYMOUS if anonymous else (key in liked) + 2 * (key in retweeted)
            author = authors[card.author_id]
            face = card.faces.get(flags)
            if face is not None and face[0] is author:
                items.append(face[1])
                continue
            original = hydrated.original(card)
            nested = self.present((original,), hydrated)[0] if original is not None else _NULL
            item = b"".join((card.head, author.json, card.body, _FLAGS[flags], b',"retweet_of":', nested, b"}"))
            if not card.retweet_of:
                card.faces[flags] = (author, item)
            items.append(item)
        return items

    async def page(
        self, skeleton: AsyncGenerator[Sequence[int], None], viewer: Viewer | None, rule: Rule, limit: int
    ) -> PostPage:
        """Return one page in the order of its skeleton, full unless the skeleton ends."""
        shown: list[bytes] = []
        last = 0
        async with aclosing(skeleton) as batches:
            async for post_ids in batches:
                hydrated = await self.hydrate(post_ids, viewer)
                cards = self.visible(post_ids, hydrated, rule)
                room = limit - len(shown)
                if room > 0 and cards:
                    last = cards[:room][-1].id
                shown += self.present(cards[:room], hydrated)
                if len(cards) > room:
                    return PostPage(shown, encode_cursor(last))
        return PostPage(shown, None)

    async def existing(self, post_id: int, viewer: Viewer | None) -> bytes:
        """Return the JSON of one post.

        Raises:
            NotFound: there is no such post.
            Forbidden: a block stands between its author and the viewer.
        """
        hydrated = await self.hydrate([post_id], viewer)
        shown = self.visible([post_id], hydrated, everything)
        if not shown:
            raise self.refusal(post_id, hydrated)
        return self.present(shown, hydrated)[0]

    def refusal(self, post_id: int, hydrated: Hydrated) -> NotFound | Forbidden:
        """Return why a post is not shown."""
        card = hydrated.cards.get(post_id)
        if card is not None and card.author_id in hydrated.relations.blocked:
            return Forbidden("You and this post's author do not see each other's posts.")
        return NotFound("There is no such post.")

    async def _cards(self, post_ids: Sequence[int]) -> dict[int, Card | None]:
        known: dict[int, Card | None] = dict(zip(post_ids, await self.cache.get_many("card", post_ids), strict=True))
        missing = [key for key, card in known.items() if card is None]
        if missing:
            rows = await self.store.by_ids(self.db.read, missing)
            rows = {key: row for key, row in rows.items() if not row.deleted}
            counts = await self.store.counts(self.db.read, missing)
            targets = [row.reply_to_author_id for row in rows.values() if row.reply_to_author_id]
            names = await self.accounts.summaries(list(set(targets))) if targets else {}
            fresh = {key: _card(row, counts.get(key, Counts()), names) for key, row in rows.items()}
            await self.cache.set_many("card", fresh)
            known |= fresh
        return known

    async def _retweeted(self, account_id: int, post_ids: Sequence[int]) -> frozenset[int] | set[int]:
        known: Known | None = (await self.cache.get_many("retweeted", (account_id,)))[0]
        if known is None:
            known = newest_known(await self.store.newest_retweeted(self.db.read, account_id, _KNOWN), _KNOWN)
            await self.cache.set_many("retweeted", {account_id: known})
        if not known.floor or min(post_ids, default=known.floor) > known.floor:
            return known.ids
        return await self.store.retweeted(self.db.read, account_id, post_ids)


def everything(cards: list[Card], _hydrated: Hydrated) -> list[Card]:
    """Show all that nothing hides."""
    return cards


def unless_muted(cards: list[Card], hydrated: Hydrated) -> list[Card]:
    """Leave out muted authors."""
    muted = hydrated.relations.muted
    return [card for card in cards if card.author_id not in muted] if muted else cards


def newest_known(post_ids: Sequence[int], limit: int) -> Known:
    """Return what the newest `limit` of descending ids tell: all of them, if there are fewer."""
    return Known(post_ids[-1] if len(post_ids) == limit else 0, frozenset(post_ids))


def _card(row: PostRow, counts: Counts, names: dict[int, Summary]) -> Card:
    head = b'{"id":"%d","deleted":false,"author":' % row.id
    target = names.get(row.reply_to_author_id) if row.reply_to_author_id else None
    fields = {
        "text": row.text,
        "created_at": rfc3339(time_of(row.id)),
        "reply_to": _text(row.reply_to),
        "reply_to_author": {"id": str(target.id), "username": target.username} if target else None,
        "conversation_id": str(row.conversation_id),
        "retweet_of_id": _text(row.retweet_of),
        "attachments": [],
        "entities": row.entities,
        "hashtags": list(dict.fromkeys(entity.value for entity in row.entities if entity.type == "hashtag")),
        "mentions": [
            {"id": key, "username": name}
            for key, name in dict.fromkeys((entity.id, entity.value) for entity in row.entities if entity.id)
        ],
        "likes_count": counts.likes,
        "retweets_count": counts.retweets,
        "replies_count": counts.replies,
    }
    # without the opening brace, and open at the end
    body = b"," + msgspec.json.encode(fields)[1:-1] + b',"viewer":'
    return Card(row.id, row.author_id, row.reply_to_author_id, row.retweet_of, row.is_retweet, head, body)


def _text(identifier: int | None) -> str | None:
    return None if identifier is None else str(identifier)
