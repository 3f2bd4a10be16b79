"""Writing a history into an instance as if it had happened: rows and events, with ids of their times.

Everything is written in one transaction, so that an instance is empty or full. What follows from the events (counts,
and whatever else listens) is left to their handlers, which the caller runs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from chirrup.accounts import AccountRegistered
from chirrup.accounts.models import Role
from chirrup.accounts.store import AccountStore
from chirrup.bootstrap import Application
from chirrup.demo.history import History, Post
from chirrup.demo.scenes import Picture
from chirrup.engagement import PostLiked
from chirrup.engagement.store import LikeStore
from chirrup.graph import FollowCreated
from chirrup.graph.store import GraphStore
from chirrup.media.models import MediaFile, Purpose
from chirrup.media.store import MediaStore
from chirrup.platform.ports import Transaction
from chirrup.posts import PostPublished
from chirrup.posts.models import PostRow
from chirrup.posts.store import PostStore
from chirrup.posts.text import clean, find_entities, resolve_mentions


class Then:
    """A clock that shows the time of what is being written, and stays there."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        """Return milliseconds since the Unix epoch."""
        return self._now

    def show(self, now: int) -> None:
        """Set the clock."""
        self._now = now


@dataclass(frozen=True)
class _Like:
    account: int
    post: Post


@dataclass(slots=True)
class Filling:
    """One history on its way into an instance whose clock is `clock`."""

    app: Application
    clock: Then
    history: History
    files: Mapping[Picture, MediaFile]
    """What has been made of the history's pictures."""
    account_store: AccountStore = field(default_factory=AccountStore)
    graph_store: GraphStore = field(default_factory=GraphStore)
    post_store: PostStore = field(default_factory=PostStore)
    like_store: LikeStore = field(default_factory=LikeStore)
    media_store: MediaStore = field(default_factory=MediaStore)
    account_ids: dict[int, int] = field(default_factory=dict)
    names: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Id and spelling by lower-case username."""
    posts: dict[int, PostRow] = field(default_factory=dict)

    async def write(self, password_hashes: dict[int, str], roles: dict[int, Role]) -> None:
        """Write everything in the order of time; accounts without a hash cannot log in."""
        now = self.clock.now()
        async with self.app.db.transaction() as tx:
            for at, what in self._in_order():
                self.clock.show(at)
                match what:
                    case int(index):
                        await self._register(tx, index, password_hashes.get(index), roles.get(index))
                    case (int(follower), int(followee)):
                        await self._follow(tx, self.account_ids[follower], self.account_ids[followee])
                    case Post() as post:
                        await self._publish(tx, post)
                    case _Like(account, post):
                        await self._like(tx, self.account_ids[account], self.posts[post.number].id)
            self.clock.show(now)

    def _in_order(self) -> list[tuple[int, int | tuple[int, int] | Post | _Like]]:
        return sorted(self._everything(), key=lambda entry: entry[0])

    def _everything(self) -> Iterator[tuple[int, int | tuple[int, int] | Post | _Like]]:
        # of what happens in the same millisecond, what others need comes first: the order here
        for index, at in enumerate(self.history.joined):
            yield at, index
        for pair, at in self.history.follows.items():
            yield at, pair
        for post in self.history.posts:
            yield post.at, post
        for post in self.history.posts:
            for account, at in post.likers.items():
                yield at, _Like(account, post)

    async def _register(self, tx: Transaction, index: int, password_hash: str | None, role: Role | None) -> None:
        person = self.history.people[index]
        account_id = self.app.ids.new(0)
        self.account_ids[index] = account_id
        self.names[person.username.lower()] = (account_id, person.username)
        await self.account_store.insert(tx, account_id, person.username, None, password_hash, person.name)
        await self.account_store.claim(tx, person.username.lower(), account_id)
        await self.account_store.set_profile(tx, account_id, person.name, person.bio, person.bot is not None)
        if person.verified:
            await self.account_store.set_verified(tx, account_id, verified=True)
        if role is not None:
            await self.account_store.set_role(tx, account_id, role)
        face = self.history.faces.get(index)
        if face is not None:
            await self._upload(tx, account_id, face, "avatar")
            file = self.files[face]
            await self.app.accounts.set_portrait(tx, account_id, "avatar", file.blob(file.versions[-1]))
        tx.publish(AccountRegistered(account_id=account_id))

    async def _follow(self, tx: Transaction, follower_id: int, followee_id: int) -> None:
        await self.graph_store.insert_follow(tx, self.app.ids.new(follower_id), follower_id, followee_id)
        tx.publish(FollowCreated(follower_id=follower_id, followee_id=followee_id))

    async def _publish(self, tx: Transaction, post: Post) -> None:
        author_id = self.account_ids[post.author]
        post_id = self.app.ids.new(author_id)
        parent = self.posts[post.reply_to.number] if post.reply_to else None
        other = post.quote_of or post.retweet_of
        text = clean(post.text) if post.text else ""
        entities, mentioned = resolve_mentions(find_entities(text), self.names)
        row = PostRow(
            id=post_id,
            author_id=author_id,
            text=text,
            entities=entities,
            reply_to=parent.id if parent else None,
            reply_to_author_id=parent.author_id if parent else None,
            conversation_id=parent.conversation_id if parent else post_id,
            retweet_of=self.posts[other.number].id if other else None,
            is_retweet=post.retweet_of is not None,
            has_media=bool(post.pictures),
        )
        self.posts[post.number] = row
        await self.post_store.insert(tx, row)
        uploads = [await self._upload(tx, author_id, picture, "") for picture in post.pictures]
        await self.app.library.attach(tx, author_id, uploads, post_id)
        if row.is_retweet and row.retweet_of is not None:
            await self.post_store.insert_retweet(tx, author_id, row.retweet_of, post_id)
        tx.publish(
            PostPublished(
                post_id=post_id,
                author_id=author_id,
                reply_to=row.reply_to,
                reply_to_author_id=row.reply_to_author_id,
                retweet_of=row.retweet_of,
                is_retweet=row.is_retweet,
                conversation_id=row.conversation_id,
                mentioned_ids=tuple(mentioned),
            )
        )

    async def _upload(self, tx: Transaction, owner_id: int, picture: Picture, purpose: Purpose) -> int:
        media_id = self.app.ids.new(owner_id)
        await self.media_store.insert(tx, media_id, owner_id, self.files[picture], picture.alt, purpose)
        return media_id

    async def _like(self, tx: Transaction, account_id: int, post_id: int) -> None:
        await self.like_store.insert(tx, self.app.ids.new(account_id), account_id, post_id)
        tx.publish(PostLiked(post_id=post_id, account_id=account_id))
