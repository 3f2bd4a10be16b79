"""The stage of the judge on a cluster: two processes over PostgreSQL, a Redis of their own, and a log."""

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from chirrup.bootstrap import Application
from chirrup.commands.bench.cluster.instance import throwaway
from chirrup.commands.bench.harness import free_port
from chirrup.commands.bench.judge.stage import Stage, closing, shrunk, small
from chirrup.platform.adapters.log import consumer, relay
from chirrup.platform.adapters.redis.link import Command, RedisLink
from chirrup.platform.adapters.redis.wire import RedisDown
from chirrup.platform.adapters.redis_streams import sharing
from chirrup.platform.errors import StartRefused
from chirrup.platform.telemetry import configure_logging
from chirrup.settings import Settings

PROCESSES = 2
_WITHIN = 20.0
_QUICK = (
    (consumer, "BATCH", 7), (consumer, "IDLE", 0.25), (consumer, "LOOK", 0.5), (relay, "LONGEST_BACK_OFF", 0.2),
    (sharing, "LEASE", 0.6),
)  # fmt: skip
"""Of the log: small batches, and what is lost with Redis is looked for soon."""


class OwnRedis:
    """A server that may be flushed and killed; it keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        """Choose a place.

        Raises:
            StartRefused: Redis is not installed.
        """
        if shutil.which("redis-server") is None:
            raise StartRefused("The model of a cluster needs redis-server, to kill one of its own.")
        self._port = free_port()
        self._folder = folder
        self._child: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    async def flush(self, _: Sequence[Application], /) -> None:
        """Lose everything, the log's streams too."""
        await self._tell(("FLUSHALL",))

    async def forget(self, _: Sequence[Application], /) -> None:
        """Lose what is cached; timelines and streams stay."""
        keys = await self._tell(("KEYS", "*"))
        if isinstance(keys, list):
            await self._tell(*(("DEL", key) for key in keys if not key.startswith((b"timeline:", b"{"))))

    def kill(self) -> bool:
        """Take it away; return whether it was there."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait(_WITHIN)
        return child is not None

    def revive(self) -> bool:
        """Let it be there, empty; return whether it was not.

        Raises:
            StartRefused: it does not start.
        """
        if self._child is not None:
            return False
        where = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        command = ["redis-server", *where, "--save", "", "--appendonly", "no", "--loglevel", "warning"]
        self._child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _WITHIN
        while asyncio.run(self._tell(("ECHO", "alive"))) != b"alive":
            if time.monotonic() > deadline or self._child.poll() is not None:
                raise StartRefused("redis-server did not start.")
            time.sleep(0.01)
        return True

    async def _tell(self, *commands: tuple[str | bytes, ...]) -> object:
        """Return the answer to the last of some commands; None while it is away."""
        async with RedisLink(self.url, timeout=_WITHIN) as link:
            replies = await link.calls([Command(b"", words) for words in commands])
        return None if not replies or isinstance(replies[-1], RedisDown) else replies[-1]


@contextmanager
def stage(bus: str = "redis", *, wide: bool = False, log: bool = False) -> Iterator[Stage]:
    """Open a stage on the services that the environment names; nothing of it is left at the end."""
    with throwaway(bus=bus) as settings:
        configure_logging("warning" if log else "critical")
        with stage_on(settings, wide=wide) as opened:
            yield opened


@contextmanager
def stage_on(settings: Settings, *, wide: bool = False) -> Iterator[Stage]:
    """Open a stage over a database that has been prepared."""
    with tempfile.TemporaryDirectory() as folder, shrunk(*_QUICK):
        memory = OwnRedis(Path(folder))
        settings = msgspec.structs.replace(settings, redis_url=memory.url)
        try:
            with closing(Stage(small(settings, wide=wide), memory, PROCESSES)) as on:
                yield on
        finally:
            memory.kill()
