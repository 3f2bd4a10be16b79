"""What everything promises that makes pictures of strangers' files; and that its processes are replaced and end."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path

import pytest

from chirrup.platform.adapters.vips import maker as vips
from chirrup.platform.adapters.vips.maker import VipsMaker
from chirrup.platform.errors import RuleBroken, Unavailable, UnsupportedMedia
from chirrup.platform.ports import Crop, PictureMaker, PictureOrder
from tests.pictures import KINDS, animation, opened, picture

PIXELS = 1_000_000
ORDER = PictureOrder(edges=(100, 400))
MAKERS: dict[str, Callable[[], AbstractAsyncContextManager[PictureMaker]]] = {
    "vips": lambda: aclosing(VipsMaker(workers=2, pixels=PIXELS)),
}


@pytest.fixture(params=MAKERS)
async def maker(request: pytest.FixtureRequest) -> AsyncIterator[PictureMaker]:
    """Each kind of maker."""
    async with MAKERS[request.param]() as maker:
        yield maker


@pytest.fixture
async def vips_maker() -> AsyncIterator[VipsMaker]:
    """A maker of one process."""
    async with aclosing(VipsMaker(workers=1, pixels=PIXELS)) as maker:
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


async def test_what_is_no_picture_is_refused_and_others_are_made_after_it(maker: PictureMaker, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia):
        await maker.make(source(tmp_path, b"tseep"), tmp_path, ORDER)
    with pytest.raises(RuleBroken):
        await maker.make(source(tmp_path, picture()[:60]), tmp_path, ORDER)
    with pytest.raises(RuleBroken):
        await maker.make(source(tmp_path, picture(1001, 1000)), tmp_path, ORDER)
    assert (await maker.make(source(tmp_path, picture(1000, 1000)), tmp_path, ORDER)).width == 400


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


def environment_of(process: int) -> bytes:
    """Return the variables that a process was started with."""
    return Path(f"/proc/{process}/environ").read_bytes()
