"""The `PictureMaker` port over processes that decode, a few of them at once."""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from chirrup.platform.adapters.vips.orders import Reply, Task
from chirrup.platform.errors import Refusal, RuleBroken, StorageFull, Unavailable, UnsupportedMedia
from chirrup.platform.ports import Picture, PictureOrder
from chirrup.platform.telemetry import PictureMetrics

WAIT_SECONDS = 30
MAKE_SECONDS = 30
IDLE_SECONDS = 60
_LONGEST_LINE = 1 << 20
# what a process may reserve: an AVIF of 12 bits with alpha takes 26 bytes a pixel to decode, the most of all kinds
_MEMORY = 512 << 20
_MEMORY_PER_PIXEL = 32

_REFUSALS: Mapping[str, tuple[type[Refusal], str, str | None]] = {
    "unsupported": (UnsupportedMedia, "The file is no JPEG, PNG, WebP, AVIF or GIF.", "file"),
    "broken": (RuleBroken, "The picture is damaged.", "file"),
    "failed": (RuleBroken, "The picture cannot be decoded.", "file"),
    "crop": (RuleBroken, "This is no part of the picture.", "crop"),
    "room": (StorageFull, "There is no room for the picture.", None),
    "busy": (Unavailable, "Too many pictures are being made right now; try again.", None),
    "unavailable": (Unavailable, "Pictures cannot be made right now.", None),
}

log = structlog.get_logger()


class Worker:
    """One process that decodes, started when there is something to do, and ended when there was nothing for a while."""

    def __init__(self, memory: int) -> None:
        """`memory` is how many bytes of addresses it may have."""
        self._memory = memory
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def ask(self, task: Task) -> Reply:
        """Have a task done.

        Raises:
            TimeoutError: it took too long.
            EOFError: the process ended over it.
        """
        rested = self._process is not None
        try:
            return await self._ask(task)
        except (EOFError, ConnectionError):
            # it may have ended before, while it had nothing to do
            if not rested:
                raise
        return await self._ask(task)

    async def stop(self) -> None:
        """End the process."""
        process = self._process
        self._kill()
        if process is not None:
            await process.wait()

    async def _ask(self, task: Task) -> Reply:
        if self._idle is not None:
            self._idle.cancel()
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await _start(self._memory)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(MAKE_SECONDS):
                process.stdin.write(msgspec.json.encode(task) + b"\n")
                line = await process.stdout.readuntil(b"\n")
        except BaseException:
            # what it would still answer would be taken for the answer to the next task
            await self.stop()
            raise
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._kill)
        return msgspec.json.decode(line, type=Reply)

    def _kill(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()


class VipsMaker:
    """Decodes up to `workers` pictures at once; who comes then waits, and after a while is refused."""

    def __init__(self, *, workers: int, pixels: int, metrics: PictureMetrics) -> None:
        """`pixels` is how many a picture may have, those of all its frames together."""
        self._pixels = pixels
        self._metrics = metrics
        self._workers = [Worker(_MEMORY + _MEMORY_PER_PIXEL * pixels) for _ in range(workers)]
        # the one that was last at work is taken first, so that the others can rest
        self._free: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        for worker in self._workers:
            self._free.put_nowait(worker)

    async def make(self, source: Path, folder: Path, order: PictureOrder) -> Picture:
        """Decode a file and write the versions that are ordered to a folder."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                worker = await self._free.get()
        except TimeoutError as error:
            raise self._refusal("busy") from error
        try:
            with self._metrics.seconds.time():
                reply = await worker.ask(Task(str(source), str(folder), order, self._pixels))
        except (TimeoutError, EOFError, ConnectionError) as error:
            log.warning("picture.failed", error=repr(error))
            raise self._refusal("failed") from error
        except OSError as error:
            raise self._refusal("unavailable") from error
        finally:
            self._free.put_nowait(worker)
        if reply.picture is None:
            raise self._refusal(reply.refused)
        return reply.picture

    async def aclose(self) -> None:
        """End the processes."""
        for worker in self._workers:
            await worker.stop()

    def _refusal(self, reason: str) -> Refusal:
        self._metrics.refused.labels(reason).inc()
        if reason == "pixels":
            million = self._pixels // 1_000_000
            return RuleBroken(
                f"A picture has at most {million} million pixels, those of all frames together.", field="file"
            )
        kind, text, field = _REFUSALS[reason]
        return kind(text, field=field)


async def _start(memory: int) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "PYTHONPATH", "HOME", "LANG"}}
    # loaders that are not made for files of strangers are not there, one picture takes one core, and a side that is too
    # long for libvips ends the process instead of becoming another
    settings = {"VIPS_BLOCK_UNTRUSTED": "1", "VIPS_CONCURRENCY": "1", "G_DEBUG": "fatal-criticals"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chirrup.platform.adapters.vips.worker", str(memory),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=kept | settings,
        limit=_LONGEST_LINE,
    )  # fmt: skip
