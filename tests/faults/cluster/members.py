"""Processes of Chirrup: several APIs and workers over one set of services."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.support import Client, free_port

START_SECONDS = 120
STOP_SECONDS = 30
TAIL = 5000


class Member:
    """`chirrup serve` or `chirrup worker` with one child; what it printed is kept for the message of a failure."""

    def __init__(self, program: str, name: str, environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        shared, own = free_port(), free_port()
        self.base = f"http://127.0.0.1:{shared}"
        self.watched = f"http://127.0.0.1:{own}"
        """Where the process answers for itself."""
        self._program = program
        ports = {"CHIRRUP_PORT": shared, "CHIRRUP_METRICS_PORT": own, "CHIRRUP_WORKER_PORT": own}
        self._ports = {name: str(port) for name, port in ports.items()}
        self._environment = dict(environment)

    def launch(self, environment: Mapping[str, str] | None = None) -> "Member":
        """Start the process, with another environment than the last time if need be."""
        self._environment |= environment or {}
        known = {name: value for name, value in os.environ.items() if not name.startswith(("CHIRRUP_", "SERVICES_"))}
        command = [sys.executable, "-c", "from chirrup.cli import main; main()", self._program]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=known | self._environment | self._ports, stdout=log, stderr=log
            )
        return self

    def wait(self) -> "Member":
        """Wait until it is ready."""
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while not self.ready():
            assert self.process.poll() is None, f"{self.name} has ended:\n{self.tail()}"
            assert time.monotonic() < deadline, f"{self.name} is not ready:\n{self.tail()}"
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """End the process and its child at once, as a power cut would."""
        assert self.process is not None
        victims = [self.process.pid, *_children(self.process.pid)]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        self.process = None

    def stop(self) -> int:
        """Ask the process to end, and return its exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(timeout=STOP_SECONDS)
        self.process = None
        return code

    def client(self, token: str = "") -> Client:
        """Return a client of the process, which must be an API."""
        return Client(base=self.base, token=token)

    def ready(self) -> bool:
        """Return whether it says that it can do its work."""
        try:
            return httpx.get(f"{self.watched}/health/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    async def measures(self) -> dict[str, float]:
        """Return what it tells Prometheus: values by name and labels, as they stand on a line."""
        async with httpx.AsyncClient(timeout=10) as client:
            lines = (await client.get(f"{self.watched}/metrics")).text.splitlines()
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    def tail(self) -> str:
        """Return the end of what it printed."""
        return f"--- {self.name}\n{self.log.read_text('utf-8', errors='replace')[-TAIL:]}"


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
