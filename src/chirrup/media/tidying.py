"""The end of what nobody uses: uploads that were never used, files without an upload, and what a crash has left."""

import asyncio
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from chirrup.media.models import BLOB_NAME
from chirrup.media.service import lock_of
from chirrup.media.store import MediaStore
from chirrup.platform.clock import Clock
from chirrup.platform.ids import compose
from chirrup.platform.ports import BlobStore, Database

HOUR = 3_600_000
LOOSE_FOR = 24 * HOUR
"""How long an upload may wait for its use."""
UNUSED_FOR = HOUR
"""How long a file is kept that nobody uses: longer than any upload takes, and than most backups."""
_STEP = 100

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tidying:
    """The jobs of media; any of them may run in many processes at once."""

    db: Database
    store: MediaStore
    blobs: BlobStore
    clock: Clock
    folder: Path
    """Where files are while they are received or made."""

    async def tidy(self) -> None:
        """Delete what is unused for long enough."""
        await self._delete_loose()
        await self._delete_files()
        await asyncio.to_thread(_clear, self.folder)

    async def sweep(self) -> int:
        """Delete blobs that no file leads to, such as those that are newer than a backup that was restored.

        Returns:
            How many those were.
        """
        swept = 0
        async for names in self.blobs.names():
            for start in range(0, len(names), _STEP):
                swept += await self._sweep(names[start : start + _STEP])
        if swept:
            log.info("media.swept", blobs=swept)
        return swept

    async def _delete_loose(self) -> None:
        before = compose(self.clock.now() - LOOSE_FOR, 0, 0)
        while media_ids := await self.store.loose_ids(self.db.read, before, _STEP):
            async with self.db.transaction() as tx:
                await self.store.delete(tx, media_ids, self.clock.now(), loose=True)

    async def _delete_files(self) -> None:
        before = self.clock.now() - UNUSED_FOR
        while files := await self.store.unused_files(self.db.read, before, _STEP):
            for file, content_hash in files:
                async with self.db.transaction(lock_of(content_hash) if content_hash else file.id) as tx:
                    retired = await self.store.retire(tx, file.id)
                if not retired:
                    continue
                # the row goes last: until then it leads to what is left
                await self.blobs.delete(file.blobs())
                async with self.db.transaction() as tx:
                    await self.store.delete_file(tx, file.id)

    async def _sweep(self, names: Sequence[str]) -> int:
        of_file = {name: name.partition("-")[0] for name in names if BLOB_NAME.fullmatch(name)}
        known = await self.store.known_names(self.db.read, sorted(set(of_file.values())))
        strays = [name for name, file in of_file.items() if file not in known]
        await self.blobs.delete(strays)
        return len(strays)


def _clear(folder: Path) -> None:
    """Remove what processes that were killed have left of uploads."""
    before = time.time() - HOUR / 1000
    for path in folder.glob("chirrup-*-*"):
        # another process may be at it, too
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                shutil.rmtree(path)
