"""Where the time of the cores goes, by process, and on what machine."""

import os
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from chirrup.commands.bench.harness import core_seconds
from chirrup.platform.adapters.redis.link import Command, RedisLink
from chirrup.settings import Settings


@dataclass
class Usage:
    """Seconds of a core that were spent during a measurement, by the name of who spent them."""

    seconds: dict[str, float] = field(default_factory=dict)
    elapsed: float = 0.0
    busy: float = 0.0
    """Seconds of all cores, whoever spent them."""

    def add(self, name: str, seconds: float) -> None:
        """Count seconds of a core."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def each(self, name: str, count: float) -> float:
        """Return microseconds of a core for each of `count`."""
        return round(self.seconds.get(name, 0.0) / count * 1e6, 2)

    def cores(self) -> dict[str, float]:
        """Return how many cores each had on average, and what else ran on this machine had."""
        used = {name: seconds / self.elapsed for name, seconds in self.seconds.items()}
        used["others"] = max(0.0, self.busy / self.elapsed - sum(used.values()))
        return {f"cores_{name}": round(cores, 2) for name, cores in used.items()}

    def share(self, name: str, among: Mapping[str, float]) -> float:
        """Return which part of the time of several the time of one is."""
        return round(self.seconds.get(name, 0.0) / max(sum(among.values()), 1e-9), 3)


def children(pid: int) -> list[int]:
    """Return a process and all that it has started and these have started."""
    found = [pid]
    for known in found:
        for task in Path(f"/proc/{known}/task").glob("*/children"):
            with suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, task.read_text().split())
    return found


@dataclass(frozen=True)
class Group:
    """A process and its children, or those of its children whose titles name something, as a database."""

    pid: int
    name: str = ""

    def members(self) -> list[int]:
        """Return the processes."""
        return [pid for pid in children(self.pid) if self.name in _title(pid)]


@contextmanager
def measured(usage: Usage, groups: Mapping[str, Group]) -> Iterator[None]:
    """Count the time that groups of processes take during a block."""
    before = {name: {pid: core_seconds(pid) for pid in group.members()} for name, group in groups.items()}
    started, busy = time.perf_counter(), _busy_seconds()
    yield
    usage.elapsed += time.perf_counter() - started
    usage.busy += _busy_seconds() - busy
    for name, group in groups.items():
        for pid in group.members():
            usage.add(name, core_seconds(pid) - before[name].get(pid, 0.0))


@contextmanager
def on_core(pid: int, core: int) -> Iterator[None]:
    """Keep a process, with all its threads, on one core for as long as the block lasts."""
    before = os.sched_getaffinity(pid)
    cores = sorted(before)
    _pin(pid, {cores[core % len(cores)]})
    try:
        yield
    finally:
        _pin(pid, before)


async def servers(settings: Settings) -> dict[str, Group]:
    """Return the process of Redis, and those that serve this database."""
    database = urlsplit(settings.database_url).path.strip("/")
    async with RedisLink(settings.redis_url) as link:
        said: bytes = await link.call(Command(b"", ("INFO", "server")))
    redis = next(int(line.split(b":")[1]) for line in said.splitlines() if line.startswith(b"process_id:"))
    found = {"redis": Group(redis), "postgres": Group(await _postmaster(settings.database_url), database)}
    if settings.replica_url:
        found["replica"] = Group(await _postmaster(settings.replica_url), database)
    return found


def machine() -> dict[str, object]:
    """Return what figures depend on."""
    one, five, _ = os.getloadavg()
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "load_average_1_and_5_min": f"{one:.2f} {five:.2f}",
    }


async def _postmaster(url: str) -> int:
    connection = await asyncpg.connect(url, timeout=10, command_timeout=10)
    try:
        pid: int = await connection.fetchval("SELECT pg_backend_pid()")
        return int(_fields(Path(f"/proc/{pid}"))[1])
    finally:
        await connection.close()


def _busy_seconds() -> float:
    """Return how long the cores of this machine have been at work since it started, all together."""
    user, nice, system, _, _, interrupts, soft = map(int, Path("/proc/stat").read_text().split(maxsplit=8)[1:8])
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")


def _title(pid: int) -> str:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace")
    return ""


def _fields(folder: Path) -> list[str]:
    """Return the fields of a process behind its name: its state, its parent and so on."""
    return (folder / "stat").read_text().rpartition(")")[2].split()


def _pin(pid: int, cores: set[int]) -> None:
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), cores)
