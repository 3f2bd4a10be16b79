"""Blobs, and the making of pictures."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import msgspec


class Blob(msgspec.Struct, frozen=True):
    """A blob as it is read: how long it is, in bytes, and its content in pieces."""

    size: int
    content: AsyncIterator[bytes]


class BlobStore(Protocol):
    """Keeps blobs, each under a name that never means another content.

    A name has letters, digits, `-`, `_` and `.`, and its first two are letters or digits that differ at random.
    """

    async def put(self, name: str, source: Path, content_type: str) -> None:
        """Keep what is in a file; it is durable, and whole for whoever reads it, before this returns.

        Raises:
            StorageFull: there is no room.
            Unavailable: the store does not take it now.
        """

    def open(self, name: str) -> AbstractAsyncContextManager[Blob | None]:
        """Read a blob, once and for as long as the block lasts; None where there is none of the name.

        Raises:
            Unavailable: the store does not answer.
        """

    async def link(self, name: str, seconds: int) -> str | None:
        """Return an address where anybody may read a blob for so long, None where only this process hands it out."""

    async def delete(self, names: Sequence[str]) -> None:
        """Delete blobs; those that are not there are no fault.

        Raises:
            Unavailable: the store does not answer; some of them may be gone.
        """

    def names(self) -> AsyncIterator[Sequence[str]]:
        """Yield the names of all blobs in ascending order, some at a time; those that come or go may be left out."""

    async def check(self) -> None:
        """Ask whether the store serves.

        Raises:
            Unavailable: it does not.
        """


class Crop(msgspec.Struct, frozen=True):
    """A rectangle of a picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int


class PictureOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to make of a picture: versions of it whose longer side is one of `edges` at most, in ascending order.

    An edge above the next one that the picture fits into makes none. With a crop, they are of that part only, and
    animations stand still.
    """

    edges: tuple[int, ...]
    crop: Crop | None = None


class Version(msgspec.Struct, frozen=True):
    """One version of a picture: a WebP file in the folder that was named, without any metadata."""

    file: str
    width: int
    height: int
    size: int


class Picture(msgspec.Struct, frozen=True):
    """A picture, upright as it is shown; of an animation, width and height are those of a frame."""

    width: int
    height: int
    animated: bool
    blurhash: str
    versions: tuple[Version, ...]
    """By size, the smallest first; there is at least one."""


class PictureMaker(Protocol):
    """Decodes pictures of strangers, and makes files of them that are safe to hand on."""

    async def make(self, source: Path, folder: Path, order: PictureOrder) -> Picture:
        """Decode a file and write the versions that are ordered to a folder.

        Raises:
            UnsupportedMedia: it is no JPEG, PNG, WebP, AVIF or GIF, whatever its name says.
            RuleBroken: it is damaged, has too many pixels, or the crop is none of its parts.
            StorageFull: there is no room for the versions.
            Unavailable: too many others wait.
        """
