"""How a stranger's file becomes a picture that is safe to hand on.

The kind is told by the file's first bytes, never by its name. Its header is read, and what has too many pixels is
refused before one of them is decoded. Then every pixel is decoded once, in order, upright as the camera was held, and
written anew as WebP without metadata.
"""

from pathlib import Path

import blurhash
import pyvips

from chirrup.platform.ports import Crop, Picture, PictureOrder, Version

QUALITY = 80
_EFFORT = 2
_BLURRED = 32
_HEAD = 64


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """A file that becomes no picture; the word says why."""


def make(source: Path, folder: Path, order: PictureOrder, pixels: int) -> Picture:
    """Write the versions of a picture to a folder.

    Raises:
        Refused: `unsupported`, `broken`, `pixels` (there are more than so many), `crop` (it is none of its parts) or
            `room` (there is none for the versions).
    """
    loader = loader_of(source)
    try:
        image, animated = _open(source, loader, pixels, still=order.crop is not None)
        largest = _largest(image, order)
    except pyvips.Error as error:
        raise Refused("broken") from error
    width, height = largest.width, largest.get_page_height()
    edges = [*(edge for edge in order.edges if edge < max(width, height)), max(width, height)]
    try:
        versions = tuple(_write(largest, folder, edge) for edge in edges)
    except pyvips.Error as error:
        raise Refused("room") from error
    return Picture(width, height, animated, _blurred(largest), versions)


def loader_of(source: Path) -> str:
    """Return which of libvips' loaders reads a file, by its first bytes.

    Raises:
        Refused: none of those that strangers may use.
    """
    with source.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"\xff\xd8\xff"):
        return "jpegload"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "pngload"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webpload"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gifload"
    if head[4:8] == b"ftyp" and (b"avif" in head[8:] or b"avis" in head[8:]):
        return "heifload"
    raise Refused("unsupported")


def _open(source: Path, loader: str, pixels: int, *, still: bool) -> tuple[pyvips.Image, bool]:
    """Return a picture of which only the header is read, and whether it moves."""
    load = getattr(pyvips.Image, loader)
    options = {"access": "sequential", "fail_on": "error"}
    header = load(str(source), **options)
    frames = header.get_n_pages() if loader in {"gifload", "webpload"} and not still else 1
    if header.width * header.height * frames > pixels:
        raise Refused("pixels")
    if frames == 1:
        turned = header.get_typeof("orientation") and header.get("orientation") > 1
        # a stream of rows cannot be read by columns
        return (header.copy_memory().autorot() if turned else header), False
    return load(str(source), n=-1, **options), True


def _largest(image: pyvips.Image, order: PictureOrder) -> pyvips.Image:
    """Return the picture in its largest version, decoded into memory."""
    edge = order.edges[-1]
    if order.crop is not None:
        # a part is cut out of the whole, which a stream of rows does not hold
        image = _cut(image.copy_memory(), order.crop)
    # a profile goes with the rest of the metadata, so its colours become those that are meant without one
    profile = {"export_profile": "srgb"} if image.get_typeof("icc-profile-data") else {}
    return image.thumbnail_image(edge, height=edge, size="down", **profile).copy_memory()


def _cut(image: pyvips.Image, crop: Crop) -> pyvips.Image:
    fits = min(crop.left, crop.top) >= 0 and min(crop.width, crop.height) >= 1
    if not fits or crop.left + crop.width > image.width or crop.top + crop.height > image.height:
        raise Refused("crop")
    return image.crop(crop.left, crop.top, crop.width, crop.height)


def _write(image: pyvips.Image, folder: Path, edge: int) -> Version:
    """Write one version, no longer than an edge, as WebP in sRGB."""
    scaled = image.thumbnail_image(edge, height=edge, size="down")
    upright = scaled if scaled.interpretation == "srgb" else scaled.colourspace("srgb")
    width, height = scaled.width, scaled.get_page_height()
    file = folder / f"{max(width, height)}.webp"
    upright.webpsave(str(file), Q=QUALITY, effort=_EFFORT, keep="none")
    return Version(file.name, width, height, file.stat().st_size)


def _blurred(image: pyvips.Image) -> str:
    """Return the blurhash of the first frame: a few dozen characters that stand for the picture until it is there."""
    frame = image.crop(0, 0, image.width, image.get_page_height())
    small = frame.thumbnail_image(_BLURRED, height=_BLURRED, size="force").colourspace("srgb")
    if small.hasalpha():
        small = small.flatten(background=[255, 255, 255])
    levels = small.cast("uchar").write_to_memory()
    pixels = [tuple(levels[start : start + 3]) for start in range(0, len(levels), 3)]
    rows = [pixels[start : start + _BLURRED] for start in range(0, len(pixels), _BLURRED)]
    columns, lines = (4, 3) if image.width >= image.get_page_height() else (3, 4)
    text: str = blurhash.encode(rows, columns, lines)
    return text
