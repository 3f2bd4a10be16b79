"""Avatars and banners: a part of an upload, in a shape of its own."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from chirrup.accounts import Account, Accounts, Viewer
from chirrup.media.keeping import Keeping
from chirrup.media.models import SHAPES, MediaFile, Medium, Portrait
from chirrup.media.store import MediaStore
from chirrup.platform.clock import Clock
from chirrup.platform.errors import NotFound, RuleBroken
from chirrup.platform.ids import IdGenerator
from chirrup.platform.ports import Crop, Database, PictureOrder, Transaction


@dataclass(frozen=True, slots=True)
class Portraits:
    """The verbs of avatars and banners."""

    db: Database
    store: MediaStore
    keeping: Keeping
    accounts: Accounts
    ids: IdGenerator
    clock: Clock
    folder: Path
    """Where files are while they are made."""

    async def choose(self, viewer: Viewer, portrait: Portrait, media_id: int, crop: Crop | None) -> Account:
        """Use a part of an upload, by default the largest in its middle; the upload is used up by that.

        Raises:
            RuleBroken: it is not an unused upload of the viewer's, or the part is not within it or of another shape.
        """
        medium = await self._unused(viewer, media_id)
        shape = SHAPES[portrait]
        part = crop or shape.middle(medium.file.width, medium.file.height)
        shape.check(part)
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="chirrup-portrait-", dir=self.folder) as folder:
            source = Path(folder) / "source"
            if not await self.keeping.fetch(medium.file, source):
                raise NotFound("The picture is not there any more.")
            order = PictureOrder(edges=shape.edges, crop=part)
            file = await self.keeping.keep(source, Path(folder), order, viewer.id)
        async with self.db.transaction(viewer.id) as tx:
            if not await self.store.delete(tx, [media_id], self.clock.now(), loose=True):
                raise _not_unused(media_id)
            await self._replace(tx, viewer.id, portrait, file, medium.alt)
        return await self.accounts.get(viewer.id)

    async def remove(self, viewer: Viewer, portrait: Portrait) -> Account:
        """Go without."""
        async with self.db.transaction(viewer.id) as tx:
            await self._replace(tx, viewer.id, portrait, None, "")
        return await self.accounts.get(viewer.id)

    async def _replace(
        self, tx: Transaction, owner_id: int, portrait: Portrait, file: MediaFile | None, alt: str
    ) -> None:
        await self.store.delete_of_purpose(tx, owner_id, portrait, self.clock.now())
        if file is not None:
            while not await self.store.insert(tx, self.ids.new(owner_id), owner_id, file, alt, portrait):
                pass
        await self.accounts.set_portrait(tx, owner_id, portrait, file.blob(file.versions[-1]) if file else None)

    async def _unused(self, viewer: Viewer, media_id: int) -> Medium:
        medium = await self.store.by_id(self.db.read, media_id)
        if medium is None or medium.owner_id != viewer.id or medium.purpose:
            raise _not_unused(media_id)
        return medium


def _not_unused(media_id: int) -> RuleBroken:
    return RuleBroken(f"{media_id} is not an unused upload of yours.", field="media_id")
