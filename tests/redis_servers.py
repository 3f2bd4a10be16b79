"""Redis servers of the tests' own, which they may stop, flush and reshard; they keep nothing on disk."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

_SLOTS = 16_384


def free_port() -> int:
    """Return a port that is free, and the one 10,000 above it, which a cluster needs."""
    for _ in range(100):
        port = 20_000 + secrets.randbelow(2_700)
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


class RedisServer:
    """One server, started and stopped at will."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        command = ["redis-server", *where, "--save", "", "--appendonly", "no", "--loglevel", "warning", *self._options]
        with (self._folder / f"{self.port}.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._answers)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let it take connections and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    @property
    def servers(self) -> list["RedisServer"]:
        """Return all servers there are."""
        return [self]

    def flush(self) -> None:
        """Forget all keys."""
        self.ask("FLUSHALL")

    def ask(self, *words: str | int | bytes) -> Any:
        """Send one command; raise what it answers with, if that is an error."""
        with redis.Redis(port=self.port, socket_timeout=10) as client:
            return client.execute_command(*words)

    def _answers(self) -> bool:
        try:
            return bool(self.ask("ECHO", "alive"))
        except redis.ConnectionError:
            return False


class RedisCluster:
    """Three masters."""

    def __init__(self, folder: Path) -> None:
        options = [
            "--cluster-enabled",
            "yes",
            "--cluster-node-timeout",
            "2000",
            "--cluster-require-full-coverage",
            "no",
        ]
        self.servers: list[RedisServer] = []
        for number in range(3):
            (folder / str(number)).mkdir()
            self.servers.append(RedisServer(folder / str(number), *options))
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{server.port}" for server in self.servers)

    def start(self) -> None:
        """Start them, and share the slots among them."""
        first = self.servers[0]
        share = -(-_SLOTS // len(self.servers))
        for number, server in enumerate(self.servers):
            server.start()
            server.ask("CLUSTER", "ADDSLOTSRANGE", number * share, min(_SLOTS, (number + 1) * share) - 1)
            server.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for server in self.servers[1:]:
            server.ask("CLUSTER", "MEET", "127.0.0.1", first.port)
        until(lambda: all(_knows_all(server) for server in self.servers))

    def stop(self) -> None:
        """End them."""
        for server in self.servers:
            server.stop()

    def flush(self) -> None:
        """Forget all keys."""
        for server in self.servers:
            server.ask("FLUSHALL")

    def owner(self, slot: int) -> RedisServer:
        """Return the server that holds a slot by its own account."""
        for first, last, master, *_ in self.servers[0].ask("CLUSTER", "SLOTS"):
            if first <= slot <= last:
                return next(server for server in self.servers if server.port == master[1])
        raise AssertionError(f"nobody holds slot {slot}")

    @contextmanager
    def moving(self, slot: int, target: RedisServer) -> Iterator[None]:
        """Hand a slot over: inside the block both have a part of it."""
        source = self.owner(slot)
        source_id, target_id = (server.ask("CLUSTER", "MYID").decode() for server in (source, target))
        target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source_id)
        source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", target_id)
        yield
        while keys := source.ask("CLUSTER", "GETKEYSINSLOT", slot, 100):
            source.ask("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
        for server in (target, source, *self.servers):
            server.ask("CLUSTER", "SETSLOT", slot, "NODE", target_id)


def _knows_all(server: RedisServer) -> bool:
    state = server.ask("CLUSTER", "INFO")
    return "cluster_state:ok" in str(state) and len(server.ask("CLUSTER", "SLOTS")) == 3


def until(condition: Any, seconds: float = 20) -> None:
    """Wait until something holds.

    Raises:
        AssertionError: it does not within the time.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def require_redis() -> None:
    """Skip the test, or fail it in CI, if there is no Redis on this machine."""
    if shutil.which("redis-server") is None:
        reason = "redis-server is not installed; `make services-up` does that"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@contextmanager
def running_redis(folder: Path, *options: str) -> Iterator[RedisServer]:
    """Run a server."""
    require_redis()
    server = RedisServer(folder, *options)
    with ExitStack() as stack:
        stack.callback(server.stop)
        server.start()
        yield server


@contextmanager
def running_cluster(folder: Path) -> Iterator[RedisCluster]:
    """Run a cluster."""
    require_redis()
    cluster = RedisCluster(folder)
    with ExitStack() as stack:
        stack.callback(cluster.stop)
        cluster.start()
        yield cluster
