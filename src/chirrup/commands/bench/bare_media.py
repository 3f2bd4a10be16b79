"""What `chirrup bench media` measures pictures against: pyvips in a process of its own, and nothing around it."""

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyvips

EDGES = (1920, 960, 480)
QUALITY, EFFORT = 80, 2


def draw(photo: Path, megapixels: int) -> float:
    """Write a JPEG with as much detail as photos have, four wide for three high; return its million pixels."""
    width = round(math.sqrt(megapixels * 1e6 * 4 / 3))
    height = width * 3 // 4
    shapes = pyvips.Image.perlin(width, height, cell_size=width // 12, seed=1).linear(90, 128)
    grain = pyvips.Image.gaussnoise(width, height, sigma=12, mean=0, seed=2).gaussblur(0.8)
    bands = [shapes + grain, shapes.rot180() * 0.7 + 60 + grain, shapes.fliphor() * 0.5 + 40 + grain]
    bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb").jpegsave(str(photo), Q=88)
    return width * height / 1e6


def sizes(photo: Path) -> None:
    """Make the sizes that an upload gets."""
    for edge in EDGES:
        image = pyvips.Image.thumbnail(str(photo), edge, height=edge, size="down")
        image.webpsave(str(photo.with_name(f"bare-{edge}.webp")), Q=QUALITY, effort=EFFORT, keep="none")


def thumbnail(photo: Path) -> None:
    """Make the smallest of them."""
    image = pyvips.Image.thumbnail(str(photo), EDGES[-1], height=EDGES[-1], size="down")
    image.webpsave(str(photo.with_name("bare.webp")), Q=QUALITY, effort=EFFORT, keep="none")


def rate(make: Callable[[Path], None], photo: Path, pictures: int) -> float:
    """Return how often a second something is made, after once."""
    make(photo)
    started = time.perf_counter()
    for _ in range(pictures):
        make(photo)
    return pictures / (time.perf_counter() - started)


def main(what: str, photo: Path, number: int) -> float:
    """Draw a photo, or measure what is made of it."""
    pyvips.cache_set_max(0)
    if what == "draw":
        return draw(photo, number)
    return rate({"sizes": sizes, "thumbnail": thumbnail}[what], photo, number)


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))}\n")
