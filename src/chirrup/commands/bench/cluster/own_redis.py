"""A Redis server of a benchmark's own, which keeps nothing on disk."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from chirrup.commands.bench import harness
from chirrup.platform.errors import StartRefused

_READY_WITHIN = 20.0


@contextmanager
def redis_server() -> Iterator[tuple[str, int]]:
    """Run a server for as long as the block lasts; yield its address and the id of its process.

    Raises:
        StartRefused: Redis is not installed, or does not start.
    """
    if shutil.which("redis-server") is None:
        raise StartRefused("This benchmark needs redis-server (Debian's package redis-server).")
    port = harness.free_port()
    with tempfile.TemporaryDirectory() as folder:
        where = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"]
        child = subprocess.Popen(["redis-server", *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_until_ready(port, child)
            yield f"redis://127.0.0.1:{port}/0", child.pid
        finally:
            child.kill()
            child.wait(10)


def _wait_until_ready(port: int, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    with redis.Redis(port=port, socket_timeout=1) as client:
        while time.monotonic() < deadline and child.poll() is None:
            try:
                client.echo("ready")
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                return
    raise StartRefused(f"redis-server did not answer within {_READY_WITHIN:.0f} s.")
