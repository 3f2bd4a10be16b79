"""What everything promises that makes pictures of strangers' files; and that its processes are replaced and end."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path

import pytest

from chirrup.platform.adapters.vips import maker as vips
from chirrup.platform.adapters.vips.maker import VipsMaker
from chirrup.platform.errors import RuleBroken, Unavailable, UnsupportedMedia
from chirrup.platform.ports import Crop, PictureMaker, PictureOrder
from chirrup.platform.telemetry import Telemetry
from tests.pictures import KINDS, animation, opened, picture

PIXELS = 1_000_000
LARGEST = Path(__file__).parent / "largest.avif"
"""One colour, 7070 pixels wide and high, of 12 bits with alpha: what takes most to decode of all that is taken."""
ORDER = PictureOrder(edges=(100, 400))


def vips_of(*, workers: int = 1, pixels: int = PIXELS, telemetry: Telemetry | None = None) -> VipsMaker:
    """Return a maker by libvips."""
    return VipsMaker(workers=workers, pixels=pixels, metrics=(telemetry or Telemetry()).pictures)


MAKERS: dict[str, Callable[[], AbstractAsyncContextManager[PictureMaker]]] = {
    "vips": lambda: aclosing(vips_of(workers=2)),
}


@pytest.fixture(params=MAKERS)
async def maker(request: pytest.FixtureRequest) -> AsyncIterator[PictureMaker]:
    """Each kind of maker."""
    async with MAKERS[request.param]() as maker:
        yield maker


@pytest.fixture
async def vips_maker() -> AsyncIterator[VipsMaker]:
    """A maker of one process."""
    async with aclosing(vips_of()) as maker:
        yield maker


def source(folder: Path, content: bytes) -> Path:
    """Return a file with some content."""
    file = folder / "source"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_is_made_in_the_sizes_that_it_fills(maker: PictureMaker, tmp_path: Path, kind: str) -> None:
    made = await maker.make(source(tmp_path, picture(300, 150, kind)), tmp_path, ORDER)
    assert (made.width, made.height, made.animated) == (300, 150, False)
    assert [(version.width, version.height) for version in made.versions] == [(100, 50), (300, 150)]
    for version in made.versions:
        content = (tmp_path / version.file).read_bytes()
        assert version.size == len(content)
        assert (opened(content).width, opened(content).height) == (version.width, version.height)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (100, 100), (101, 1), (1, 900)])
async def test_no_side_is_longer_than_it_was_or_than_is_asked(
    maker: PictureMaker, tmp_path: Path, width: int, height: int
) -> None:
    made = await maker.make(source(tmp_path, picture(width, height)), tmp_path, ORDER)
    assert (made.width, made.height) == (made.versions[-1].width, made.versions[-1].height)
    assert made.width <= width
    assert made.height <= height
    assert max(made.width, made.height) == min(400, max(width, height))


async def test_a_part_is_cut_out_and_stands_still(maker: PictureMaker, tmp_path: Path) -> None:
    order = PictureOrder(edges=(20, 400), crop=Crop(5, 6, 24, 24))
    made = await maker.make(source(tmp_path, animation(40, 30)), tmp_path, order)
    assert (made.width, made.height, made.animated) == (24, 24, False)


@pytest.mark.parametrize("crop", [Crop(0, 0, 41, 10), Crop(35, 0, 10, 10), Crop(0, 0, 0, 10), Crop(-1, 0, 10, 10)])
async def test_a_part_beyond_the_picture_is_refused(maker: PictureMaker, tmp_path: Path, crop: Crop) -> None:
    with pytest.raises(RuleBroken):
        await maker.make(source(tmp_path, picture(40, 30)), tmp_path, PictureOrder(edges=(20,), crop=crop))


async def test_an_animation_of_many_frames_keeps_its_size(maker: PictureMaker, tmp_path: Path) -> None:
    made = await maker.make(source(tmp_path, animation(10, 45, 1600, ".webp")), tmp_path, ORDER)
    assert (made.width, made.height, made.animated) == (10, 45, True)
    assert opened((tmp_path / made.versions[-1].file).read_bytes()).get_n_pages() == 1600


async def test_what_is_no_picture_is_refused_and_others_are_made_after_it(maker: PictureMaker, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia):
        await maker.make(source(tmp_path, b"tseep"), tmp_path, ORDER)
    with pytest.raises(RuleBroken):
        await maker.make(source(tmp_path, picture()[:60]), tmp_path, ORDER)
    with pytest.raises(RuleBroken):
        await maker.make(source(tmp_path, picture(1001, 1000)), tmp_path, ORDER)
    assert (await maker.make(source(tmp_path, picture(1000, 1000)), tmp_path, ORDER)).width == 400


async def test_pictures_are_counted_with_their_time_and_refusals_with_their_reason(tmp_path: Path) -> None:
    telemetry = Telemetry()
    async with aclosing(vips_of(telemetry=telemetry)) as maker:
        await maker.make(source(tmp_path, picture()), tmp_path, ORDER)
        for content, kind in ((b"tseep", UnsupportedMedia), (picture()[:60], RuleBroken), (b"", UnsupportedMedia)):
            with pytest.raises(kind):
                await maker.make(source(tmp_path, content), tmp_path, ORDER)
    told = telemetry.registry.get_sample_value
    assert told("chirrup_picture_seconds_count") == 4
    assert told("chirrup_picture_seconds_sum")
    assert told("chirrup_pictures_refused_total", {"reason": "unsupported"}) == 2
    assert told("chirrup_pictures_refused_total", {"reason": "broken"}) == 1


async def test_a_process_that_dies_is_replaced(vips_maker: VipsMaker, tmp_path: Path) -> None:
    file = source(tmp_path, picture())
    await vips_maker.make(file, tmp_path, ORDER)
    (first,) = processes_of(os.getpid())
    os.kill(first, 9)
    await vips_maker.make(file, tmp_path, ORDER)
    (second,) = processes_of(os.getpid())
    assert second != first


async def test_what_takes_too_long_is_refused(
    vips_maker: VipsMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = source(tmp_path, picture())
    with monkeypatch.context() as patch:
        patch.setattr(vips, "MAKE_SECONDS", 0.001)
        with pytest.raises(RuleBroken):
            await vips_maker.make(file, tmp_path, ORDER)
    assert processes_of(os.getpid()) == []
    await vips_maker.make(file, tmp_path, ORDER)


async def test_who_waits_too_long_for_a_process_is_refused(
    vips_maker: VipsMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vips, "WAIT_SECONDS", 0.001)
    file = source(tmp_path, picture(900, 900))
    tries = await asyncio.gather(*(vips_maker.make(file, tmp_path, ORDER) for _ in range(2)), return_exceptions=True)
    assert sorted(isinstance(result, Unavailable) for result in tries) == [False, True]


async def test_a_process_ends_when_there_is_nothing_to_do(
    vips_maker: VipsMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vips, "IDLE_SECONDS", 0.05)
    await vips_maker.make(source(tmp_path, picture()), tmp_path, ORDER)
    async with asyncio.timeout(10):
        while processes_of(os.getpid()):  # noqa: ASYNC110 - nobody tells when a process is gone
            await asyncio.sleep(0.02)


async def test_a_process_may_reserve_what_the_largest_picture_of_the_most_demanding_kind_takes(tmp_path: Path) -> None:
    async with aclosing(vips_of(pixels=50_000_000)) as maker:
        made = await maker.make(LARGEST, tmp_path, ORDER)
        assert (made.width, made.height) == (400, 400)
        (process,) = processes_of(os.getpid())
        assert 1_000 < peak_of(process) < 0.7 * limit_of(process)


async def test_a_picture_that_takes_more_memory_than_a_process_may_have_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vips, "_MEMORY_PER_PIXEL", 4)
    async with aclosing(vips_of(pixels=50_000_000)) as maker:
        with pytest.raises(RuleBroken):
            await maker.make(LARGEST, tmp_path, ORDER)
        assert (await maker.make(source(tmp_path, picture(60, 40)), tmp_path, ORDER)).width == 60


async def test_a_process_knows_no_secrets(
    vips_maker: VipsMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHIRRUP_S3_SECRET_ACCESS_KEY", "tseep")
    await vips_maker.make(source(tmp_path, picture()), tmp_path, ORDER)
    (process,) = processes_of(os.getpid())
    environment = environment_of(process)
    assert b"CHIRRUP" not in environment
    assert b"VIPS_BLOCK_UNTRUSTED=1" in environment


def processes_of(parent: int) -> list[int]:
    """Return the children of a process that decode."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status, command = (folder / "stat").read_text(), (folder / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(status.rpartition(")")[2].split()[1]) == parent and b"adapters.vips.worker" in command:
            found.append(int(folder.name))
    return found


def peak_of(process: int) -> int:
    """Return how many MiB of addresses a process has reserved at most."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmPeak:")) >> 10


def limit_of(process: int) -> int:
    """Return how many MiB of addresses a process may reserve."""
    return resource.prlimit(process, resource.RLIMIT_AS)[0] >> 20


def environment_of(process: int) -> bytes:
    """Return the variables that a process was started with."""
    return Path(f"/proc/{process}/environ").read_bytes()
