"""Pictures as the program handles them."""

from typing import Literal

import msgspec
import regex

from chirrup.accounts.models import grapheme_count, has_control_characters
from chirrup.platform.errors import RuleBroken
from chirrup.platform.ports import Crop

ALT_LENGTH = 1500
EDGES = (480, 960, 1920)
"""How long the longer side of each version of a picture is at most."""
CONTENT_TYPE = "image/webp"
BLOB_NAME = regex.compile(r"[0-9a-f]{24}-[0-9]{1,5}\.webp")

Portrait = Literal["avatar", "banner"]
Purpose = Literal["", "post", "avatar", "banner"]


class Shape(msgspec.Struct, frozen=True):
    """The shape of a portrait: so many times as wide as high, in versions that are so long."""

    ratio: int
    edges: tuple[int, ...]

    def middle(self, width: int, height: int) -> Crop:
        """Return the largest part of this shape in the middle of a picture."""
        wide = min(width, height * self.ratio)
        high = max(1, wide // self.ratio)
        return Crop((width - wide) // 2, (height - high) // 2, wide, high)

    def check(self, crop: Crop) -> None:
        """Refuse a part of another shape.

        Raises:
            RuleBroken: its sides differ from the shape's by more than what rounding can do.
        """
        if abs(crop.width - crop.height * self.ratio) > self.ratio:
            raise RuleBroken(f"This part has to be {self.ratio} times as wide as high.", field="crop")


SHAPES: dict[Portrait, Shape] = {"avatar": Shape(1, (96, 400)), "banner": Shape(3, (750, 1500))}


class FileVersion(msgspec.Struct, frozen=True):
    """One version of a file: the longer side that names it, and both sides."""

    edge: int
    width: int
    height: int


class MediaFile(msgspec.Struct, frozen=True, kw_only=True):
    """A picture in its versions, of which the last is the largest; `size` is how many bytes all of them take."""

    id: int
    name: str
    width: int
    height: int
    animated: bool
    blurhash: str
    versions: tuple[FileVersion, ...]
    size: int

    def blob(self, version: FileVersion) -> str:
        """Return the name of a version in the blob store."""
        return f"{self.name}-{version.edge}.webp"

    def blobs(self) -> list[str]:
        """Return the names of all versions in the blob store."""
        return [self.blob(version) for version in self.versions]


class Medium(msgspec.Struct, frozen=True, kw_only=True):
    """What an account has uploaded, and what it is used for."""

    id: int
    owner_id: int
    alt: str
    purpose: Purpose
    post_id: int | None
    file: MediaFile


def check_alt(alt: str) -> str:
    """Return a description without space around it.

    Raises:
        RuleBroken: it is too long, or has characters that cannot be shown.
    """
    alt = alt.strip()
    if grapheme_count(alt) > ALT_LENGTH:
        raise RuleBroken(f"A description has at most {ALT_LENGTH} characters.", field="alt")
    if has_control_characters(alt):
        raise RuleBroken("Control characters are not allowed.", field="alt")
    return alt
