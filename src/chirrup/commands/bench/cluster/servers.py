"""The processes of a cluster under load: `chirrup serve` and `chirrup worker`."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from chirrup.commands.bench import harness
from chirrup.entrypoints.processes.orders import portable
from chirrup.settings import PREFIX, Settings


@contextmanager
def api(settings: Settings, core: int | None = harness.SERVER_CORE) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run one API process, on a core of its own if one is named; yield its address and the process above it."""
    port = harness.free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "chirrup", "serve", "--port", str(port)]
    with harness.process(command, f"{url}/health/ready", environment(settings), core) as child:
        yield url, child


@contextmanager
def workers(
    settings: Settings, processes: int = 1, only: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:  # fmt: skip
    """Run workers, on whatever core; yield the process above them."""
    port = harness.free_port()
    command = [sys.executable, "-m", "chirrup", "worker", "--port", str(port), "--processes", str(processes)]
    command += [word for role in only for word in ("--only", role)]
    with harness.process(command, f"http://127.0.0.1:{port}/health/ready", environment(settings), None) as child:
        yield child


def environment(settings: Settings) -> dict[str, str]:
    """Return the settings as a process finds them in its environment."""
    fields = portable(settings) | {"drain_seconds": 0}
    return {PREFIX + name.upper(): str(value) for name, value in fields.items()}
