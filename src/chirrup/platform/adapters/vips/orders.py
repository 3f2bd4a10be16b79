"""What the server and its processes that decode say to each other: one line of JSON each way."""

import msgspec

from chirrup.platform.ports import Picture, PictureOrder


class Task(msgspec.Struct, frozen=True):
    """A picture to make."""

    source: str
    folder: str
    order: PictureOrder
    pixels: int
    """How many it may have, those of all frames together."""


class Reply(msgspec.Struct, frozen=True):
    """A picture, or in one word why there is none: `unsupported`, `broken`, `pixels`, `crop` or `room`."""

    picture: Picture | None = None
    refused: str = ""
