"""What can be done with uploads."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from chirrup.accounts import Viewer
from chirrup.media.keeping import Keeping
from chirrup.media.models import EDGES, MediaFile, check_alt
from chirrup.media.schemas import Media, media
from chirrup.media.store import MediaStore
from chirrup.platform.clock import Clock
from chirrup.platform.errors import Interrupted, NotFound, RuleBroken
from chirrup.platform.idempotency import IdempotencyKey, IdempotencyStore
from chirrup.platform.ids import IdGenerator
from chirrup.platform.ports import Database, PictureOrder, Transaction
from chirrup.platform.repeating import repeatable
from chirrup.platform.steps import in_steps

ORDER = PictureOrder(edges=EDGES)
_STEP = 200


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was received, in a folder that is the upload's own."""

    file: Path
    content_hash: bytes
    """SHA-256 of what is in it."""
    alt: str


@dataclass(frozen=True, slots=True)
class MediaLibrary:
    """The verbs of uploads."""

    db: Database
    store: MediaStore
    keeping: Keeping
    idempotency: IdempotencyStore
    ids: IdGenerator
    clock: Clock
    quota: int
    """How many bytes all sizes of an account's pictures may take."""
    base: str
    """What the addresses of pictures begin with."""

    @repeatable
    async def upload(self, viewer: Viewer, upload: Upload, key: IdempotencyKey | None = None) -> Media:
        """Keep a picture, to be used once.

        The same content is made and stored once, whoever uploads it. Should the database undo the last step, all is
        done again; a file that was made for nothing is removed with the others that nobody uses.

        Raises:
            UnsupportedMedia: it is none of the kinds that are taken.
            RuleBroken: it is damaged or too large, its description is, or the account's quota is used up.
            Unavailable: it cannot be made or stored right now.
        """
        alt = check_alt(upload.alt)
        if key is not None:
            async with self.db.transaction() as tx:
                earlier = await self.idempotency.resource(tx, key)
            if earlier is not None:
                return await self._shown(earlier)
        known = await self.store.file_by_hash(self.db.read, upload.content_hash)
        await self._check_quota(viewer, known.size if known else 1)
        made = None
        if known is None:
            made = await self.keeping.keep(upload.file, upload.file.parent, ORDER, viewer.id)
        async with self.db.transaction(viewer.id, lock_of(upload.content_hash)) as tx:
            earlier = await self.idempotency.resource(tx, key)
            if earlier is None:
                file = await self._settled(tx, upload.content_hash, made)
                await self._check_quota(viewer, file.size, tx)
                earlier = await self._insert(tx, viewer.id, file, alt)
                await self.idempotency.keep(tx, key, earlier, self.clock.now())
        return await self._shown(earlier)

    @repeatable
    async def describe(self, viewer: Viewer, media_id: int, alt: str) -> Media:
        """Replace the description of one's own upload, also where a post shows it.

        Raises:
            NotFound: there is no such upload of the viewer's.
            RuleBroken: the description is too long, or has characters that cannot be shown.
        """
        alt = check_alt(alt)
        async with self.db.transaction() as tx:
            medium = await self.store.by_id(tx, media_id)
            if medium is None or medium.owner_id != viewer.id:
                raise NotFound("There is no such upload of yours.")
            await self.store.set_alt(tx, media_id, alt)
            if medium.post_id is not None:
                tx.forget("card", medium.post_id)
        return media(msgspec.structs.replace(medium, alt=alt), self.base)

    async def attach(self, tx: Transaction, owner_id: int, media_ids: Sequence[int], post_id: int) -> None:
        """Have a post show uploads, in this order.

        Raises:
            RuleBroken: one of them is not the owner's, or is used already.
        """
        for place, media_id in enumerate(media_ids):
            if not await self.store.attach(tx, media_id, owner_id, post_id, place):
                raise RuleBroken(f"{media_id} is not an unused upload of yours.", field="attachments")

    async def release(self, tx: Transaction, post_id: int) -> None:
        """Delete what a post shows."""
        await self.store.delete_of_post(tx, post_id, self.clock.now())

    async def of_posts(self, post_ids: Sequence[int]) -> dict[int, list[Media]]:
        """Return what those of the posts show that show anything."""
        found: dict[int, list[Media]] = defaultdict(list)
        for medium in await self.store.of_posts(self.db.read, post_ids):
            if medium.post_id is not None:
                found[medium.post_id].append(media(medium, self.base))
        return found

    async def forget(self, account_id: int) -> None:
        """Delete all uploads of an account that is gone, in steps."""
        await in_steps(
            self.db, _STEP, lambda tx: self.store.delete_some_of_owner(tx, account_id, _STEP, self.clock.now())
        )

    async def _settled(self, tx: Transaction, content_hash: bytes, made: MediaFile | None) -> MediaFile:
        """Return the one file of a content: the one that was made now, unless another was before."""
        known = await self.store.file_by_hash(tx, content_hash)
        if known is not None:
            return known
        if made is None:
            raise Interrupted("The picture was about to be removed; try again.")
        await self.store.set_hash(tx, made.id, content_hash)
        return made

    async def _insert(self, tx: Transaction, owner_id: int, file: MediaFile, alt: str) -> int:
        media_id = self.ids.new(owner_id)
        while not await self.store.insert(tx, media_id, owner_id, file, alt, ""):
            media_id = self.ids.new(owner_id)
        return media_id

    async def _shown(self, media_id: int) -> Media:
        medium = await self.store.by_id(self.db.read, media_id)
        if medium is None:
            raise NotFound("The upload has been deleted since.")
        return media(medium, self.base)

    async def _check_quota(self, viewer: Viewer, size: int, tx: Transaction | None = None) -> None:
        used = await self.store.size_of_owner(tx or self.db.read, viewer.id)
        if used + size > self.quota:
            raise RuleBroken(f"Your pictures take up all of the {self.quota >> 20} MiB that an account has.")


def lock_of(content_hash: bytes) -> int:
    """Return the key of the transactions that decide about the file of a content."""
    return int.from_bytes(content_hash[:8]) >> 1
