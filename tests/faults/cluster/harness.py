"""A cluster of a test's own: a database and topics, API and worker processes, and people who use it."""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import redis.asyncio

from chirrup.bootstrap import open_application
from chirrup.bootstrap.cluster import prepare
from chirrup.settings import Settings, load
from tests.cluster import run_sql
from tests.faults.cluster.members import Member
from tests.faults.cluster.people import Author, Reader, check_homes, check_profiles
from tests.faults.cluster.services import Services
from tests.support import DEVICE, PASSWORD, Client

SECONDS = int(os.environ.get("CHIRRUP_FAULT_SECONDS", "20"))
"""How long an outage under load lasts; 60 in full."""
PATIENCE = 60.0
COMMAND_SECONDS = 30


class Cluster:
    """Processes over the services."""

    def __init__(self, services: Services, data_dir: Path, folder: Path) -> None:
        self.services = services
        self.folder = folder
        self.database = f"faults_{secrets.token_hex(4)}"
        self.members: list[Member] = []
        self.apis: list[Member] = []
        self._open: list[Client] = []
        hosts = ",".join(f"127.0.0.1:{services.ports[name]}" for name in (services.primary, services.standby))
        self.environment = {
            name: value for name, value in services.variables().items() if name.startswith("CHIRRUP_")
        } | {
            "CHIRRUP_DATA_DIR": str(data_dir),
            "CHIRRUP_DATABASE_URL": f"postgresql://chirrup@{hosts}/{self.database}?target_session_attrs=read-write",
            "CHIRRUP_REPLICA_URL": services.database_url(services.standby, self.database),
            "CHIRRUP_TOPIC_PREFIX": f"{self.database}.",
            "CHIRRUP_PUBLIC_URL": "http://chirrup.test",
            "CHIRRUP_RATE_LIMITS": "off",
            "CHIRRUP_DRAIN_SECONDS": "0",
            # these run on what they break, and on nothing else
            "CHIRRUP_SEARCH_ENGINE": "postgres",
            "CHIRRUP_S3_BUCKET": "",
        }

    @property
    def settings(self) -> Settings:
        """What the processes are started with."""
        return load({}, self.environment)

    async def create(self) -> None:
        """Make the database and the topics, and empty Redis."""
        await self.sql(f"CREATE DATABASE {self.database}", database="postgres")
        await self.flush()
        await prepare(self.settings)

    async def drop(self) -> None:
        """End the processes and delete the database."""
        for client in self._open:
            await client.aclose()
        for member in self.members:
            if member.process is not None:
                await asyncio.to_thread(member.kill)
        await self.sql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", database="postgres")

    async def start(self, apis: int = 2, workers: int = 1, **environment: str) -> None:
        """Start processes and wait until they are ready."""
        self.environment |= environment
        begun = [self.launch("serve") for _ in range(apis)] + [self.launch("worker") for _ in range(workers)]
        for member in begun:
            await asyncio.to_thread(member.wait)

    async def restart(self) -> None:
        """Start the processes again that have been stopped, with what the environment says now."""
        for member in self.members:
            await asyncio.to_thread(member.launch, self.environment)
        for member in self.members:
            await asyncio.to_thread(member.wait)

    def launch(self, program: str, **environment: str) -> Member:
        """Start one more process, with an environment that differs from the others' if need be."""
        name = f"{program}-{sum(member.name.startswith(program) for member in self.members)}"
        member = Member(program, name, self.environment | environment, self.folder)
        self.members.append(member)
        if program == "serve":
            self.apis.append(member)
        return member.launch()

    async def people(self, authors: Sequence[str], readers: Sequence[str]) -> tuple[list[Author], list[Reader]]:
        """Register people whom all APIs know; each reader follows every author, and has a timeline already."""
        tokens = {}
        async with open_application(self.settings) as app:
            for name in (*authors, *readers):
                account = await app.accounts.register(name, None, PASSWORD, None)
                tokens[name] = account.id, (await app.sessions.open(account.id, DEVICE)).access_token
        posting = [Author(tokens[name][0], name, self._clients(tokens[name][1])) for name in authors]
        reading = [
            Reader(tokens[name][0], name, self._clients(tokens[name][1]), follows=tuple(posting)) for name in readers
        ]
        for reader in reading:
            for author in posting:
                await reader.insist("POST", f"/users/{author.name}/follow")
            await reader.insist("GET", "/feed")
        return posting, reading

    def _clients(self, token: str) -> list[Client]:
        clients = [member.client(token) for member in self.apis]
        self._open += clients
        return clients

    async def settle(self, watched: Member) -> None:
        """Wait until every event is handled, as a process tells Prometheus."""

        async def handled() -> None:
            behind = {name: value for name, value in (await watched.measures()).items() if _is_lag(name) and value}
            assert not behind, behind

        await eventually(handled)

    async def check(self, authors: Sequence[Author], readers: Sequence[Reader], apis: Sequence[int] = (0, 1)) -> None:
        """Wait until everybody sees exactly what was acknowledged, once, and all is counted right."""

        async def right() -> None:
            await check_profiles(authors, apis, len(readers))
            await check_homes(readers, apis)

        await eventually(right)

    async def service(self, *words: str) -> str:
        """Have something done to the services."""
        return await asyncio.to_thread(self.services.do, *words)

    async def sql(self, *statements: str, node: str = "", database: str = "") -> None:
        """Run statements, at the primary unless another node is named."""
        await run_sql(self.services.database_url(node or self.services.primary, database or self.database), *statements)

    async def rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query at the primary."""
        url = self.services.database_url(self.services.primary, self.database)
        connection = await asyncpg.connect(url, timeout=10, command_timeout=10)
        try:
            return [tuple(row) for row in await connection.fetch(sql, *args)]
        finally:
            await connection.close()

    async def command(self, *words: str) -> Any:
        """Run `chirrup`, and return what it prints as JSON."""
        known = {name: value for name, value in os.environ.items() if not name.startswith("CHIRRUP_")}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from chirrup.cli import main; main()", *words,
            env=known | self.environment | {"CHIRRUP_JSON": "true"},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(COMMAND_SECONDS):
            said, wrong = await process.communicate()
        assert process.returncode == 0, wrong.decode()
        return json.loads(said)

    async def flush(self) -> None:
        """Empty Redis."""
        async with redis.asyncio.Redis(port=self.services.ports["redis"]) as client:
            await client.flushall()


def _is_lag(name: str) -> bool:
    return name.startswith(("chirrup_outbox_pending", "chirrup_consumer_lag"))


async def eventually(check: Callable[[], Awaitable[None]], patience: float = PATIENCE, pause: float = 0.1) -> None:
    """Repeat a check until it passes; after a while, let its failure stand."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while True:
        try:
            return await check()
        except AssertionError:
            if loop.time() > deadline:
                raise
        await asyncio.sleep(pause)
