"""In which layer an API process spends its time: one of its own, whose stack is looked at a thousand times a second.

A look happens when the process has used a millisecond more of a core. What the event loop does in C is counted for the
function that is called next, mostly that which takes what has come over a connection.
"""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import uvloop

from chirrup.bootstrap import open_application
from chirrup.commands.bench import harness
from chirrup.commands.bench.cluster import servers
from chirrup.entrypoints.api import create_api
from chirrup.entrypoints.server import Server, listen
from chirrup.platform.telemetry import configure_logging
from chirrup.settings import Settings, load

_EVERY = 0.001
_REPORT = "CHIRRUP_BENCH_SAMPLES"
_LAYERS = (
    ("http_server", ("uvicorn/", "chirrup/entrypoints/server")),
    ("edge", ("chirrup/platform/http/", "chirrup/entrypoints/", "chirrup/timelines/routes", "prometheus_client/")),
    ("session", ("chirrup/accounts/sessions", "chirrup/accounts/tokens")),
    ("redis_link", ("adapters/redis/link", "adapters/redis/wire", "adapters/redis/node", "adapters/redis/topology")),
    ("cache", ("adapters/redis/cache", "adapters/redis/values", "adapters/memory/")),
    ("timeline", ("adapters/redis/timelines", "adapters/redis/packed", "chirrup/timelines/")),
    ("assembly", ("chirrup/posts/", "chirrup/accounts/", "chirrup/graph/")),
    ("database", ("adapters/postgres/", "asyncpg/")),
)


def layers(settings: Settings, load_it: Callable[[str], None]) -> dict[str, float]:
    """Run an API process that is looked into while it is loaded; return the part of each layer."""
    port = harness.free_port()
    url = f"http://127.0.0.1:{port}"
    report = settings.data_dir / "samples.json"
    environment = servers.environment(settings) | {"CHIRRUP_PORT": str(port), _REPORT: str(report)}
    command = [sys.executable, "-m", "chirrup.commands.bench.cluster.sampled"]
    with harness.process(command, f"{url}/health/ready", environment):
        load_it(url)
    counts: dict[str, int] = json.loads(report.read_text())
    total = max(1, sum(counts.values()))
    found: Counter[str] = Counter()
    for place, count in counts.items():
        found[_layer(place)] += count
    return {name: round(count / total, 3) for name, count in found.most_common()}


def _layer(place: str) -> str:
    return next((name for name, parts in _LAYERS if any(part in place for part in parts)), "other")


class _Sampler:
    """Counts which function of ours, or of the HTTP server, was at work."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _look(self, _number: int, frame: FrameType | None) -> None:
        while frame is not None:
            code = frame.f_code
            if "/chirrup/" in code.co_filename or "/uvicorn/" in code.co_filename:
                self.counts[code.co_filename, code.co_qualname] += 1
                return
            frame = frame.f_back
        self.counts["", "other"] += 1


async def _serve(settings: Settings) -> Counter[tuple[str, str]]:
    async with open_application(settings) as app:
        server = Server(create_api(app), settings)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.stop)
        sampler = _Sampler()
        sampler.start()
        with listen(settings.host, settings.port) as listener:
            await server.serve([listener])
        sampler.stop()
        return sampler.counts


def main() -> None:
    """Serve until told to stop; then write down the counts."""
    settings = load({}, os.environ)
    configure_logging(settings.log_level)
    counts: Any = uvloop.run(_serve(settings))
    places = {f"{file.removesuffix('.py')}:{name}": count for (file, name), count in counts.items()}
    Path(os.environ[_REPORT]).write_text(json.dumps(places))


if __name__ == "__main__":
    main()
