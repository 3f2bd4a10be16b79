"""Draws the demo's pictures: `python -m chirrup.demo.drawing FOLDER` reads orders as JSON, and writes JPEG files.

Everything is made of distances: of each point to an ellipse, a stroke or a triangle, with a soft edge a pixel wide. It
is a process of its own, so that no server carries the library that writes the files.
"""

import math
import sys
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pyvips

from chirrup.demo.scenes import FACE_EDGE, PLUMAGES, Face, Landscape, Order, Picture, Plumage, Sky

_WIDE, _HIGH = 960, 640
_QUALITY = 88
Plane = npt.NDArray[np.floating]
Colour = tuple[float, float, float]
Point = tuple[float, float]

# above, at the horizon, the disc, the hills in front
_PALETTES: dict[Sky, tuple[Colour, Colour, Colour, Colour]] = {
    "dawn": ((110, 126, 190), (255, 205, 190), (255, 236, 205), (62, 60, 92)),
    "day": ((88, 158, 222), (214, 236, 246), (255, 250, 222), (44, 92, 70)),
    "dusk": ((74, 58, 116), (255, 158, 84), (255, 226, 150), (44, 30, 54)),
    "night": ((12, 20, 48), (48, 66, 112), (240, 240, 222), (8, 12, 26)),
    "mist": ((172, 182, 188), (226, 230, 228), (246, 246, 240), (84, 98, 100)),
}
_PLUMAGES: dict[Plumage, tuple[Colour, Colour]] = {
    "robin": ((112, 92, 74), (226, 112, 62)),
    "tit": ((70, 110, 164), (246, 214, 92)),
    "wagtail": ((58, 60, 66), (236, 234, 226)),
    "wren": ((132, 112, 72), (222, 204, 160)),
    "finch": ((62, 122, 96), (238, 226, 150)),
    "redpoll": ((150, 84, 78), (238, 206, 196)),
    "nuthatch": ((104, 118, 136), (222, 228, 232)),
    "starling": ((40, 44, 60), (96, 84, 128)),
}
_GROUNDS: tuple[Colour, ...] = (
    (252, 226, 190), (206, 230, 238), (222, 236, 206), (246, 214, 214), (226, 220, 244), (250, 240, 200),
)  # fmt: skip
_BEAK: Colour = (236, 158, 60)
_BRANCH: Colour = (70, 50, 38)


class Canvas:
    """An image that shapes are laid over, one after the other; lengths are parts of the whole's height."""

    def __init__(self, x: Plane, y: Plane, pixels: Plane, edge: float) -> None:
        self.x = x
        self.y = y
        self.pixels = pixels
        self.edge = edge

    @property
    def ratio(self) -> float:
        """How often it is as wide as high."""
        return float(self.pixels.shape[1] / self.pixels.shape[0])

    def part(self, centre: Point, reach: float) -> "Canvas":
        """Return the same image as far as it is near a point, where a small shape is laid in less time."""
        columns, rows = (
            slice(max(0, int((middle - reach) / self.edge)), max(0, int((middle + reach) / self.edge) + 2))
            for middle in centre
        )
        return Canvas(self.x[rows, columns], self.y[rows, columns], self.pixels[rows, columns], self.edge)

    def gradient(self, above: Colour, below: Colour, until: float) -> None:
        """Fill it from one colour at its top to another at a height."""
        share = np.clip(self.y / until, 0, 1)[..., None] ** 1.3
        self.pixels[:] = np.asarray(above, np.float32) * (1 - share) + np.asarray(below, np.float32) * share

    def lay(self, distance: Plane, colour: Colour, opacity: float = 1.0, blur: float = 0.0) -> None:
        """Lay a colour over where a distance is negative, with an edge as soft as `blur`, by default a pixel."""
        cover = (np.clip(0.5 - distance / max(blur, self.edge), 0, 1) * opacity)[..., None]
        self.pixels += (np.asarray(colour, np.float32) - self.pixels) * cover

    def ellipse(self, centre: Point, half: Point, turn: float = 0.0) -> Plane:
        """Return about how far each point is from an ellipse turned by so many radians."""
        x, y = self.x - centre[0], self.y - centre[1]
        along = (x * math.cos(turn) + y * math.sin(turn)) / half[0]
        across = (y * math.cos(turn) - x * math.sin(turn)) / half[1]
        distance: Plane = (np.sqrt(along**2 + across**2) - 1) * min(half)
        return distance

    def stroke(self, begin: Point, end: Point, thick: float) -> Plane:
        """Return how far each point is from a stroke with round ends."""
        wide, high = end[0] - begin[0], end[1] - begin[1]
        x, y = self.x - begin[0], self.y - begin[1]
        share = np.clip((x * wide + y * high) / (wide**2 + high**2), 0, 1)
        distance: Plane = np.hypot(x - share * wide, y - share * high) - thick
        return distance

    def triangle(self, corners: tuple[Point, Point, Point]) -> Plane:
        """Return how far each point is from the lines of a triangle whose corners go clockwise."""
        sides = []
        for (x, y), (next_x, next_y) in zip(corners, (*corners[1:], corners[0]), strict=True):
            length = math.hypot(next_x - x, next_y - y)
            sides.append(((self.x - x) * (next_y - y) - (self.y - y) * (next_x - x)) / length)
        farthest: Plane = np.maximum.reduce(sides)
        return farthest

    def save(self, path: Path) -> None:
        """Write it as a JPEG file."""
        pixels = np.clip(self.pixels, 0, 255).astype(np.uint8)
        pyvips.Image.new_from_array(pixels).copy(interpretation="srgb").jpegsave(str(path), Q=_QUALITY)


def blank(width: int, height: int) -> Canvas:
    """Return a black canvas of so many pixels."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    return Canvas((columns + 0.5) / height, (rows + 0.5) / height, np.zeros((height, width, 3), np.float32), 1 / height)


def draw(picture: Picture) -> Canvas:
    """Return a drawing."""
    return _landscape(picture) if isinstance(picture, Landscape) else _face(picture)


def _landscape(scene: Landscape) -> Canvas:
    chance = np.random.default_rng(scene.seed)
    canvas = blank(_WIDE, _HIGH)
    above, horizon, disc, front = _PALETTES[scene.sky]
    canvas.gradient(above, horizon, 0.75)
    sun = float(chance.uniform(0.25, canvas.ratio - 0.25)), float(chance.uniform(0.18, 0.45))
    glow = canvas.part(sun, 0.4)
    glow.lay(glow.ellipse(sun, (0.2, 0.2)), disc, 0.35, blur=0.3)
    glow.lay(glow.ellipse(sun, (0.065, 0.065)), disc, 0.5 if scene.sky == "mist" else 1)
    for layer in range(4):
        depth = (layer + 1) / 4
        colour = _mixed(horizon, front, depth)
        canvas.lay(_ridge(canvas, chance, 0.5 + 0.1 * layer), colour)
    if scene.water:
        canvas.lay(0.8 - canvas.y, _mixed(horizon, above, 0.4))
        for _ in range(14):
            x, y = float(chance.uniform(0, canvas.ratio)), float(chance.uniform(0.82, 0.99))
            half = float(chance.uniform(0.03, 0.12))
            near = canvas.part((x, y), half + 0.01)
            near.lay(near.stroke((x - half, y), (x + half, y), 0.0015), disc, 0.5)
    feathers = _mixed(front, disc, 0.5) if scene.sky == "night" else _mixed(front, above, 0.15)
    for _ in range(scene.flock):
        size = float(chance.uniform(0.4, 1)) * (0.05 if scene.flock < 10 else 0.028)
        place = float(chance.uniform(0.05, canvas.ratio - 0.05)), float(chance.uniform(0.06, 0.48))
        _flying(canvas, place, size, float(chance.uniform(0.2, 0.9)), feathers)
    if scene.perched:
        _perched(canvas, chance)
    return canvas


def _face(face: Face) -> Canvas:
    chance = np.random.default_rng(face.seed)
    canvas = blank(FACE_EDGE, FACE_EDGE)
    ground = _GROUNDS[int(chance.integers(len(_GROUNDS)))]
    canvas.gradient(ground, _mixed(ground, (255, 255, 255), 0.4), 1)
    plumage = _PLUMAGES[face.plumage]
    _bird(canvas, (0.5, 0.58), 0.27 + float(chance.uniform(-0.02, 0.02)), plumage, left=bool(chance.integers(2)))
    return canvas


def _ridge(canvas: Canvas, chance: np.random.Generator, height: float) -> Plane:
    """Return how far each point is above a range of hills."""
    line = np.full_like(canvas.x[0], height)
    for wave in range(1, 6):
        swing, shift = float(chance.uniform(0.2, 1)) * 0.07 / wave, float(chance.uniform(0, 2 * math.pi))
        line += (swing * np.sin(canvas.x[0] * wave * 2.1 + shift)).astype(np.float32)
    distance: Plane = line[None, :] - canvas.y
    return distance


def _flying(canvas: Canvas, place: Point, size: float, lift: float, colour: Colour) -> None:
    """Draw a bird far away: two bent wings."""
    x, y = place
    near = canvas.part(place, 1.2 * size)
    for side in (-1, 1):
        elbow = x + side * size * 0.45, y - size * lift * 0.5
        near.lay(near.stroke(place, elbow, size * 0.07), colour)
        near.lay(near.stroke(elbow, (x + side * size, y - size * lift * 0.35), size * 0.045), colour)


def _perched(canvas: Canvas, chance: np.random.Generator) -> None:
    x = float(chance.uniform(0.35, canvas.ratio - 0.35))
    canvas.lay(canvas.stroke((-0.1, 0.93), (canvas.ratio + 0.1, 0.85), 0.012), _BRANCH)
    plumage = _PLUMAGES[PLUMAGES[int(chance.integers(len(PLUMAGES)))]]
    _bird(canvas, (x, 0.75 - 0.05 * (x / canvas.ratio - 0.5)), 0.12, plumage, left=bool(chance.integers(2)))


def _bird(canvas: Canvas, centre: Point, size: float, plumage: tuple[Colour, Colour], *, left: bool) -> None:
    """Draw a round bird; `size` is half as long as it is."""
    canvas = canvas.part(centre, 1.8 * size)
    back, breast = plumage
    ahead = -1 if left else 1

    def at(along: float, down: float) -> Point:
        return centre[0] + ahead * along * size, centre[1] + down * size

    for leg in (-0.12, 0.2):
        canvas.lay(canvas.stroke(at(leg, 0.8), at(leg, 1.22), size * 0.03), _BRANCH)
    canvas.lay(canvas.stroke(at(-0.7, 0.25), at(-1.5, 0.6), size * 0.13), _mixed(back, (0, 0, 0), 0.25))
    canvas.lay(canvas.ellipse(at(0, 0.12), (size * 0.98, size * 0.8), ahead * -0.25), back)
    canvas.lay(canvas.ellipse(at(0.48, -0.55), (size * 0.56, size * 0.52)), back)
    canvas.lay(canvas.ellipse(at(0.36, 0.24), (size * 0.6, size * 0.6), ahead * -0.3), breast, blur=size * 0.06)
    canvas.lay(canvas.ellipse(at(-0.3, 0.2), (size * 0.62, size * 0.36), ahead * -0.35), _mixed(back, (0, 0, 0), 0.22))
    beak = (at(0.97, -0.66), at(1.36, -0.5), at(0.97, -0.4))
    canvas.lay(canvas.triangle(beak if ahead > 0 else (beak[0], beak[2], beak[1])), _BEAK)
    canvas.lay(canvas.ellipse(at(0.64, -0.66), (size * 0.1, size * 0.1)), (24, 22, 24))
    canvas.lay(canvas.ellipse(at(0.67, -0.7), (size * 0.032, size * 0.032)), (255, 255, 255))


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (a * (1 - share) + b * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def main() -> None:
    """Draw all that is ordered on standard input."""
    folder = Path(sys.argv[1])
    for order in msgspec.json.decode(sys.stdin.buffer.read(), type=list[Order]):
        draw(order.picture).save(folder / order.file)


if __name__ == "__main__":
    main()
