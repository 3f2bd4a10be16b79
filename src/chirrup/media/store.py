"""All SQL of media."""

from collections.abc import Sequence

import msgspec

from chirrup.media.models import FileVersion, MediaFile, Medium, Purpose
from chirrup.platform.ports import Reader, Row, Transaction

_FILE = "f.id, f.name, f.width, f.height, f.animated, f.blurhash, f.versions, f.size"
_MEDIUM = f"m.id, m.owner_id, m.alt, m.purpose, m.post_id, {_FILE}"
_JOINED = "media AS m JOIN media_files AS f ON f.id = m.file_id"
_VERSIONS = msgspec.json.Decoder(tuple[FileVersion, ...])


def _file(row: Row) -> MediaFile:
    return MediaFile(
        id=row[0],
        name=row[1],
        width=row[2],
        height=row[3],
        animated=bool(row[4]),
        blurhash=row[5],
        versions=_VERSIONS.decode(row[6]),
        size=row[7],
    )


def _medium(row: Row) -> Medium:
    return Medium(id=row[0], owner_id=row[1], alt=row[2], purpose=row[3], post_id=row[4], file=_file(row[5:]))


class MediaStore:
    """Queries over files and what accounts have uploaded."""

    async def insert_file(self, tx: Transaction, file: MediaFile, now: int) -> bool:
        """Record a file of which nothing is kept yet and that nobody uses; return whether its id was free."""
        return await tx.run(
            "INSERT INTO media_files (id, name, width, height, animated, blurhash, versions, size, unused_since)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
            file.id, file.name, file.width, file.height, file.animated, file.blurhash,
            msgspec.json.encode(file.versions).decode(), file.size, now,
        ) == 1  # fmt: skip

    async def set_hash(self, tx: Transaction, file_id: int, content_hash: bytes) -> None:
        """Let a file that is kept be found by the content it was made of."""
        await tx.run("UPDATE media_files SET hash = $2 WHERE id = $1", file_id, content_hash)

    async def file_by_hash(self, reader: Reader, content_hash: bytes) -> MediaFile | None:
        """Return the file that was made of the same content."""
        row = await reader.first(f"SELECT {_FILE} FROM media_files AS f WHERE hash = $1", content_hash)  # noqa: S608
        return _file(row) if row else None

    async def insert(
        self, tx: Transaction, media_id: int, owner_id: int, file: MediaFile, alt: str, purpose: Purpose
    ) -> bool:
        """Record an upload; return whether its id was free."""
        fresh = await tx.run(
            "INSERT INTO media (id, owner_id, file_id, alt, size, purpose) VALUES ($1, $2, $3, $4, $5, $6)"
            " ON CONFLICT DO NOTHING",
            media_id, owner_id, file.id, alt, file.size, purpose,
        ) == 1  # fmt: skip
        if fresh:
            await tx.run("UPDATE media_files SET unused_since = NULL WHERE id = $1", file.id)
        return fresh

    async def size_of_owner(self, reader: Reader, owner_id: int) -> int:
        """Return how many bytes all uploads of an account take."""
        row = await reader.first("SELECT coalesce(sum(size), 0) FROM media WHERE owner_id = $1", owner_id)
        assert row is not None
        return int(row[0])

    async def by_id(self, reader: Reader, media_id: int) -> Medium | None:
        """Return an upload."""
        row = await reader.first(f"SELECT {_MEDIUM} FROM {_JOINED} WHERE m.id = $1", media_id)  # noqa: S608
        return _medium(row) if row else None

    async def of_posts(self, reader: Reader, post_ids: Sequence[int]) -> list[Medium]:
        """Return what posts show, in its order."""
        rows = await reader.all(
            f"SELECT {_MEDIUM} FROM {_JOINED} WHERE m.post_id = ANY($1) ORDER BY m.post_id, m.place",  # noqa: S608
            post_ids,
        )
        return [_medium(row) for row in rows]

    async def attach(self, tx: Transaction, media_id: int, owner_id: int, post_id: int, place: int) -> bool:
        """Have a post show an upload; return whether that is one of the owner's and not used yet."""
        return await tx.run(
            "UPDATE media SET purpose = 'post', post_id = $3, place = $4"
            " WHERE id = $1 AND owner_id = $2 AND purpose = ''",
            media_id, owner_id, post_id, place,
        ) == 1  # fmt: skip

    async def set_alt(self, tx: Transaction, media_id: int, alt: str) -> None:
        """Replace a description."""
        await tx.run("UPDATE media SET alt = $2 WHERE id = $1", media_id, alt)

    async def delete_of_post(self, tx: Transaction, post_id: int, now: int) -> None:
        """Delete what a post shows."""
        await self._unuse(tx, "post_id = $1", now, post_id)
        await tx.run("DELETE FROM media WHERE post_id = $1", post_id)

    async def delete_of_purpose(self, tx: Transaction, owner_id: int, purpose: Purpose, now: int) -> None:
        """Delete what an account uses for a purpose of which there is one."""
        await self._unuse(tx, "owner_id = $1 AND purpose = $2", now, owner_id, purpose)
        await tx.run("DELETE FROM media WHERE owner_id = $1 AND purpose = $2", owner_id, purpose)

    async def delete_some_of_owner(self, tx: Transaction, owner_id: int, limit: int, now: int) -> int:
        """Delete uploads of an account; return how many."""
        rows = await tx.all("SELECT id FROM media WHERE owner_id = $1 LIMIT $2", owner_id, limit)
        return await self.delete(tx, [row[0] for row in rows], now)

    async def delete(self, tx: Transaction, media_ids: Sequence[int], now: int, *, loose: bool = False) -> int:
        """Delete uploads, or with `loose` those of them that are not used; return how many."""
        those = "id = ANY($1)" + (" AND purpose = ''" if loose else "")
        await self._unuse(tx, those, now, media_ids)
        return await tx.run(f"DELETE FROM media WHERE {those}", media_ids)  # noqa: S608

    async def loose_ids(self, reader: Reader, before: int, limit: int) -> list[int]:
        """Return uploads with ids below one that are not used."""
        rows = await reader.all(
            "SELECT id FROM media WHERE purpose = '' AND id < $1 ORDER BY id LIMIT $2", before, limit
        )
        return [row[0] for row in rows]

    async def unused_files(self, reader: Reader, before: int, limit: int) -> list[tuple[MediaFile, bytes | None]]:
        """Return files with their hashes that, as far as is known, nobody has used since a moment."""
        rows = await reader.all(
            f"SELECT {_FILE}, f.hash FROM media_files AS f"  # noqa: S608
            " WHERE unused_since IS NOT NULL AND unused_since < $1 ORDER BY unused_since LIMIT $2",
            before, limit,
        )  # fmt: skip
        return [(_file(row), row[8]) for row in rows]

    async def used_files(self, reader: Reader, after: str, limit: int) -> list[MediaFile]:
        """Return files in use with names above one, by name."""
        rows = await reader.all(
            f"SELECT {_FILE} FROM media_files AS f WHERE unused_since IS NULL AND name > $1"  # noqa: S608
            " ORDER BY name LIMIT $2",
            after, limit,
        )  # fmt: skip
        return [_file(row) for row in rows]

    async def retire(self, tx: Transaction, file_id: int) -> bool:
        """Have a file found by nobody any more, unless somebody uses it; return whether nobody does."""
        row = await tx.first("SELECT 1 FROM media WHERE file_id = $1 LIMIT 1", file_id)
        change = "unused_since = NULL" if row else "hash = NULL"
        await tx.run(f"UPDATE media_files SET {change} WHERE id = $1", file_id)  # noqa: S608
        return row is None

    async def delete_file(self, tx: Transaction, file_id: int) -> None:
        """Forget a file."""
        await tx.run("DELETE FROM media_files WHERE id = $1", file_id)

    async def known_names(self, reader: Reader, names: Sequence[str]) -> set[str]:
        """Return those of the names that are files'."""
        rows = await reader.all("SELECT name FROM media_files WHERE name = ANY($1)", names)
        return {row[0] for row in rows}

    async def _unuse(self, tx: Transaction, those: str, now: int, *arguments: object) -> None:
        """Note that files have lost a use; whether it was the last is found out later."""
        rows = await tx.all(f"SELECT file_id FROM media WHERE {those}", *arguments)  # noqa: S608
        file_ids = [row[0] for row in rows]
        if file_ids:
            await tx.run("UPDATE media_files SET unused_since = $2 WHERE id = ANY($1)", file_ids, now)
