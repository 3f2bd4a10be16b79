"""From what pictures show to files: drawn in processes of their own, made and stored as every upload."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from chirrup.bootstrap import Application
from chirrup.demo.history import History
from chirrup.demo.scenes import FACE_EDGE, Face, Order, Picture
from chirrup.media.keeping import Keeping
from chirrup.media.models import EDGES, SHAPES, MediaFile
from chirrup.platform.errors import StartRefused
from chirrup.platform.ids import IdGenerator
from chirrup.platform.ports import Crop, PictureOrder

_DRAW_SECONDS = 60
_PENCILS = 2
_PORTRAIT = PictureOrder(edges=SHAPES["avatar"].edges, crop=Crop(0, 0, FACE_EDGE, FACE_EDGE))
_SHOWN = PictureOrder(edges=EDGES)


async def hang(app: Application, pictures: Sequence[Picture]) -> dict[Picture, MediaFile]:
    """Return the files of pictures; nobody uses them yet.

    Raises:
        StartRefused: they cannot be drawn here.
    """
    if not pictures:
        return {}
    orders = [Order(f"{place}.jpg", picture) for place, picture in enumerate(pictures)]
    with tempfile.TemporaryDirectory(prefix="chirrup-demo-") as folder:
        shares = [orders[first::_PENCILS] for first in range(_PENCILS)]
        await asyncio.gather(*(asyncio.to_thread(_draw, share, Path(folder)) for share in shares))
        hands = asyncio.Semaphore(app.settings.media_workers)
        # with ids of its own: those of the application never go back to before the newest, and a history would have to
        keeping = replace(app.library.keeping, ids=IdGenerator(app.clock))
        files = await asyncio.gather(*(_keep(keeping, order, Path(folder), hands) for order in orders))
    return dict(zip(pictures, files, strict=True))


def pictures_of(history: History) -> list[Picture]:
    """Return all pictures of a history."""
    return list(_pictures(history))


def _pictures(history: History) -> Iterator[Picture]:
    yield from history.faces.values()
    for post in history.posts:
        yield from post.pictures


def _draw(orders: Sequence[Order], folder: Path) -> None:
    command = [sys.executable, "-m", "chirrup.demo.drawing", str(folder)]
    asked = msgspec.json.encode(orders)
    done = subprocess.run(command, input=asked, capture_output=True, timeout=_DRAW_SECONDS, check=False)
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["unknown"]
        raise StartRefused(f"The demo's pictures cannot be drawn: {reason[0]}. `--pictures 0` does without.")


async def _keep(keeping: Keeping, order: Order, folder: Path, hands: asyncio.Semaphore) -> MediaFile:
    make = _PORTRAIT if isinstance(order.picture, Face) else _SHOWN
    async with hands:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            return await keeping.keep(folder / order.file, Path(own), make, 0)
