"""The files of the built web client, held in memory, and compressed once: in Brotli by the build, else in gzip."""

import gzip
import hashlib
import mimetypes
from collections.abc import Iterator
from pathlib import Path

import msgspec

_COMPRESSIBLE = (".js", ".css", ".html", ".svg", ".json", ".webmanifest", ".txt")
_BROTLI = ".br"
_HASHED = "/assets/"
_FOREVER = b"public, max-age=31536000, immutable"
_REVALIDATE = b"no-cache"


class Asset(msgspec.Struct, frozen=True):
    """One file: its bytes, plain and, where that is smaller, compressed, by the name of the encoding; best first."""

    content_type: bytes
    cache_control: bytes
    etag: bytes
    plain: bytes
    compressed: tuple[tuple[bytes, bytes], ...]

    def answer(self, request_headers: dict[bytes, bytes]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Return status, headers and body for a request."""
        headers = [(b"cache-control", self.cache_control), (b"etag", self.etag), (b"vary", b"accept-encoding")]
        if request_headers.get(b"if-none-match") == self.etag:
            return 304, headers, b""
        headers.append((b"content-type", self.content_type))
        offered = request_headers.get(b"accept-encoding", b"").split(b",")
        accepted = {encoding.partition(b";")[0].strip() for encoding in offered}
        for encoding, body in self.compressed:
            if encoding in accepted:
                return 200, [*headers, (b"content-encoding", encoding)], body
        return 200, headers, self.plain


def load_assets(folder: Path) -> dict[str, Asset]:
    """Return the files of a folder by their path in URLs; none where the folder is missing."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix != _BROTLI)
    return {f"/{file.relative_to(folder).as_posix()}": _load(file, folder) for file in files}


def _load(file: Path, folder: Path) -> Asset:
    plain = file.read_bytes()
    path = f"/{file.relative_to(folder).as_posix()}"
    content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    text = content_type.startswith("text/") or file.suffix in _COMPRESSIBLE
    return Asset(
        content_type=(content_type + ("; charset=utf-8" if text else "")).encode(),
        cache_control=_FOREVER if path.startswith(_HASHED) else _REVALIDATE,
        etag=f'"{hashlib.sha256(plain).hexdigest()[:20]}"'.encode(),
        plain=plain,
        compressed=tuple((name, body) for name, body in _compressed(file, plain) if len(body) < len(plain)),
    )


def _compressed(file: Path, plain: bytes) -> Iterator[tuple[bytes, bytes]]:
    built = file.with_name(file.name + _BROTLI)
    if built.is_file():
        yield b"br", built.read_bytes()
    if file.suffix in _COMPRESSIBLE:
        yield b"gzip", gzip.compress(plain, 9, mtime=0)
