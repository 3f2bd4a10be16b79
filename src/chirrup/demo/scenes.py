"""What the demo's pictures show, and how they are described to those who cannot see them; `drawing` draws them."""

import random
from typing import Literal, get_args

import msgspec

Sky = Literal["dawn", "day", "dusk", "night", "mist"]
SKIES: tuple[Sky, ...] = get_args(Sky)
_LIGHT: dict[Sky, str] = {
    "dawn": "under a pink morning sky", "day": "under a blue sky", "dusk": "against an orange sunset",
    "night": "by moonlight", "mist": "in grey mist",
}  # fmt: skip
Plumage = Literal["robin", "tit", "wagtail", "wren", "finch", "redpoll", "nuthatch", "starling"]
PLUMAGES: tuple[Plumage, ...] = get_args(Plumage)
FACE_EDGE = 400
"""How wide and high a face is, in pixels."""
_FLOCKS = (0, 1, 3, 7, 18, 40)


class Landscape(msgspec.Struct, frozen=True, tag=True):
    """Hills, birds above them, and perhaps water before them and somebody on a branch."""

    seed: int
    sky: Sky
    flock: int
    water: bool
    perched: bool

    @property
    def alt(self) -> str:
        """What is on it, in a sentence."""
        birds = {0: "Hills", 1: "A single bird over hills"}.get(self.flock, f"{self.flock} birds over hills")
        shore = " behind a lake" if self.water else ""
        branch = ", and a round bird on a branch in front" if self.perched else ""
        return f"A drawing: {birds}{shore} {_LIGHT[self.sky]}{branch}."


class Face(msgspec.Struct, frozen=True, tag=True):
    """A round bird seen from the side."""

    seed: int
    plumage: Plumage

    @property
    def alt(self) -> str:
        """What is on it."""
        return f"A drawing of a round {self.plumage}, seen from the side."


Picture = Landscape | Face


class Order(msgspec.Struct, frozen=True):
    """A picture to draw into a file."""

    file: str
    picture: Picture


def landscape(chance: random.Random, sky: Sky) -> Landscape:
    """Return a landscape by chance, with at least one bird."""
    flock = chance.choice(_FLOCKS)
    return Landscape(
        seed=chance.getrandbits(32),
        sky=sky,
        flock=flock,
        water=chance.random() < 0.5,
        perched=flock == 0 or chance.random() < 0.4,
    )


def face(chance: random.Random, username: str) -> Face:
    """Return the bird that an account is named after, or else any."""
    named = [plumage for plumage in PLUMAGES if plumage in username]
    return Face(seed=chance.getrandbits(32), plumage=named[0] if named else chance.choice(PLUMAGES))
