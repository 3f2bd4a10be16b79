"""A set of services of the tests' own, on ports and in a folder that nobody else uses."""

import json
import os
import secrets
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.services.install import has_gateway, has_jars, missing_packages
from deploy.services.layout import BUS_OFFSET, CLUSTER_NODES, HOST, LIBRARY, PORTS, variable

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "services"


class Instance:
    """Services that a test may stop, kill and promote at will."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.ports = free_ports()
        chosen = {variable(name): str(port) for name, port in self.ports.items()}
        self._environment = os.environ | chosen | {"SERVICES_DIR": str(folder)} | environment

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command, whatever comes of it."""
        return subprocess.run(
            [SCRIPT, *words], env=self._environment, capture_output=True, text=True, check=False, timeout=180
        )

    def do(self, *words: str) -> str:
        """Run a command that has to succeed; return what it printed."""
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def states(self, *names: str) -> dict[str, str]:
        """Return the state of each service."""
        lines: list[dict[str, Any]] = json.loads(self.run("check", "--json", *names).stdout)
        return {line["service"]: line["state"] for line in lines}

    def pids(self) -> dict[str, str]:
        """Return what the pid files hold."""
        return {file.name: file.read_text() for file in (self.folder / "run").glob("*.pid")}

    def variables(self) -> dict[str, str]:
        """Return the environment that the services are described by, as a shell reads it."""
        script = f"set -a; . '{self.folder / 'env'}'; env -0"
        shell = subprocess.run(["sh", "-c", script], env={}, capture_output=True, text=True, check=True, timeout=10)
        return dict(line.split("=", 1) for line in shell.stdout.split("\0") if line)

    def sql(self, url: str, statement: str) -> str:
        """Run a statement with psql and return its rows."""
        done = subprocess.run(
            ["psql", url, "-XAtqc", statement], capture_output=True, text=True, check=False, timeout=20
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def close(self) -> None:
        """Stop everything and leave nothing behind."""
        self.do("down")
        state = self.folder / "state.json"
        data = Path(json.loads(state.read_text())["postgres_root"]) if state.exists() else self.folder
        if self.folder not in (data, *data.parents):
            shutil.rmtree(data.parent)


def free_ports() -> dict[str, int]:
    """Return a free port for each service; below those that the system gives to connections."""
    for _ in range(100):
        ports = {name: 20_000 + 3 * number for number, name in enumerate(PORTS, secrets.randbelow(700))}
        cluster = range(ports["redis_cluster"], ports["redis_cluster"] + CLUSTER_NODES)
        if all(is_free(port) for port in (*ports.values(), *cluster, *(port + BUS_OFFSET for port in cluster))):
            return ports
    raise AssertionError("no ports are free")


def is_free(port: int) -> bool:
    """Return whether nothing listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


def require_programs(*, jars: bool) -> None:
    """Skip a test where a program is missing; in CI, fail it."""
    missing = missing_packages(LIBRARY)
    if missing or (jars and not (has_jars(LIBRARY) and has_gateway(LIBRARY))):
        absent = ", ".join(missing) or "jars or the S3 gateway"
        reason = f"{absent} missing; `make services-up` installs what the services need"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
