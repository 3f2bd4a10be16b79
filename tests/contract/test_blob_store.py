"""What every blob store promises."""

import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from chirrup.platform.adapters.folder.blobs import FolderBlobs
from chirrup.platform.adapters.s3.blobs import FOREVER, Bucket, BucketBlobs
from chirrup.platform.errors import StorageFull, Unavailable
from chirrup.platform.ports import BlobStore
from tests.cluster import bucket_settings
from tests.support import free_port

KIND = "image/webp"
Keep = Callable[[str, bytes], Awaitable[None]]


def in_folder(folder: Path) -> BlobStore:
    """Return an empty folder."""
    return FolderBlobs(folder / "blobs")


def in_bucket(_: Path) -> BlobStore:
    """Return an empty part of the bucket."""
    return BucketBlobs(Bucket(**bucket_settings(), prefix=f"test-{os.getpid()}-{secrets.token_hex(4)}"))


STORES: dict[str, Callable[[Path], BlobStore]] = {"folder": in_folder, "s3": in_bucket}


@pytest.fixture(params=STORES)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """Each kind of blob store, empty."""
    return STORES[request.param](tmp_path)


@pytest.fixture
def keep(blobs: BlobStore, tmp_path: Path) -> Keep:
    """Keep bytes under a name."""

    async def keep(name: str, content: bytes) -> None:
        source = tmp_path / f"source-{secrets.token_hex(4)}"
        source.write_bytes(content)
        await blobs.put(name, source, KIND)

    return keep


async def content_of(blobs: BlobStore, name: str) -> bytes | None:
    """Return what is under a name."""
    async with blobs.open(name) as blob:
        if blob is None:
            return None
        content = b"".join([block async for block in blob.content])
        assert blob.size == len(content)
        return content


async def names_of(blobs: BlobStore) -> list[str]:
    """Return all names."""
    return [name async for names in blobs.names() for name in names]


async def test_what_was_put_is_read(blobs: BlobStore, keep: Keep) -> None:
    await keep("wren-1.webp", b"tseep")
    assert await content_of(blobs, "wren-1.webp") == b"tseep"


@pytest.mark.parametrize("size", [0, 1, 65_536, 6_000_000])
async def test_a_blob_of_any_size_is_read_whole(blobs: BlobStore, keep: Keep, size: int) -> None:
    content = os.urandom(size)
    await keep("wren-1.webp", content)
    assert await content_of(blobs, "wren-1.webp") == content


async def test_there_is_nothing_under_an_unknown_name(blobs: BlobStore) -> None:
    assert await content_of(blobs, "nobody-1.webp") is None


async def test_what_was_deleted_is_gone_and_may_be_deleted_again(blobs: BlobStore, keep: Keep) -> None:
    await keep("wren-1.webp", b"tseep")
    await keep("wren-2.webp", b"tseep tseep")
    for _ in range(2):
        await blobs.delete(["wren-1.webp", "robin-1.webp"])
    assert await content_of(blobs, "wren-1.webp") is None
    assert await content_of(blobs, "wren-2.webp") == b"tseep tseep"
    await blobs.delete([])


async def test_putting_again_is_putting_once(blobs: BlobStore, keep: Keep) -> None:
    for _ in range(2):
        await keep("wren-1.webp", b"tseep")
    assert await names_of(blobs) == ["wren-1.webp"]


async def test_all_names_are_told_in_their_order(blobs: BlobStore, keep: Keep) -> None:
    assert await names_of(blobs) == []
    names = [f"{number:02x}-wren.webp" for number in range(12)]
    names += [f"00-wren-{number}.webp" for number in range(3)]
    for name in reversed(names):
        await keep(name, b"tseep")
    assert await names_of(blobs) == sorted(names)


async def test_a_blob_may_be_left_before_its_end(blobs: BlobStore, keep: Keep) -> None:
    await keep("wren-1.webp", os.urandom(3_000_000))
    async with blobs.open("wren-1.webp") as blob:
        assert blob is not None
        assert await anext(blob.content)
    assert await content_of(blobs, "wren-1.webp") is not None


async def test_a_link_leads_to_the_blob_with_its_type_and_caching(blobs: BlobStore, keep: Keep) -> None:
    await keep("wren-1.webp", b"tseep")
    link = await blobs.link("wren-1.webp", 60)
    if link is None:
        assert isinstance(blobs, FolderBlobs)
        return
    async with httpx.AsyncClient() as client:
        answer = await client.get(link, timeout=10)
        forged = await client.get(link.replace("wren-1", "wren-2"), timeout=10)
    assert (answer.status_code, answer.content) == (200, b"tseep")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (KIND, FOREVER)
    assert forged.status_code == 403


async def test_a_store_that_serves_says_so(blobs: BlobStore) -> None:
    await blobs.check()


async def test_a_bucket_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"tseep")
    nowhere = BucketBlobs(
        Bucket(
            name="nests",
            endpoint=f"http://127.0.0.1:{free_port()}",
            access_key_id="wren",
            secret_access_key="tseep",
        )
    )
    for attempt in (nowhere.check(), nowhere.put("wren-1.webp", source, KIND), nowhere.delete(["wren-1.webp"])):
        with pytest.raises(Unavailable):
            await attempt


async def test_a_full_disk_leaves_nothing_of_a_blob(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    source = tmp_path / "source"
    source.write_bytes(b"tseep")
    place = tmp_path / "blobs" / "wr"
    place.mkdir(parents=True)
    # each write to this device fails as on a disk without room
    (place / f".wren-1.webp.{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(StorageFull):
        await blobs.put("wren-1.webp", source, KIND)
    assert await names_of(blobs) == []
