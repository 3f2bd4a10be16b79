"""The index of search."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from chirrup.platform.searching import Hit, PersonDocument, PostDocument, PostSearch, TagCount
from chirrup.platform.words import Phrase

SoleBuilder = Callable[[], AbstractAsyncContextManager[bool]]
"""Opens a block in which one process of an instance at a time builds an index; yields whether this one may."""


class SearchBuild(Protocol):
    """An index on its way to replace the one in use."""

    async def add_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add those of the posts that are not there; what is there has been put meanwhile and is newer."""

    async def add_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add those of the accounts that are not there."""


class SearchIndex(Protocol):
    """Finds posts, people and hashtags by their words; disposable: made from the database.

    What is put is found when the call has returned, or less than a second later. Putting and deleting twice is doing so
    once. All raise Unavailable where the engine does not answer.
    """

    async def put_posts(self, documents: Sequence[PostDocument]) -> None:
        """Add posts, each in the place of what was there under its id."""

    async def delete_posts(self, post_ids: Sequence[int]) -> None:
        """Remove posts."""

    async def put_people(self, documents: Sequence[PersonDocument]) -> None:
        """Add accounts, each in the place of what was there under its id."""

    async def delete_people(self, account_ids: Sequence[int]) -> None:
        """Remove accounts."""

    async def newest_posts(self, wanted: PostSearch, limit: int) -> Sequence[int]:
        """Return posts, newest first."""

    async def best_posts(self, wanted: PostSearch, now: int, after: Hit | None, limit: int) -> Sequence[Hit]:
        """Return posts behind a place, best first: by how much of a post is what was asked for, and by its age.

        Of very many that fit only the newest are ranked. `now`, in milliseconds since the Unix epoch, is when the list
        was begun; with the same one, the order stays the same as long as the posts do.
        """

    async def people(self, names: Sequence[Phrase], username: str, after: Hit | None, limit: int) -> Sequence[Hit]:
        """Return accounts behind a place: who has this username, whose begins with it, and whose names have all of
        these phrases, each by weight.
        """

    async def tags(self, prefix: str, limit: int) -> Sequence[TagCount]:
        """Return the hashtags that begin with a folded text, most used first."""

    async def complete(self) -> bool:
        """Return whether the index has been built from the whole database."""

    def build(self) -> AbstractAsyncContextManager[SearchBuild]:
        """Make an index anew beside the one in use, which it replaces at the end of the block.

        What is put and deleted meanwhile, by whatever process, goes to both. A block that raises leaves the old one.
        A build that has not ended replaces nothing any more once another has begun.
        """
