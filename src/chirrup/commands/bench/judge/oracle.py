"""What every home timeline has to show, worked out naively from a record of all that was done."""

from dataclasses import dataclass, field


@dataclass
class Post:
    """A post as it was published."""

    id: int
    author: int
    reply_to: int | None = None
    original: int | None = None
    is_retweet: bool = False
    deleted: bool = False


@dataclass
class Oracle:
    """The record; what it says holds at once, whether events have been handled or not."""

    active: set[int] = field(default_factory=set)
    banned: set[int] = field(default_factory=set)
    follows: set[tuple[int, int]] = field(default_factory=set)
    blocks: set[tuple[int, int]] = field(default_factory=set)
    mutes: set[tuple[int, int]] = field(default_factory=set)
    posts: dict[int, Post] = field(default_factory=dict)

    def home(self, viewer: int) -> list[int]:
        """Return a whole home timeline, newest first."""
        return sorted((post.id for post in self.posts.values() if self._shows(viewer, post)), reverse=True)

    def may_see(self, viewer: int, post_id: int) -> bool:
        """Return whether an account may see a post, and in the case of a retweet its original."""
        post = self.posts[post_id]
        if post.deleted or post.author not in self.active or self._apart(viewer, post.author):
            return False
        return not post.is_retweet or post.original is None or self.may_see(viewer, post.original)

    def may_answer(self, viewer: int, post_id: int) -> bool:
        """Return whether an account may reply to, quote or retweet a post; a retweet stands for its original."""
        post = self.posts[post_id]
        if post.is_retweet and post.original is not None:
            return not post.deleted and self.may_see(viewer, post.original)
        return self.may_see(viewer, post_id)

    def source(self, post_id: int) -> Post:
        """Return a post or, for a retweet, its original."""
        post = self.posts[post_id]
        return self.posts[post.original] if post.is_retweet and post.original is not None else post

    def retweet_of(self, account: int, original: int) -> Post | None:
        """Return an account's retweet of a post."""
        return next(
            (
                post
                for post in self.posts.values()
                if post.is_retweet and post.author == account and post.original == original and not post.deleted
            ),
            None,
        )

    def delete(self, post_id: int) -> None:
        """Delete a post and, with an original, its retweets."""
        self.posts[post_id].deleted = True
        for post in self.posts.values():
            if post.is_retweet and post.original == post_id:
                post.deleted = True

    def block(self, blocker: int, blocked: int) -> None:
        """Block: the follows between the two end."""
        self.blocks.add((blocker, blocked))
        self.follows -= {(blocker, blocked), (blocked, blocker)}

    def delete_account(self, account: int) -> None:
        """Remove an account and all that it made or is part of."""
        self.active.discard(account)
        for post in list(self.posts.values()):
            if post.author == account:
                self.delete(post.id)
        for ties in (self.follows, self.blocks, self.mutes):
            ties -= {tie for tie in ties if account in tie}

    def followers(self, account: int) -> int:
        """Return how many follow an account."""
        return sum(followee == account for _, followee in self.follows)

    def _shows(self, viewer: int, post: Post) -> bool:
        if not self.may_see(viewer, post.id):
            return False
        author = post.author
        if author == viewer:
            return True
        if (viewer, author) not in self.follows or (viewer, author) in self.mutes:
            return False
        if post.is_retweet and post.original is not None and (viewer, self.posts[post.original].author) in self.mutes:
            return False
        if post.reply_to is None:
            return True
        target = self.posts[post.reply_to].author
        return target in {viewer, author} or (viewer, target) in self.follows

    def _apart(self, one: int, other: int) -> bool:
        return bool({(one, other), (other, one)} & self.blocks)
