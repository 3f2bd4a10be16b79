"""Forms with a file (`multipart/form-data`, RFC 7578), received without ever being held in memory."""

import asyncio
import errno
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from chirrup.platform.errors import Malformed, StorageFull, TooLarge, UnsupportedMedia

RECEIVE_SECONDS = 300
FORM = "multipart/form-data"
_LARGEST_TEXT = 16_384
_OVERHEAD = 32_768
_MOST_PARTS = 8
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))


class Form(msgspec.Struct):
    """A form: its texts, and its file in a folder that is gone after the request."""

    file: Path
    texts: dict[str, str]
    content_hash: bytes = b""
    """SHA-256 of what is in the file."""


@asynccontextmanager
async def receiving(
    request: Request[Any, Any, Any], folder: Path, *, largest: int, texts: Collection[str]
) -> AsyncIterator[Form]:
    """Receive a form of one `file` of up to so many bytes, and texts of these names, for as long as the block lasts.

    Raises:
        UnsupportedMedia: the body is no such form.
        TooLarge: the file is.
        StorageFull: there is no room for it.
        Malformed: the form is broken, lacks its file, has others, or takes too long.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > largest + _OVERHEAD:
        raise _too_large(largest)
    parser = PushMultipartParser(_boundary(request.headers.get("content-type", "")), max_segment_count=_MOST_PARTS)
    own = await asyncio.to_thread(_folder_in, folder)
    try:
        form = Form(own / "file", {})
        try:
            async with asyncio.timeout(RECEIVE_SECONDS):
                await _receive(request, parser, form, largest, texts)
        except TimeoutError as error:
            raise Malformed(f"The upload took longer than {RECEIVE_SECONDS} s.", field="body") from error
        except InternalServerException as error:
            raise Malformed("The upload was broken off.", field="body") from error
        except OSError as error:
            if error.errno in _FULL:
                raise StorageFull("The disk is full.") from error
            raise
        except MultipartError as error:
            raise Malformed("The body cannot be read as the form that its type announces.", field="body") from error
        yield form
    finally:
        await asyncio.to_thread(shutil.rmtree, own)


def _folder_in(folder: Path) -> Path:
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="chirrup-upload-", dir=folder))


def _boundary(content_type: str) -> str:
    kind, options = parse_options_header(content_type)
    boundary: str = options.get("boundary", "")
    if kind != FORM or not 1 <= len(boundary) <= 70:
        raise UnsupportedMedia(f"Send the body as {FORM} with its boundary.")
    return boundary


async def _receive(
    request: Request[Any, Any, Any], parser: PushMultipartParser, form: Form, largest: int, texts: Collection[str]
) -> None:
    received = 0
    with form.file.open("wb") as out:
        parts = _Parts(form, out, largest, texts)
        async for chunk in request.stream():
            received += len(chunk)
            if received > largest + _OVERHEAD:
                raise _too_large(largest)
            if chunk:
                for event in parser.parse(chunk):
                    parts.take(event)
    parser.close()
    parts.finish()


class _Parts:
    """Puts the parts of a form where they belong, as they come."""

    def __init__(self, form: Form, out: BinaryIO, largest: int, texts: Collection[str]) -> None:
        self._form = form
        self._out = out
        self._largest = largest
        self._texts = texts
        self._seen: set[str] = set()
        self._name = ""
        self._content = bytearray()
        self._length = 0
        self._hash = hashlib.sha256()

    def take(self, event: "MultipartSegment | bytes | bytearray | None") -> None:
        """Take the start of a part, a piece of it, or its end."""
        if isinstance(event, MultipartSegment):
            self._begin(event.name)
        elif event is None:
            self._end()
        elif self._name == "file":
            self._length += len(event)
            if self._length > self._largest:
                raise _too_large(self._largest)
            self._hash.update(event)
            self._out.write(event)
        else:
            self._content += event
            if len(self._content) > _LARGEST_TEXT:
                raise Malformed(f"This is longer than {_LARGEST_TEXT} bytes.", field=self._name)

    def finish(self) -> None:
        """Hold the whole against what was asked for."""
        if "file" not in self._seen:
            raise Malformed("There is no part named `file`.", field="file")
        self._form.content_hash = self._hash.digest()

    def _begin(self, name: str) -> None:
        if name in self._seen:
            raise Malformed("There are two parts of this name.", field=name)
        if name != "file" and name not in self._texts:
            raise Malformed("There is no field of this name.", field=name[:64])
        self._seen.add(name)
        self._name = name
        self._content.clear()

    def _end(self) -> None:
        if self._name != "file":
            try:
                self._form.texts[self._name] = self._content.decode()
            except UnicodeDecodeError as error:
                raise Malformed("This is no UTF-8.", field=self._name) from error


def _too_large(largest: int) -> TooLarge:
    return TooLarge(f"A file has at most {largest >> 20} MiB.", field="file")
