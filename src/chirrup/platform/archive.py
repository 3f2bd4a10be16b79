"""Archives of an instance: the database as it is at one moment, the keys, the settings and what else it keeps.

An archive is a `.tar.gz` whose last member, `MANIFEST.json`, names the others with their sizes and SHA-256 sums.
"""

import gzip
import hashlib
import io
import os
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from chirrup.migrations import HEAD
from chirrup.platform.adapters.sqlite.integrity import whole
from chirrup.platform.datadir import DataDir, copy_database, sync_folder
from chirrup.platform.errors import StartRefused

FORMAT = 1
_MANIFEST = "MANIFEST.json"
_DATABASE = "chirrup.db"
_MEDIA = "media/"
_ALLOWED = re.compile(r"chirrup\.db|chirrup\.toml|keys/[\w.-]+\.pem|media(/[\w-][\w.-]*)+")
_BLOCK = 1 << 20
_LONGEST_MANIFEST = 1 << 28

Progress = Callable[[int, int], None]
"""Gets bytes done and in all."""


class Member(msgspec.Struct, frozen=True):
    """A file of an archive."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What an archive holds; `created_at` in milliseconds since the Unix epoch."""

    format: int
    program: str
    revision: str
    created_at: int
    files: dict[str, Member]


def write_archive(data: DataDir, target: Path, *, program: str, now: int, progress: Progress) -> Manifest:
    """Write the archive of an instance, also while it is served; it has its name only once it is complete.

    Raises:
        StartRefused: there is something under this name.
    """
    if target.exists():
        raise StartRefused(f"{target} is there already and stays as it is.")
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        copy = Path(folder) / _DATABASE
        copy_database(data.database, copy)
        draft = Path(folder) / "archive"
        members = {_DATABASE: copy, **_others(data)}
        total = sum(map(_size, members.values()))
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=3) as archive:
                files = {}
                done = 0
                for name, path in members.items():
                    member = _add(archive, name, path)
                    if member is not None:
                        files[name] = member
                        done += member.size
                    progress(done, total)
                manifest = Manifest(FORMAT, program, data.revision() or "", now, files)
                _add_bytes(archive, _MANIFEST, msgspec.json.encode(manifest))
            out.flush()
            os.fsync(out.fileno())
        try:
            # unlike a rename, a link takes no name that somebody else has taken meanwhile
            os.link(draft, target)
        except FileExistsError as error:
            raise StartRefused(f"{target} is there already and stays as it is.") from error
    sync_folder(target.parent)
    return manifest


def read_archive(file: Path, data: DataDir, *, progress: Progress) -> Manifest:
    """Put what an archive holds into an empty data directory; all of it, or nothing.

    Raises:
        StartRefused: the directory is not empty or is in use, or the archive is damaged, foreign or of a newer version.
    """
    _check_empty(data)
    data.root.mkdir(mode=0o750, parents=True, exist_ok=True)
    with data.exclusive():
        _clear(data)
        data.restoring.mkdir(mode=0o700)
        try:
            manifest = _unpack(file, data.restoring, progress)
            _check(data.restoring, manifest)
            _move(data, manifest)
        except BaseException:
            _clear(data)
            raise
    return manifest


def _others(data: DataDir) -> dict[str, Path]:
    """Return what an archive holds beside the database."""
    found = sorted(path for path in data.root.rglob("*") if path.is_file() and not path.is_symlink())
    named = {path.relative_to(data.root).as_posix(): path for path in found}
    return {name: path for name, path in named.items() if name != _DATABASE and _ALLOWED.fullmatch(name)}


class _Hashing(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self.sha256.update(block)
        return block


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _add(archive: tarfile.TarFile, name: str, path: Path) -> Member | None:
    """Add a file; a picture that the server has deleted meanwhile is left out, and None."""
    try:
        source = path.open("rb")
    except FileNotFoundError:
        if name.startswith(_MEDIA):
            return None
        raise
    with source:
        hashing = _Hashing(source)
        entry = archive.gettarinfo(str(path), name, source)
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        archive.addfile(entry, hashing)
        return Member(entry.size, hashing.sha256.hexdigest())


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o600
    archive.addfile(entry, io.BytesIO(content))


def _check_empty(data: DataDir) -> None:
    if not data.root.exists():
        return
    if not data.root.is_dir():
        raise StartRefused(f"{data.root} is no folder.")
    if data.restoring.exists():
        return
    if any(path.name != "lock" for path in data.root.iterdir()):
        with data.exclusive():
            raise StartRefused(f"The data directory {data.root} is not empty; restore into an empty one.")


def _clear(data: DataDir) -> None:
    """Remove what a restore that did not end has left."""
    for path in data.root.iterdir():
        if path.name == "lock" or path == data.restoring:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    # last, since it is what tells that the rest is to be removed
    if data.restoring.exists():
        shutil.rmtree(data.restoring)


def _unpack(file: Path, folder: Path, progress: Progress) -> Manifest:
    manifest = b""
    total = file.stat().st_size
    found = {}
    try:
        with file.open("rb") as source, tarfile.open(fileobj=source, mode="r:gz") as archive:
            for entry in archive:
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is None:
                    raise StartRefused(f"{file} is no backup of Chirrup: it holds {entry.name!r}, which is no file.")
                if entry.name == _MANIFEST:
                    manifest = content.read(_LONGEST_MANIFEST)
                    continue
                if not _ALLOWED.fullmatch(entry.name) or ".." in entry.name or entry.name in found:
                    raise StartRefused(f"{file} is no backup of Chirrup: it holds {entry.name!r}.")
                found[entry.name] = _write(folder / entry.name, _blocks(content))
                progress(source.tell(), total)
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise StartRefused(f"{file} is damaged or no backup of Chirrup: {error}.") from error
    try:
        read = msgspec.json.decode(manifest, type=Manifest)
    except msgspec.DecodeError as error:
        raise StartRefused(f"{file} is damaged or no backup of Chirrup: it has no list of its files.") from error
    if read.format > FORMAT or read.revision > HEAD:
        raise StartRefused(f"{file} was made by a newer version of Chirrup ({read.program}).")
    wrong = sorted(name for name in found.keys() | read.files.keys() if found.get(name) != read.files.get(name))
    if wrong or _DATABASE not in found:
        raise StartRefused(f"{file} is damaged: {', '.join(wrong[:5]) or _DATABASE} is not what was backed up.")
    return read


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block


def _write(path: Path, blocks: Iterator[bytes]) -> Member:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sha256 = hashlib.sha256()
    size = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        for block in blocks:
            sha256.update(block)
            size += len(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return Member(size, sha256.hexdigest())


def _check(folder: Path, manifest: Manifest) -> None:
    """Refuse a database that is not whole or not of the revision that the archive names."""
    unpacked = DataDir(folder)
    faults = whole(unpacked.database)
    if faults:
        raise StartRefused(f"The database in the archive is damaged: {faults[0]}.")
    if unpacked.revision() != manifest.revision:
        raise StartRefused(f"The database in the archive is of another revision than {manifest.revision}.")


def _move(data: DataDir, manifest: Manifest) -> None:
    """Move everything to its place; the database, without which nothing else counts, comes last."""
    for name in sorted(manifest.files, key=lambda name: name == _DATABASE):
        place = data.root / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data.restoring / name).rename(place)
    shutil.rmtree(data.restoring)
    sync_folder(data.root)
