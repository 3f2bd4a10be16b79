"""What the benchmarks share: servers on a core of their own, seeding, and the load generators."""

import asyncio
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

import regex
import typer

from chirrup.accounts.sessions import Device
from chirrup.bootstrap import Application
from chirrup.commands.bench.twin import BODY_VARIABLE
from chirrup.entrypoints.worker import working
from chirrup.platform.datadir import DataDir
from chirrup.platform.errors import StartRefused
from chirrup.settings import Settings

SERVER_CORE = 0
CLIENT_CORE = 1
_POSTING = """
local tokens = {%s}
local number = 0
request = function()
  number = number + 1
  local headers = {["Content-Type"] = "application/json"}
  headers["Authorization"] = "Bearer " .. tokens[number %% #tokens + 1]
  return wrk.format("POST", "/api/v1/posts", headers, '{"text":"Note ' .. number .. ' from the reeds."}')
end
"""
_READY_WITHIN = 60.0
_NANOSECONDS = 1e9
_RATE = regex.compile(r"Requests/sec:\s+([\d.]+)")
_PERCENTILE = regex.compile(r"\s+(50|99)%\s+([\d.]+)(us|ms|s)\b")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def pin(core: int) -> None:
    """Keep this process on one core, where there are several."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[core % len(cores)]})


def core_seconds(pid: int) -> float:
    """Return how long the threads of a process have run, as the scheduler counts it; 0 for one that has ended."""
    total = 0
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total / _NANOSECONDS


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def process(
    command: Sequence[str], ready_url: str, environment: Mapping[str, str], core: int | None = SERVER_CORE
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server on a core, or on any, for as long as the block lasts, once it answers."""
    child = subprocess.Popen(
        list(command),
        env={**os.environ, **environment},
        preexec_fn=None if core is None else partial(pin, core),  # noqa: PLW1509 - it starts no threads
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_ready(ready_url, child)
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)


def wait_until_ready(url: str, child: subprocess.Popen[bytes]) -> None:
    """Wait for a 200.

    Raises:
        StartRefused: the server ended, or did not answer in time.
    """
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise StartRefused(f"The server ended with exit code {child.returncode}.")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - a URL of ours on the loopback
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.01)
    raise StartRefused(f"The server did not answer within {_READY_WITHIN:.0f} s.")


@contextmanager
def chirrup_server(data_dir: Path, **changes: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `chirrup serve` without limits, with changes to its environment; yield its address and process."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "chirrup", "serve", "--port", str(port), "--data-dir", str(data_dir)]
    command += ["--profile", "embedded"]
    with process(command, f"{url}/health/ready", server_environment(url) | changes) as child:
        yield url, child


@contextmanager
def twin_server(body_file: Path) -> Iterator[str]:
    """Run the static twin of a body; yield its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "uvicorn", "--factory", "chirrup.commands.bench.twin:create_twin"]
    command += ["--port", str(port), "--no-access-log", "--log-level", "error", "--loop", "uvloop"]
    command += ["--http", "httptools"]
    with process(command, url, {BODY_VARIABLE: str(body_file)}):
        yield url


def get(url: str, headers: Mapping[str, str]) -> bytes:
    """Return the body of an answer."""
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 - a URL of ours on the loopback
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
        body: bytes = answer.read()
        return body


def for_profile(profile: str | None, name: str) -> ModuleType | None:
    """Return the benchmark of the cluster profile, if that was chosen."""
    # by name, so that a community's server does not carry the drivers of a cluster
    return import_module(f"chirrup.commands.bench.cluster.{name}") if profile == "cluster" else None


def of_cluster(profile: str | None, name: str) -> ModuleType:
    """Return a benchmark that only the cluster profile has.

    Raises:
        StartRefused: another profile was chosen.
    """
    bench = for_profile(profile, name)
    if bench is None:
        raise StartRefused(f"`chirrup bench {name}` is about the cluster; choose it by `--profile cluster`.")
    return bench


def drawing() -> ModuleType:
    """Return the module that draws.

    Raises:
        StartRefused: matplotlib is not installed.
    """
    try:
        # by name, so that nobody who draws nothing needs the extra
        return import_module("chirrup.commands.bench.drawing")
    except ModuleNotFoundError as missing:
        raise StartRefused(f"Plots need the extra `bench`, and {missing.name} is not installed.") from missing


def server_environment(url: str) -> dict[str, str]:
    """Return the settings of a server under load."""
    return {"CHIRRUP_RATE_LIMITS": "off", "CHIRRUP_PUBLIC_URL": url, "CHIRRUP_LOG_LEVEL": "warning"}


@asynccontextmanager
async def seeding(data_dir: Path) -> AsyncIterator[Application]:
    """Open an instance in this process to fill it."""
    DataDir(data_dir).prepare()
    async with working(Settings(data_dir=data_dir, port=0, rate_limits="off")) as app:
        yield app
        await app.bus.caught_up()


async def add_accounts(app: Application, names: Sequence[str]) -> list[int]:
    """Make accounts that cannot log in; return their ids."""
    ids: list[int] = []
    async with app.db.transaction() as tx:
        for name in names:
            account_id = app.ids.new(len(ids))
            await app.accounts.store.insert(tx, account_id, name, None, None, name)
            await app.accounts.store.claim(tx, name.lower(), account_id)
            ids.append(account_id)
    return ids


async def refresh_token(app: Application, account_id: int) -> str:
    """Return a refresh token of an account, to be exchanged at the server under load."""
    return (await app.sessions.open(account_id, Device("bench", "127.0.0.1"))).refresh_token


async def access_token(app: Application, account_id: int) -> str:
    """Return an access token of an account, for all servers with the same key and address."""
    return (await app.sessions.open(account_id, Device("bench", "127.0.0.1"))).access_token


async def together(calls: Sequence[object]) -> None:
    """Wait for many calls, some hundred at a time."""
    for start in range(0, len(calls), 500):
        await asyncio.gather(*calls[start : start + 500])  # type: ignore[call-overload]


def exchange(url: str, token: str) -> str:
    """Return an access token of the server under load for a refresh token."""
    request = urllib.request.Request(  # noqa: S310 - ours
        f"{url}/api/v1/auth/refresh",
        data=json.dumps({"refresh_token": token}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - ours
        access_token: str = json.load(answer)["access_token"]
        return access_token


class Connection:
    """One kept-alive connection of one account."""

    def __init__(self, url: str, access_token: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        self._headers = {"Authorization": f"Bearer {access_token}", "Content-Type": "application/json"}

    def post(self, text: str) -> str:
        """Publish a post; return its id."""
        self._connection.request("POST", "/api/v1/posts", json.dumps({"text": text}), self._headers)
        post_id: str = json.loads(self._connection.getresponse().read())["id"]
        return post_id

    def feed(self, limit: int) -> list[str]:
        """Return the ids of the newest entries of the home timeline."""
        self._connection.request("GET", f"/api/v1/feed?limit={limit}", headers=self._headers)
        return [item["id"] for item in json.loads(self._connection.getresponse().read())["items"]]


def report(facts: Mapping[str, object], *, as_json: bool) -> None:
    """Print what was measured."""
    typer.echo(json.dumps(facts) if as_json else "\n".join(f"{name:32} {value}" for name, value in facts.items()))


def posting_script(tokens: Sequence[str]) -> str:
    """Return what has wrk publish posts, in turn by each of the access tokens."""
    return _POSTING % ", ".join(map(json.dumps, tokens))


def wrk(
    url: str, headers: Mapping[str, str], seconds: int, connections: int = 32, script: Path | None = None
) -> tuple[float, float, float]:
    """Load a URL; return requests/s and the latencies in seconds at the 50th and 99th percentile.

    Raises:
        StartRefused: wrk is not installed, answers were not 200, or none came in time.
    """
    if shutil.which("wrk") is None:
        raise StartRefused("This benchmark needs wrk (Debian's package wrk).")
    options = [f"-H{name}: {value}" for name, value in headers.items()]
    scripting = ["-s", str(script)] if script else []
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *options, *scripting, url],
        capture_output=True, text=True, timeout=seconds + 30, check=True,
        preexec_fn=lambda: pin(CLIENT_CORE),
    )  # fmt: skip
    if "Non-2xx" in done.stdout:
        raise StartRefused(f"Some answers were errors: {done.stdout}")
    found = _RATE.search(done.stdout)
    assert found is not None
    if not float(found[1]):
        raise StartRefused(f"Nothing was answered within {seconds} s; give the load more seconds.")
    latencies = {name: float(value) * _UNITS[unit] for name, value, unit in _PERCENTILE.findall(done.stdout)}
    return float(found[1]), latencies["50"], latencies["99"]
