"""Pictures for tests, in every kind that is taken, and files that only look like pictures."""

import struct
import zlib
from pathlib import Path
from typing import Any

import httpx
import pyvips

from tests.support import Person

KINDS = (".jpg", ".png", ".webp", ".avif", ".gif")


def drawn(width: int = 60, height: int = 40, shade: int = 60) -> pyvips.Image:
    """Return a picture of a gradient."""
    place = pyvips.Image.xyz(width, height)
    levels = place.bandjoin(pyvips.Image.black(width, height) + shade)
    return levels.linear([200 / width, 200 / height, 1], 0).cast("uchar").copy(interpretation="srgb")


def encoded(image: pyvips.Image, kind: str = ".png", **options: Any) -> bytes:
    """Return a file of a picture."""
    content: bytes = image.write_to_buffer(kind, **options)
    return content


def picture(width: int = 60, height: int = 40, kind: str = ".png", shade: int = 60) -> bytes:
    """Return a file of a gradient; of another shade, it is another picture."""
    return encoded(drawn(width, height, shade), kind)


def speckled(size: int, seed: int) -> bytes:
    """Return a PNG that takes much room, since no two pixels of it are alike."""
    noise = pyvips.Image.gaussnoise(size, size, mean=128, sigma=40, seed=seed).cast("uchar")
    return encoded(noise.copy(interpretation="b-w"))


def animation(width: int = 40, height: int = 30, frames: int = 3, kind: str = ".gif") -> bytes:
    """Return a picture that moves."""
    shown = [drawn(width, height, 80 * number % 240) for number in range(frames)]
    image = pyvips.Image.arrayjoin(shown, across=1).copy()
    image.set_type(pyvips.GValue.gint_type, "page-height", height)
    image.set_type(pyvips.GValue.array_int_type, "delay", [100] * frames)
    return encoded(image, kind)


def with_place(image: pyvips.Image) -> bytes:
    """Return a JPEG that says where it was taken, and lies on its side."""
    image = image.copy()
    for field, value in {
        "exif-ifd3-GPSLatitude": "52/1 31/1 12/1",
        "exif-ifd3-GPSLatitudeRef": "N",
        "exif-ifd3-GPSLongitude": "13/1 24/1 17/1",
        "exif-ifd0-Make": "Nightjar Cameras",
    }.items():
        image.set_type(pyvips.GValue.gstr_type, field, value)
    image.set_type(pyvips.GValue.gint_type, "orientation", 6)
    return encoded(image, ".jpg")


def huge_png(width: int, height: int) -> bytes:
    """Return a few bytes that say they are a PNG of any size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def fields_of(content: bytes) -> set[str]:
    """Return the names of all that a picture's file tells beside its pixels."""
    return set(pyvips.Image.new_from_buffer(content, "").get_fields())


def opened(content: bytes) -> pyvips.Image:
    """Return the picture of a file, decoded."""
    return pyvips.Image.new_from_buffer(content, "n=-1" if content[:4] == b"RIFF" else "").copy_memory()


async def upload(person: Person, content: bytes, status: int = 201, **options: Any) -> dict[str, Any]:
    """Upload a file, with `alt=`, `name=`, `kind=` and `key=` where they matter, and return the answer."""
    answer = await sent(person, content, **options)
    assert answer.status_code == status, answer.text
    decoded: dict[str, Any] = answer.json()
    return decoded


async def sent(
    person: Person,
    content: bytes,
    alt: str | None = None,
    name: str = "wren.png",
    kind: str = "image/png",
    key: str = "",
) -> httpx.Response:
    """Upload a file, and return whatever is answered."""
    data = {} if alt is None else {"alt": alt}
    headers = {"Idempotency-Key": key} if key else {}
    return await person.client.post("/media", files={"file": (name, content, kind)}, data=data, headers=headers)


def stored_in(folder: Path) -> list[Path]:
    """Return the files below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
