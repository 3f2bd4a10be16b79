"""Whether every picture that is used is where it should be."""

from bisect import bisect_left
from collections.abc import AsyncIterator

from chirrup.media.store import MediaStore
from chirrup.platform.ports import BlobStore, Database

_STEP = 500


class _Names:
    """The names that a blob store has, a part at a time."""

    def __init__(self, blobs: BlobStore) -> None:
        self._pages = blobs.names()
        self._ahead: list[str] = []

    async def below(self, bound: str) -> set[str]:
        """Return those that are smaller, and larger than the bound before."""
        while not self._ahead or self._ahead[-1] < bound:
            page = await anext(self._pages, None)
            if page is None:
                break
            self._ahead += page
        cut = bisect_left(self._ahead, bound)
        found, self._ahead = set(self._ahead[:cut]), self._ahead[cut:]
        return found


async def lost_blobs(db: Database, store: MediaStore, blobs: BlobStore) -> AsyncIterator[str]:
    """Yield the names of blobs that files in use lead to and that are not there, also while a server is at work.

    Raises:
        Unavailable: the blob store does not answer.
    """
    names = _Names(blobs)
    after = ""
    while files := await store.used_files(db.read, after, _STEP):
        after = files[-1].name
        # all blobs of a file have its name and a hyphen, which is smaller than a full stop
        there = await names.below(f"{after}.")
        for name in (name for file in files for name in file.blobs() if name not in there):
            # it may have come after its place was passed
            async with blobs.open(name) as blob:
                if blob is None:
                    yield name
