"""Processes that share a port or the work: over one data directory without any service, or over the real services."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.cluster import FreshDatabase, require, with_database
from tests.support import Server

# the command line offers several processes in a cluster alone; what is shown with these is the same in both
_PROGRAM = """
import os, sys
from chirrup.entrypoints.processes import parent
from chirrup.settings import load
_, processes, _, port, _, data_dir = sys.argv
sys.exit(parent.serve(lambda: load({"port": port, "data_dir": data_dir}, os.environ), int(processes)))
"""
_REDIS_DATABASE = 11


class Herd(Server):
    """A parent and its children, over a data directory."""

    def __init__(self, data_dir: Path, environment: Mapping[str, str], processes: int = 2) -> None:
        super().__init__(data_dir, {"CHIRRUP_RATE_LIMITS": "off", "CHIRRUP_DRAIN_SECONDS": "2", **environment})
        self.processes = processes

    def command(self) -> list[str]:
        """Return what is run."""
        return [sys.executable, "-c", _PROGRAM, str(self.processes)]

    def children(self) -> set[int]:
        """Return the numbers of the children's processes."""
        assert self.process is not None
        return children_of(self.process.pid)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the parent."""
        assert self.process is not None
        self.process.send_signal(number)

    def logged(self, event: str) -> int:
        """Return how often something is in the log."""
        return self.log.read_text().count(f'"event": "{event}"')


class ClusterProcess(Herd):
    """`chirrup serve` or `chirrup worker` in a cluster; the worker's port is that for those who watch it."""

    def __init__(self, environment: Mapping[str, str], program: str, *options: str) -> None:
        data_dir = Path(environment["CHIRRUP_DATA_DIR"])
        super().__init__(data_dir, environment)
        self.options = [program, *options]
        self.log = data_dir.with_name(f"{program}-{self.port}.log")

    def command(self) -> list[str]:
        """Return what is run."""
        return [sys.executable, "-m", "chirrup", *self.options]


@contextmanager
def herd(data_dir: Path, processes: int, **environment: str) -> Iterator[Herd]:
    """Run a herd over a prepared data directory, and wait until all of it serves."""
    server = Herd(data_dir, environment, processes)
    with started(server):
        until(lambda: server.logged("serving") == 1, server)
        yield server


@contextmanager
def started(*servers: Herd) -> Iterator[None]:
    """Start processes; at the end, those that still run are killed."""
    try:
        for server in servers:
            server.start()
        yield
    finally:
        for server in servers:
            if server.process is not None:
                server.kill()


@contextmanager
def cluster_environment(data_dir: Path) -> Iterator[dict[str, str]]:
    """Describe a database, without a row, and topics of a test's own; they are not prepared."""
    prefix = f"test-{secrets.token_hex(4)}."
    with FreshDatabase(require("postgres")) as fresh:
        yield {
            "CHIRRUP_PROFILE": "cluster",
            "CHIRRUP_DATA_DIR": str(data_dir),
            "CHIRRUP_DATABASE_URL": fresh.url,
            "CHIRRUP_REPLICA_URL": with_database(require("replica"), fresh.name),
            "CHIRRUP_REDIS_URL": f"{require('redis').rpartition('/')[0]}/{_REDIS_DATABASE}",
            "CHIRRUP_KAFKA": require("kafka"),
            "CHIRRUP_SCHEMA_REGISTRY_URL": require("registry"),
            "CHIRRUP_TOPIC_PREFIX": prefix,
            "CHIRRUP_PUBLIC_URL": "http://chirrup.test",
        }


def prepare(environment: Mapping[str, str]) -> None:
    """Do as an operator does before the first start."""
    done = run(environment, "migrate")
    assert done.returncode == 0, done.stderr


def run(environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("CHIRRUP_")}
    return subprocess.run(
        [sys.executable, "-m", "chirrup", *arguments],
        env=known | dict(environment), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def children_of(pid: int) -> set[int]:
    """Return the children of a process; none where it has ended."""
    found = set()
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        found |= {int(child) for child in tasks.read_text().split()}
    return found


def alive(pid: int) -> bool:
    """Return whether a process runs; one that nobody has collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: Callable[[], bool], server: Server, seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.05)
