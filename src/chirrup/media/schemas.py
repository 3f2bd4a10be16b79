"""Bodies of the media API."""

from typing import Annotated, Literal

from msgspec import Meta

from chirrup.media.models import ALT_LENGTH, Medium
from chirrup.platform.http.schemas import Answer, Body, Id
from chirrup.platform.ports import Crop

Pixels = Annotated[int, Meta(ge=1, examples=[1200])]
Url = Annotated[
    str,
    Meta(
        description="Absolute, or relative to this server; what it leads to never changes.",
        examples=["/media/5d0c2f3b7e914a8890f1c6a2-960.webp"],
    ),
]
Alt = Annotated[
    str,
    Meta(
        max_length=10_000,
        description=f"What there is to see, for those who do not see it; up to {ALT_LENGTH} user-perceived characters.",
        examples=["A wren on a fence, singing."],
    ),
]


class Variant(Answer, frozen=True, kw_only=True):
    """One size of a picture, as WebP."""

    url: Url
    width: Pixels
    height: Pixels


class Media(Answer, frozen=True, kw_only=True):
    """An uploaded picture; `width` and `height` are those of the largest size, at `url`."""

    id: Id
    type: Annotated[Literal["image", "animation"], Meta(examples=["image"])]
    url: Url
    thumbnail_url: Url
    width: Pixels
    height: Pixels
    alt: Alt
    blurhash: Annotated[
        str, Meta(description="What to show until the picture is there.", examples=["LEHV6nWB2yk8pyo0adR*.7kCMdnj"])
    ]
    variants: Annotated[list[Variant], Meta(description="All sizes, the smallest first.")]


class MediaEdit(Body, frozen=True, kw_only=True):
    """What to change."""

    alt: Alt


Offset = Annotated[int, Meta(ge=0, le=100_000, examples=[0])]
Side = Annotated[int, Meta(ge=1, le=100_000, examples=[400])]


class CropBox(Body, frozen=True, kw_only=True):
    """A part of a picture, in pixels of its largest size."""

    left: Offset
    top: Offset
    width: Side
    height: Side

    def crop(self) -> Crop:
        """Return it as the program handles it."""
        return Crop(self.left, self.top, self.width, self.height)


class PortraitChoice(Body, frozen=True, kw_only=True):
    """Which of one's own unused uploads to use, and which part of it; by default that in the middle."""

    media_id: Id
    crop: CropBox | None = None


UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "description": "A JPEG, PNG, WebP, AVIF or GIF.",
        },
        "alt": {"type": "string", "maxLength": ALT_LENGTH, "description": "What there is to see."},
    },
    "additionalProperties": False,
}
"""The form that an upload is, as a JSON schema."""


def media(medium: Medium, base: str) -> Media:
    """Present an upload; `base` is what the addresses of its sizes begin with."""
    file = medium.file
    variants = [
        Variant(url=base + file.blob(version), width=version.width, height=version.height) for version in file.versions
    ]
    return Media(
        id=str(medium.id),
        type="animation" if file.animated else "image",
        url=variants[-1].url,
        thumbnail_url=variants[0].url,
        width=file.width,
        height=file.height,
        alt=medium.alt,
        blurhash=file.blurhash,
        variants=variants,
    )
