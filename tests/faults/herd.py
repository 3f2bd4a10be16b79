"""Several processes that share a port, without any service: API processes over one data directory."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import Server

# the command line offers several processes in the cluster profile alone; what is shown here is the same in both
_PROGRAM = """
import os, sys
from chirrup.entrypoints.processes import parent
from chirrup.settings import load
_, processes, _, port, _, data_dir = sys.argv
sys.exit(parent.serve(lambda: load({"port": port, "data_dir": data_dir}, os.environ), int(processes)))
"""


class Herd(Server):
    """A parent and its children."""

    processes = 2

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


@contextmanager
def herd(data_dir: Path, processes: int, **environment: str) -> Iterator[Herd]:
    """Run a herd over a prepared data directory."""
    server = Herd(data_dir, {"CHIRRUP_RATE_LIMITS": "off", "CHIRRUP_DRAIN_SECONDS": "2"} | environment)
    server.processes = processes
    server.start()
    try:
        yield server
    finally:
        if server.process is not None:
            server.kill()


def until(condition: Callable[[], bool], server: Server, seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.05)
