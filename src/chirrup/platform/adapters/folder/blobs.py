"""The `BlobStore` port over a folder: each blob a file, in a folder by its first two letters."""

import asyncio
import errno
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO

from chirrup.platform.datadir import sync_folder
from chirrup.platform.errors import StorageFull, Unavailable
from chirrup.platform.ports import Blob

_BLOCK = 1 << 18
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
# what is being written has a name that no blob has, and that an archive leaves out
_DRAFT = "."


class FolderBlobs:
    """Blobs in a folder that all processes share."""

    def __init__(self, root: Path) -> None:
        """Use a folder, which is made with the first blob."""
        self._root = root

    async def put(self, name: str, source: Path, content_type: str) -> None:  # noqa: ARG002 - the name's end tells it
        """Keep what is in a file."""
        await asyncio.to_thread(self._put, name, source)

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[Blob | None]:
        """Read a blob."""
        file = await asyncio.to_thread(self._open, name)
        if file is None:
            yield None
            return
        with file:
            yield Blob(os.fstat(file.fileno()).st_size, _content(file))

    async def link(self, name: str, seconds: int) -> str | None:  # noqa: ARG002 - there is none
        """Return None: only this process hands them out."""
        return None

    async def delete(self, names: Sequence[str]) -> None:
        """Delete blobs."""
        await asyncio.to_thread(self._delete, names)

    async def names(self) -> AsyncIterator[Sequence[str]]:
        """Yield the names of all blobs, a folder at a time."""
        folders = await asyncio.to_thread(lambda: sorted(self._root.glob("??")))
        for folder in folders:
            yield await asyncio.to_thread(_names_in, folder)

    async def check(self) -> None:
        """Ask whether the folder can be written to, or made."""
        place = self._root if self._root.exists() else self._root.parent
        if not os.access(place, os.W_OK | os.X_OK):
            raise Unavailable(f"{place} cannot be written.")

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name

    def _open(self, name: str) -> BinaryIO | None:
        with _refusals():
            path = self._path(name)
            return path.open("rb") if path.is_file() else None

    def _put(self, name: str, source: Path) -> None:
        path = self._path(name)
        draft = path.with_name(f"{_DRAFT}{name}.{os.getpid()}")
        with _refusals():
            path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            try:
                with source.open("rb") as content, draft.open("wb") as out:
                    shutil.copyfileobj(content, out, _BLOCK)
                    out.flush()
                    os.fsync(out.fileno())
                draft.rename(path)
            finally:
                draft.unlink(missing_ok=True)
            # the folder's own name may be new, too
            for folder in (path.parent, self._root, self._root.parent):
                sync_folder(folder)

    def _delete(self, names: Sequence[str]) -> None:
        with _refusals():
            for name in names:
                self._path(name).unlink(missing_ok=True)


async def _content(file: BinaryIO) -> AsyncIterator[bytes]:
    with _refusals():
        while block := await asyncio.to_thread(file.read, _BLOCK):
            yield block


def _names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(_DRAFT))


@contextmanager
def _refusals() -> Iterator[None]:
    """Have faults of the disk say what they mean."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull("The disk is full.") from error
        raise Unavailable("The folder of media cannot be used right now.") from error
