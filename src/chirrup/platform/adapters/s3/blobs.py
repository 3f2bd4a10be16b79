"""The `BlobStore` port over a bucket."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import Blob

FOREVER = "public, max-age=31536000, immutable"
_CHUNK = 1 << 18
_CONNECT, _ANSWER = timedelta(seconds=3), timedelta(seconds=20)
_PAGE = 1000


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """Where a bucket is; without an endpoint at Amazon's, and without keys by what the machine is allowed."""

    name: str
    endpoint: str = ""
    region: str = "us-east-1"
    access_key_id: str = ""
    secret_access_key: str = ""
    prefix: str = ""
    """A folder of its own."""


class BucketBlobs:
    """Blobs in a bucket, which only this instance writes to.

    Each is kept with its content type and with the caching that its name, which never means another content, allows: so
    a network of caches before the bucket hands on the right headers.
    """

    def __init__(self, bucket: Bucket) -> None:
        """Use a bucket that is there; nothing is asked of it yet."""
        config: dict[str, Any] = {"region": bucket.region}
        if bucket.endpoint:
            config |= {"endpoint": bucket.endpoint, "virtual_hosted_style_request": False}
        if bucket.access_key_id:
            config |= {"access_key_id": bucket.access_key_id, "secret_access_key": bucket.secret_access_key}
        self._name = bucket.name
        self._folder = f"{bucket.prefix.strip('/')}/" if bucket.prefix.strip("/") else ""
        self._store = S3Store(
            bucket.name,
            client_options={
                "allow_http": bucket.endpoint.startswith("http:"),
                "connect_timeout": _CONNECT,
                "timeout": _ANSWER,
            },
            retry_config={"max_retries": 2, "retry_timeout": _ANSWER},
            **config,
        )

    async def put(self, name: str, source: Path, content_type: str) -> None:
        """Keep what is in a file."""
        attributes = {"Content-Type": content_type, "Cache-Control": FOREVER}
        with self._refusals():
            await obstore.put_async(self._store, self._folder + name, source, attributes=attributes)

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[Blob | None]:
        """Read a blob."""
        found = None
        with self._refusals(), suppress(FileNotFoundError):
            found = await obstore.get_async(self._store, self._folder + name)
        if found is None:
            yield None
        else:
            yield Blob(found.meta["size"], self._content(found.stream(min_chunk_size=_CHUNK)))

    async def link(self, name: str, seconds: int) -> str | None:
        """Return a signed address."""
        with self._refusals():
            return await obstore.sign_async(self._store, "GET", self._folder + name, timedelta(seconds=seconds))

    async def delete(self, names: Sequence[str]) -> None:
        """Delete blobs."""
        if names:
            with self._refusals():
                await obstore.delete_async(self._store, [self._folder + name for name in names])

    async def names(self) -> AsyncIterator[Sequence[str]]:
        """Yield the names of all blobs."""
        with self._refusals():
            async for page in obstore.list(self._store, self._folder or None, chunk_size=_PAGE):
                yield [entry["path"].removeprefix(self._folder) for entry in page]

    async def check(self) -> None:
        """Ask for one name."""
        with self._refusals():
            async for _ in obstore.list(self._store, self._folder or None, chunk_size=1):
                return

    async def _content(self, stream: AsyncIterator[Any]) -> AsyncIterator[bytes]:
        with self._refusals():
            async for chunk in stream:
                yield bytes(chunk)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Have faults of the bucket say that it does not serve."""
        try:
            yield
        except (BaseError, OSError) as error:
            raise Unavailable(f"The bucket {self._name} does not serve right now.") from error
