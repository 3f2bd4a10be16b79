"""The files of the built web client, held in memory and compressed once."""

import gzip
import hashlib
import mimetypes
from pathlib import Path

import msgspec

_COMPRESSIBLE = (".js", ".css", ".html", ".svg", ".json", ".webmanifest", ".txt")
_HASHED = "/assets/"
_FOREVER = b"public, max-age=31536000, immutable"
_REVALIDATE = b"no-cache"


class Asset(msgspec.Struct, frozen=True):
    """One file: its bytes, plain and, where that is smaller, compressed."""

    content_type: bytes
    cache_control: bytes
    etag: bytes
    plain: bytes
    compressed: bytes | None

    def answer(self, request_headers: dict[bytes, bytes]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Return status, headers and body for a request."""
        headers = [(b"cache-control", self.cache_control), (b"etag", self.etag), (b"vary", b"accept-encoding")]
        if request_headers.get(b"if-none-match") == self.etag:
            return 304, headers, b""
        body = self.plain
        if self.compressed is not None and b"gzip" in request_headers.get(b"accept-encoding", b""):
            body = self.compressed
            headers.append((b"content-encoding", b"gzip"))
        return 200, [*headers, (b"content-type", self.content_type)], body


def load_assets(folder: Path) -> dict[str, Asset]:
    """Return the files of a folder by their path in URLs; none where the folder is missing."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {f"/{file.relative_to(folder).as_posix()}": _load(file, folder) for file in files}


def _load(file: Path, folder: Path) -> Asset:
    plain = file.read_bytes()
    compressed = gzip.compress(plain, 9, mtime=0) if file.suffix in _COMPRESSIBLE else None
    path = f"/{file.relative_to(folder).as_posix()}"
    content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    text = content_type.startswith("text/") or file.suffix in _COMPRESSIBLE
    return Asset(
        content_type=(content_type + ("; charset=utf-8" if text else "")).encode(),
        cache_control=_FOREVER if path.startswith(_HASHED) else _REVALIDATE,
        etag=f'"{hashlib.sha256(plain).hexdigest()[:20]}"'.encode(),
        plain=plain,
        compressed=compressed if compressed is not None and len(compressed) < len(plain) else None,
    )
