"""`chirrup bench media`: pictures made on one core, against bare pyvips."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import aclosing
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption
from chirrup.media.service import ORDER
from chirrup.platform.adapters.vips.maker import VipsMaker
from chirrup.platform.errors import StartRefused
from chirrup.platform.telemetry import Telemetry

_PIXELS = 200_000_000
_TIMEOUT = 600


def media(
    pictures: Annotated[int, typer.Option(help="How many pictures are made in each round.", min=1)] = 20,
    rounds: Annotated[int, typer.Option(help="How often to measure each.", min=1)] = 3,
    megapixels: Annotated[int, typer.Option(help="How many million pixels the JPEG has.", min=1, max=100)] = 12,
    as_json: JsonOption = False,
) -> None:
    """Make all sizes of a JPEG as for an upload, in turn with pyvips alone: the same sizes, and one thumbnail."""
    harness.pin(harness.SERVER_CORE)
    ours, sizes, thumbnails = [], [], []
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        photo = Path(folder) / "photo.jpg"
        _bare("draw", photo, megapixels)
        for _ in range(rounds):
            ours.append(asyncio.run(_make(photo, Path(folder), pictures)))
            sizes.append(_bare("sizes", photo, pictures))
            thumbnails.append(_bare("thumbnail", photo, pictures))
        facts = {
            "megapixels": megapixels,
            "bytes": photo.stat().st_size,
            "pictures_per_second": round(median(ours), 2),
            "bare_same_sizes_per_second": round(median(sizes), 2),
            "bare_thumbnails_per_second": round(median(thumbnails), 2),
            "ratio": round(median(one / other for one, other in zip(ours, sizes, strict=True)), 2),
            "ratio_to_thumbnails": round(median(one / other for one, other in zip(ours, thumbnails, strict=True)), 2),
        }
    harness.report(facts, as_json=as_json)


async def _make(photo: Path, folder: Path, pictures: int) -> float:
    """Return how many uploads a second become pictures, one after another, in a process that has started already."""
    async with aclosing(VipsMaker(workers=1, pixels=_PIXELS, metrics=Telemetry().pictures)) as maker:
        await maker.make(photo, folder, ORDER)
        started = time.perf_counter()
        for _ in range(pictures):
            await maker.make(photo, folder, ORDER)
        return pictures / (time.perf_counter() - started)


def _bare(what: str, photo: Path, number: int) -> float:
    """Return what the process with pyvips alone has measured.

    Raises:
        StartRefused: it failed.
    """
    command = [sys.executable, "-m", "chirrup.commands.bench.bare_media", what, str(photo), str(number)]
    environment = os.environ | {"VIPS_CONCURRENCY": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    if done.returncode:
        raise StartRefused(f"pyvips alone failed: {done.stderr.strip()[-500:]}")
    rate: float = json.loads(done.stdout)
    return rate
