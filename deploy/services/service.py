"""What every service has: a name, ports, a start, a test of readiness, a stop, and a line in the table."""

import json
import signal
import socket
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from .errors import ServicesError
from .layout import HOST, Layout, variable
from .process import Process, until


@dataclass(frozen=True)
class Health:
    """One line of the table; `state` is `ok`, `stopped` or `failing`."""

    service: str
    address: str
    state: str
    detail: str


class Service(ABC):
    """A service of one or several processes.

    Attributes:
        name: what commands call it.
        title: what people call it.
        port: the name of its port in `layout.PORTS`.
        version: what the script installs; of Debian's packages the part that matters.
        in_compose: whether `compose.yaml` has it too; what only tests need is not in there.
        start_seconds: how long it may take to be ready.
        stop_signal: what asks it to end in good order.
    """

    name: str
    title: str
    port: str
    version: str
    in_compose: bool = True
    start_seconds: float = 30
    stop_signal: signal.Signals = signal.SIGTERM

    def __init__(self, layout: Layout) -> None:
        """Keep where things lie; nothing is touched yet."""
        self.layout = layout

    @property
    def address(self) -> str:
        """Where it listens, `host:port`."""
        return self.layout.address(self.port)

    def processes(self) -> list[Process]:
        """Return its processes."""
        return [self.process(self.name)]

    def process(self, name: str, user: str = "") -> Process:
        """Return a process of this service."""
        return Process(name, self.layout.run, self.layout.logs, user)

    def listens_on(self) -> dict[int, str]:
        """Return the ports it needs, each with the variable that chooses it."""
        return {self.layout.ports[self.port]: variable(self.port)}

    def runs(self) -> bool:
        """Return whether all its processes are there."""
        return all(process.pid() for process in self.processes())

    def has_a_process(self) -> bool:
        """Return whether at least one of its processes is there."""
        return any(process.pid() for process in self.processes())

    def obstacle(self) -> str:
        """Say what forbids to start it; empty when nothing does."""
        # of a service with several nodes some may be running
        if self.has_a_process():
            return ""
        taken = [(port, chooses) for port, chooses in self.listens_on().items() if not port_is_free(port)]
        return " ".join(
            f"Port {port}, which {self.title} needs, is taken by a program that was not started here: "
            f"end that program, or choose another port with {chooses}."
            for port, chooses in taken
        )

    @abstractmethod
    def start(self) -> None:
        """Prepare what is missing and start the processes that do not run."""

    @abstractmethod
    def probe(self) -> str:
        """Talk to it; return what the table says of it.

        Raises:
            ServicesError: it does not answer as it should.
        """

    def settle(self) -> None:  # noqa: B027 - most have nothing to settle
        """Do what is to be done once it answers, before others may use it; repeated until it succeeds."""

    def up(self) -> bool:
        """Start it and wait until it is ready; return whether there was anything to start."""
        started = not self.runs()
        if started:
            self.start()
        self.wait()
        return started

    def wait(self) -> None:
        """Wait until it is ready.

        Raises:
            ServicesError: it ended or took too long; the message ends with its log.
        """
        deadline = time.monotonic() + self.start_seconds
        while True:
            try:
                self.settle()
                self.probe()
            except (ServicesError, OSError) as error:
                if self.runs() and time.monotonic() < deadline:
                    time.sleep(0.1)
                    continue
                said = "\n".join(f"  {process.log}:\n{process.tail()}" for process in self.processes())
                why = f"is not ready after {self.start_seconds:g} s ({error})" if self.runs() else "ended at its start"
                raise ServicesError(f"{self.title} on {self.address} {why}.\n{said}") from error
            return

    def stop(self, seconds: float = 30) -> bool:
        """Stop what this script started; return whether anything ran."""
        ran = [process.stop(self.stop_signal, seconds) for process in self.processes()]
        return any(ran)

    def kill(self) -> bool:
        """End it as a power cut would; return whether anything ran."""
        ran = [process.kill() for process in self.processes()]
        return any(ran)

    def check(self) -> Health:
        """Return its line in the table."""
        if not self.runs():
            return Health(self.name, self.address, "stopped", self.why_stopped())
        try:
            return Health(self.name, self.address, "ok", self.probe())
        except (ServicesError, OSError) as error:
            return Health(self.name, self.address, "failing", str(error).splitlines()[0])

    def why_stopped(self) -> str:
        """Say what is known of a service that does not run."""
        taken = [port for port in self.listens_on() if not port_is_free(port)]
        return f"port {taken[0]} is used by a program that was not started here" if taken else ""


def port_is_free(port: int) -> bool:
    """Return whether nothing listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def wait_for_ports(ports: list[int]) -> None:
    """Wait until ports are free again after a program ended."""
    until(lambda: all(port_is_free(port) for port in ports), 5)


def http(method: str, url: str, body: object = None, seconds: float = 3) -> Any:
    """Send JSON and return the JSON of the answer.

    Raises:
        ServicesError: no answer, or one that is no success.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310 - only http
    # a proxy of the environment is not for this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=seconds) as answer:
            return json.loads(answer.read() or b"null")
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise ServicesError(f"{method} {url}: {error}") from error
