"""People, and the server that they use, for tests over HTTP."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from chirrup.accounts.sessions import Device
from chirrup.bootstrap import Application

BASE = "http://chirrup.test"
API = "/api/v1"
PASSWORD = "a nest of seven twigs"
DEVICE = Device("tests", "192.0.2.1")
START_SECONDS = 30


class Client(httpx.AsyncClient):
    """An HTTP client whose addresses are relative to the API; those of the root start with the scheme."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None, *, base: str = BASE, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        super().__init__(transport=transport, base_url=base + API, headers=headers, timeout=20)


@dataclass
class Person:
    """Somebody with an account, logged in."""

    id: int
    username: str
    client: Client

    async def call(self, method: str, path: str, status: int | None = None, **options: Any) -> Any:
        """Return the decoded answer of a request whose status is as expected; by default, any 2xx."""
        answer = await self.client.request(method, path, **options)
        fits = answer.is_success if status is None else answer.status_code == status
        assert fits, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def get(self, path: str, status: int | None = None, **params: Any) -> Any:
        """Return what is at an address."""
        return await self.call("GET", path, status, params=params or None)

    async def post(self, path: str, status: int | None = None, **body: Any) -> Any:
        """Post a JSON body, or none at all."""
        return await self.call("POST", path, status, json=body or None)

    async def publish(self, text: str = "tseep", **fields: Any) -> dict[str, Any]:
        """Publish a post, a reply (`reply_to=`) or a quote (`quote_of=`), and return it."""
        made: dict[str, Any] = await self.post("/posts", 201, text=text, **fields)
        return made

    async def follow(self, *others: "Person") -> None:
        """Follow people."""
        for other in others:
            await self.post(f"/users/{other.username}/follow")

    async def block(self, other: "Person") -> None:
        """Block somebody."""
        await self.post(f"/users/{other.username}/block")

    async def ids(self, path: str, **params: Any) -> list[str]:
        """Return the ids of one page of a list."""
        return [item["id"] for item in (await self.get(path, **params))["items"]]

    async def all_ids(self, path: str, **params: Any) -> list[str]:
        """Return the ids of all pages of a list."""
        found: list[str] = []
        page = await self.get(path, **params)
        found += [item["id"] for item in page["items"]]
        while page["next_cursor"]:
            page = await self.get(path, **params | {"cursor": page["next_cursor"]})
            found += [item["id"] for item in page["items"]]
        return found


@dataclass
class Community:
    """A running application, the API over it, and the people in it."""

    app: Application
    transport: httpx.ASGITransport
    clients: list[Client] = field(default_factory=list)

    def client(self, token: str = "") -> Client:
        """Return a client; without a token, a visitor's."""
        client = Client(self.transport, token=token)
        self.clients.append(client)
        return client

    async def person(self, username: str) -> Person:
        """Register somebody, whose password is PASSWORD and whose address is at example.org, and log them in."""
        account = await self.app.accounts.register(username, f"{username}@example.org", PASSWORD, None)
        grant = await self.app.sessions.open(account.id, DEVICE)
        return Person(account.id, username, self.client(grant.access_token))

    async def people(self, *usernames: str) -> list[Person]:
        """Register several people."""
        return [await self.person(username) for username in usernames]

    async def visitor(self) -> Person:
        """Return somebody without an account."""
        return Person(0, "", self.client())

    async def settle(self) -> None:
        """Wait until every event so far, and every event that handling those made, has been handled."""
        await settled(self.app)

    async def close(self) -> None:
        """Close the clients."""
        for client in self.clients:
            await client.aclose()


async def settled(app: Application) -> None:
    """Wait until every event so far, and every event that handling those made, has been handled."""
    newest = -1
    while (reached := await app.outbox.newest(app.db.read)) != newest:
        newest = reached
        await app.bus.caught_up()


class Server:
    """A real `chirrup serve` process over a data directory."""

    def __init__(self, data_dir: Path, environment: Mapping[str, str]) -> None:
        self.data_dir = data_dir
        self.environment = environment
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = data_dir.with_name(f"{data_dir.name}.log")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Server":
        """Start the process and wait until it is ready."""
        known = {name: value for name, value in os.environ.items() if not name.startswith("CHIRRUP_")}
        command = [*self.command(), "--port", str(self.port), "--data-dir", str(self.data_dir)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=known | dict(self.environment), stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
        return self

    def command(self) -> list[str]:
        """Return what is run, up to the options that all have."""
        return [sys.executable, "-c", "from chirrup.cli import main; main()", "serve"]

    def kill(self) -> None:
        """End the process as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=10)
        self.process = None

    def stop(self) -> int:
        """Ask the process to end, and return its exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(timeout=20)
        self.process = None
        return code

    def client(self, token: str = "") -> Client:
        """Return a client of the process."""
        return Client(base=self.base, token=token)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.base}/health/ready", timeout=2).status_code == 200
        except httpx.TransportError:
            return False


def free_port() -> int:
    """Return a port that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ids_of(posts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the ids of items."""
    return [post["id"] for post in posts]
