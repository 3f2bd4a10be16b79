"""How every list of posts is read: skeleton → hydrate → visible → present.

The four steps are those of Bluesky's AppView. The skeleton, the ids of a page, is each list's own; the rest is here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from chirrup.accounts import Accounts, Summary, Viewer
from chirrup.graph import Graph, Relations
from chirrup.graph.models import NO_RELATIONS
from chirrup.media import MediaLibrary
from chirrup.media.schemas import Media
from chirrup.platform.clock import rfc3339
from chirrup.platform.errors import Forbidden, NotFound, Unavailable
from chirrup.platform.http.pagination import encode_cursor
from chirrup.platform.ids import time_of
from chirrup.platform.ports import Cache, Database, Wanted
from chirrup.posts.marks import Marks
from chirrup.posts.models import Card, Known, PostRow, Skeleton
from chirrup.posts.store import Counts, PostStore

_WIDEST = 500
_NULL = b"null"
_UNMARKED, _ANONYMOUS = 0, 4
_FLAGS = (
    b'{"liked":false,"retweeted":false}',
    b'{"liked":true,"retweeted":false}',
    b'{"liked":false,"retweeted":true}',
    b'{"liked":true,"retweeted":true}',
    _NULL,
)


Entry = tuple[Card, Summary]
"""A post and its author."""


class Hydrated(msgspec.Struct, frozen=True):
    """All that a page of posts needs, from one batched call each."""

    entries: list[Entry]
    """The posts of the page that exist, in its order."""
    originals: dict[int, Entry]
    """What they retweet or quote, and what that quotes."""
    relations: Relations
    liked: frozenset[int] | set[int]
    retweeted: frozenset[int] | set[int]
    viewer: Viewer | None

    def original(self, card: Card) -> Entry | None:
        """Return the post that another retweets or quotes, if the viewer may see it."""
        entry = self.originals.get(card.retweet_of) if card.retweet_of else None
        if entry is None or not entry[1].visible or entry[0].author_id in self.relations.blocked:
            return None
        return entry


class Standing(msgspec.Struct, frozen=True):
    """How a viewer stands to others, and the newest marks that the viewer has left on posts."""

    relations: Relations
    liked: Known
    retweeted: Known


Rule = Callable[[list[Entry], Hydrated], list[Entry]]
"""Leaves out what a list does not show, beyond what blocks, bans and deletions hide everywhere."""


class PostPage(msgspec.Struct, frozen=True):
    """One page of posts: the JSON of its items, and where the next page starts."""

    items: list[bytes]
    next_cursor: str | None

    def json(self) -> bytes:
        """Return the page as its answer's body."""
        cursor = b'"%b"' % self.next_cursor.encode() if self.next_cursor else _NULL
        return b'{"items":[%b],"next_cursor":%b}' % (b",".join(self.items), cursor)


@dataclass(frozen=True, slots=True)
class PostReader:
    """The steps behind the skeleton."""

    db: Database
    store: PostStore
    accounts: Accounts
    graph: Graph
    liked: Marks
    retweeted: Marks
    library: MediaLibrary
    cache: Cache

    async def hydrate(
        self, post_ids: Sequence[int], viewer: Viewer | None, standing: Standing | None = None
    ) -> Hydrated:
        """Load posts, the originals they retweet or quote, their authors, and what the viewer did with them.

        Who has the viewer's standing already hands it in.
        """
        cards = await self._cards(post_ids)
        entries = list(zip(cards, await self.accounts.summaries([card.author_id for card in cards]), strict=True))
        wanted = [card.retweet_of for card in cards if card.retweet_of]
        originals = await self._originals(wanted) if wanted else {}
        if viewer is None:
            return Hydrated(entries, originals, NO_RELATIONS, frozenset(), frozenset(), None)
        standing = standing or await self.standing(viewer)
        shown = [*post_ids, *originals] if originals else post_ids
        liked = await self.liked.of(viewer.id, standing.liked, shown)
        retweeted = await self.retweeted.of(viewer.id, standing.retweeted, shown)
        return Hydrated(entries, originals, standing.relations, liked, retweeted, viewer)

    async def standing(self, viewer: Viewer) -> Standing:
        """Return how the viewer stands."""
        return Standing(*await self.cache.fetch_each(self.wanted(viewer)))

    def wanted(self, viewer: Viewer) -> list[Wanted]:
        """Return where the cache has the parts of a `Standing`."""
        key = viewer.id
        return [self.graph.wanted_relations(key), self.liked.wanted(key), self.retweeted.wanted(key)]

    def visible(self, hydrated: Hydrated, rule: Rule) -> list[Entry]:
        """Return those of the posts that the viewer may see in a list with this rule, in the same order."""
        blocked = hydrated.relations.blocked
        shown = [
            entry
            for entry in hydrated.entries
            if entry[1].visible
            and (card := entry[0]).author_id not in blocked
            and (not card.is_retweet or hydrated.original(card))
        ]
        return rule(shown, hydrated)

    def present(self, shown: Sequence[Entry], hydrated: Hydrated) -> list[bytes]:
        """Return the JSON of posts: kept bytes, with the viewer's flags spliced in."""
        return _presented(shown, hydrated)

    async def page(
        self,
        skeleton: Skeleton,
        start: int,
        viewer: Viewer | None,
        rule: Rule,
        limit: int,
        standing: Standing | None = None,
    ) -> PostPage:
        """Return one page of what comes behind `start` in a skeleton, in its order, full unless the skeleton ends.

        What the rule leaves out is made up for by more of the skeleton, ever more at a time, so that a long stretch of
        what is not shown takes few steps.
        """
        if viewer is not None and standing is None:
            standing = await self.standing(viewer)
        items: list[bytes] = []
        last, size = 0, limit + 1
        while post_ids := await skeleton(start, size):
            hydrated = await self.hydrate(post_ids, viewer, standing)
            shown = self.visible(hydrated, rule)
            fitting = shown[: limit - len(items)]
            items += self.present(fitting, hydrated)
            last = fitting[-1][0].id if fitting else last
            if len(fitting) < len(shown):
                return PostPage(items, encode_cursor(last))
            start, size = post_ids[-1], min(2 * size, _WIDEST)
        return PostPage(items, None)

    async def listed(self, post_ids: Sequence[int], viewer: Viewer | None, rule: Rule) -> list[bytes]:
        """Return the JSON of those of the posts that are shown, in their order."""
        hydrated = await self.hydrate(post_ids, viewer)
        return self.present(self.visible(hydrated, rule), hydrated)

    async def visible_counts(self, post_ids: Sequence[int], viewer: Viewer | None) -> dict[int, Counts]:
        """Return the counts of those of the posts that the viewer may see."""
        hydrated = await self.hydrate(post_ids, viewer)
        shown = [card.id for card, _ in self.visible(hydrated, everything)]
        found = await self.counts(shown)
        return {post_id: found.get(post_id, Counts()) for post_id in shown}

    async def counts(self, post_ids: Sequence[int]) -> dict[int, Counts]:
        """Return the counts of posts as they are now."""
        return await self.store.counts(self.db.read, post_ids) if post_ids else {}

    async def existing(self, post_id: int, viewer: Viewer | None) -> bytes:
        """Return the JSON of one post.

        Raises:
            NotFound: there is no such post.
            Forbidden: a block stands between its author and the viewer.
        """
        hydrated = await self.hydrate([post_id], viewer)
        shown = self.visible(hydrated, everything)
        if not shown:
            raise self.refusal(post_id, hydrated)
        return self.present(shown, hydrated)[0]

    async def published(self, post_id: int, viewer: Viewer) -> bytes:
        """Return the JSON of a post that the viewer has published.

        Raises:
            NotFound: it has been deleted since.
            Unavailable: it is saved, and cannot be read yet.
        """
        try:
            return await self.existing(post_id, viewer)
        except NotFound:
            # a replica that answers alone, while there is no primary, may not have it
            async with self.db.transaction() as tx:
                post = (await self.store.by_ids(tx, [post_id])).get(post_id)
            if post is None or post.deleted:
                raise
        raise Unavailable("The post is saved; it cannot be shown right now.")

    def refusal(self, post_id: int, hydrated: Hydrated) -> NotFound | Forbidden:
        """Return why a post is not shown."""
        if any(card.id == post_id and card.author_id in hydrated.relations.blocked for card, _ in hydrated.entries):
            return Forbidden("You and this post's author do not see each other's posts.")
        return NotFound("There is no such post.")

    async def _originals(self, post_ids: Sequence[int]) -> dict[int, Entry]:
        """Return posts that others retweet or quote, and, since a retweeted one may be a quote, what these quote."""
        cards = await self._cards(list(dict.fromkeys(post_ids)))
        quoted = {card.retweet_of for card in cards if card.retweet_of} - {card.id for card in cards}
        if quoted:
            cards = [*cards, *await self._cards(list(quoted))]
        authors = await self.accounts.summaries([card.author_id for card in cards])
        return {card.id: (card, author) for card, author in zip(cards, authors, strict=True)}

    async def _cards(self, post_ids: Sequence[int]) -> list[Card]:
        """Return those of the posts that exist, in their order."""
        known: list[Card | None] = await self.cache.fetch("card", post_ids, self._load_cards)
        if all(known):
            return known  # type: ignore[return-value]  # the line above has ruled out None
        return [card for card in known if card is not None]

    async def _load_cards(self, post_ids: list[int]) -> dict[int, Card]:
        found = await self.store.counted(self.db.read, post_ids)
        targets = list({row.reply_to_author_id for row, _ in found.values() if row.reply_to_author_id})
        names = dict(zip(targets, await self.accounts.summaries(targets), strict=True)) if targets else {}
        pictured = [key for key, (row, _) in found.items() if row.has_media]
        media = await self.library.of_posts(pictured) if pictured else {}
        return {key: _card(row, counts, names, media.get(key, ())) for key, (row, counts) in found.items()}


def everything(entries: list[Entry], _hydrated: Hydrated) -> list[Entry]:
    """Show all that nothing hides."""
    return entries


def unless_muted(entries: list[Entry], hydrated: Hydrated) -> list[Entry]:
    """Leave out muted authors."""
    muted = hydrated.relations.muted
    return [entry for entry in entries if entry[0].author_id not in muted] if muted else entries


def _presented(shown: Sequence[Entry], hydrated: Hydrated) -> list[bytes]:
    liked, retweeted = hydrated.liked, hydrated.retweeted
    usual = _ANONYMOUS if hydrated.viewer is None else _UNMARKED
    marked = bool(liked or retweeted)
    return [
        face[1]
        if (face := card.faces.get(flags := (card.id in liked) + 2 * (card.id in retweeted) if marked else usual))
        and face[0] is author
        else _face(card, author, flags, hydrated)
        for card, author in shown
    ]


def _face(card: Card, author: Summary, flags: int, hydrated: Hydrated) -> bytes:
    """Return the JSON of a post with these flags; without an original in it, it is kept for who sees it like that."""
    original = hydrated.original(card)
    nested = _presented((original,), hydrated)[0] if original else _NULL
    item = b"".join((card.head, author.json, card.body, _FLAGS[flags], b',"retweet_of":', nested, b"}"))
    if not card.retweet_of:
        card.faces[flags] = (author, item)
    return item


def _card(row: PostRow, counts: Counts, names: dict[int, Summary], media: Sequence[Media]) -> Card:
    head = b'{"id":"%d","deleted":false,"author":' % row.id
    target = names.get(row.reply_to_author_id) if row.reply_to_author_id else None
    fields = {
        "text": row.text,
        "created_at": rfc3339(time_of(row.id)),
        "reply_to": _text(row.reply_to),
        "reply_to_author": {"id": str(target.id), "username": target.username} if target else None,
        "conversation_id": str(row.conversation_id),
        "retweet_of_id": _text(row.retweet_of),
        "attachments": media,
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
