"""How a file becomes a picture that is kept: decoded, recorded, stored, and only then used.

A file is recorded as unused before anything of it is stored, so that what a crash leaves in the blob store has a row
that leads to it, and is removed with the other files that nobody uses.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec

from chirrup.media.models import CONTENT_TYPE, FileVersion, MediaFile
from chirrup.media.store import MediaStore
from chirrup.platform.clock import Clock
from chirrup.platform.ids import IdGenerator
from chirrup.platform.ports import BlobStore, Database, PictureMaker, PictureOrder

_NAME_BYTES = 12


@dataclass(frozen=True, slots=True)
class Keeping:
    """Makes and stores files."""

    db: Database
    store: MediaStore
    blobs: BlobStore
    maker: PictureMaker
    ids: IdGenerator
    clock: Clock

    async def keep(self, source: Path, folder: Path, order: PictureOrder, owner_id: int) -> MediaFile:
        """Make the versions of a picture in a folder, and store them; nobody uses them yet.

        Raises:
            UnsupportedMedia: it is none of the kinds that are taken.
            RuleBroken: it is damaged or too large.
            Unavailable: it cannot be made or stored right now.
        """
        picture = await self.maker.make(source, folder, order)
        edges = [max(version.width, version.height) for version in picture.versions]
        file = MediaFile(
            id=0,
            name=secrets.token_hex(_NAME_BYTES),
            width=picture.width,
            height=picture.height,
            animated=picture.animated,
            blurhash=picture.blurhash,
            versions=tuple(
                FileVersion(edge, version.width, version.height)
                for edge, version in zip(edges, picture.versions, strict=True)
            ),
            size=sum(version.size for version in picture.versions),
        )
        file = await self._record(file, owner_id)
        for name, version in zip(file.blobs(), picture.versions, strict=True):
            await self.blobs.put(name, folder / version.file, CONTENT_TYPE)
        return file

    async def fetch(self, file: MediaFile, target: Path) -> bool:
        """Copy the largest version of a file to a place; return whether it was there."""
        async with self.blobs.open(file.blob(file.versions[-1])) as blob:
            if blob is None:
                return False
            with target.open("wb") as out:
                async for block in blob.content:
                    out.write(block)
        return True

    async def _record(self, file: MediaFile, owner_id: int) -> MediaFile:
        async with self.db.transaction() as tx:
            while True:
                named = msgspec.structs.replace(file, id=self.ids.new(owner_id))
                if await self.store.insert_file(tx, named, self.clock.now()):
                    return named
