"""The real services that some tests need: where they are, and databases of a test's own on them.

`make services-up` starts them. Without them such a test is skipped, except in CI, where it fails.
"""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

ENVIRONMENT = Path(__file__).parents[1] / ".services" / "env"
_SETTINGS = {
    "postgres": "CHIRRUP_DATABASE_URL",
    "replica": "CHIRRUP_REPLICA_URL",
    "pgbouncer": "SERVICES_PGBOUNCER",
    "redis": "CHIRRUP_REDIS_URL",
    "redis-cluster": "SERVICES_REDIS_CLUSTER",
    "kafka": "CHIRRUP_KAFKA",
    "registry": "CHIRRUP_SCHEMA_REGISTRY_URL",
    "s3": "CHIRRUP_S3_ENDPOINT",
    "opensearch": "CHIRRUP_OPENSEARCH_URL",
}


def environment() -> dict[str, str]:
    """Return the variables that the started services are described by."""
    lines = ENVIRONMENT.read_text("utf-8").splitlines() if ENVIRONMENT.exists() else []
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def require(service: str) -> str:
    """Return the address of a service that answers; without it, skip the test, or fail it in CI."""
    name = _SETTINGS[service]
    address = os.environ.get(name) or environment().get(name, "")
    if address and _answers(address):
        return address
    reason = f"{service} does not run; `make services-up` starts it"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def bucket_settings() -> dict[str, str]:
    """Return where the bucket is and who may write to it; without the service, skip the test, or fail it in CI."""
    endpoint = require("s3")
    known = environment() | os.environ
    fields = {"name": "BUCKET", "access_key_id": "ACCESS_KEY_ID", "secret_access_key": "SECRET_ACCESS_KEY"}
    return {"endpoint": endpoint} | {field: known[f"CHIRRUP_S3_{name}"] for field, name in fields.items()}


def _answers(address: str) -> bool:
    place = urlsplit(address if "://" in address else f"//{address}").netloc.rpartition("@")[2].split(",")[0]
    parts = urlsplit(f"//{place}")
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 0), timeout=2):
            return True
    except OSError:
        return False


def with_database(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def run_sql(url: str, *statements: str) -> None:
    """Run statements on a connection of their own, each by itself."""
    connection = await asyncpg.connect(url, timeout=10, command_timeout=60)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@cache
def template(url: str) -> str:
    """Return the name of a database with all tables and no rows, made once in a run of the tests."""
    name = f"chirrup_template_{os.getpid()}"
    asyncio.run(run_sql(with_database(url, "postgres"), *_abandoned(url), f"CREATE DATABASE {name}"))
    done = subprocess.run(
        [sys.executable, "-m", "chirrup.migrate", "-"],
        input=with_database(url, name), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return name


def _abandoned(url: str) -> list[str]:
    """Return what drops the databases of test runs that have ended without doing so."""

    async def names() -> list[str]:
        connection = await asyncpg.connect(with_database(url, "postgres"), timeout=10, command_timeout=10)
        try:
            rows = await connection.fetch(r"SELECT datname FROM pg_database WHERE datname LIKE 'chirrup\_t%'")
            return [row[0] for row in rows]
        finally:
            await connection.close()

    gone = [name for name in asyncio.run(names()) if not Path(f"/proc/{name.split('_')[2]}").exists()]
    return [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in gone]


class FreshDatabase:
    """A database of a test's own: `with FreshDatabase(url) as its_url`."""

    def __init__(self, server: str, *, empty: bool = False) -> None:
        """Make ready to copy the template, or to make one without a table."""
        self._admin = with_database(server, "postgres")
        self._template = "template0" if empty else template(server)
        self.name = f"chirrup_test_{os.getpid()}_{secrets.token_hex(4)}"
        self.url = with_database(server, self.name)

    def __enter__(self) -> "FreshDatabase":
        """Make it."""
        asyncio.run(run_sql(self._admin, f"CREATE DATABASE {self.name} TEMPLATE {self._template}"))
        return self

    def __exit__(self, *_: object) -> None:
        """Drop it, with the connections to it that a crash under test has left."""
        asyncio.run(run_sql(self._admin, f"DROP DATABASE {self.name} WITH (FORCE)"))
