"""`chirrup worker`, and the other commands of a cluster."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from chirrup.migrations import HEAD
from tests.cluster import run_sql
from tests.e2e.cli import chirrup
from tests.processes import ClusterProcess, cluster_environment, prepare, run, started, until
from tests.support import PASSWORD, Client, free_port

pytestmark = pytest.mark.cluster


@pytest.fixture
def unprepared(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What processes of a cluster are told whose operator has done nothing yet."""
    with cluster_environment(tmp_path / "data") as described:
        yield described


@pytest.fixture
def environment(unprepared: dict[str, str]) -> dict[str, str]:
    """What processes of a cluster are told, which is prepared for them."""
    prepare(unprepared)
    return unprepared


def measure(server: ClusterProcess, name: str) -> float:
    """Return the sum of a metric over its labels."""
    metrics = httpx.get(f"{server.base}/metrics").text
    return sum(float(line.rpartition(" ")[2]) for line in metrics.splitlines() if re.match(rf"{name}\b", line))


async def register(server: ClusterProcess, name: str) -> Client:
    """Make an account, and return its client."""
    async with server.client() as client:
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        answer = await client.post("/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        return server.client(answer.json()["access_token"])


def test_the_embedded_profile_has_no_worker_and_one_process(data_dir: Path) -> None:
    refused = chirrup("worker", "--profile", "embedded", data_dir=data_dir)
    assert (refused.code, refused.err) == (
        2,
        "chirrup: The embedded profile needs no worker: `chirrup serve` does that work, too.\n",
    )
    refused = chirrup("serve", "--profile", "embedded", "--processes", "2", data_dir=data_dir)
    assert (refused.code, refused.err) == (
        2,
        "chirrup: The embedded profile is one process; only `--profile cluster` can have several.\n",
    )


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_process_names_what_it_was_not_told(tmp_path: Path, command: str) -> None:
    told = {"CHIRRUP_PROFILE": "cluster", "CHIRRUP_DATA_DIR": str(tmp_path), "CHIRRUP_KAFKA": "127.0.0.1:1"}
    refused = run(told, command)
    needed = "CHIRRUP_DATABASE_URL and CHIRRUP_REDIS_URL and CHIRRUP_SCHEMA_REGISTRY_URL"
    assert (refused.returncode, refused.stderr) == (2, f"chirrup: The cluster profile needs {needed}.\n")


def test_a_process_without_keys_or_with_older_tables_asks_for_migrate(unprepared: dict[str, str]) -> None:
    refused = run(unprepared, "worker")
    assert refused.returncode == 2
    assert "no signing key" in refused.stderr
    assert "`chirrup migrate`" in refused.stderr
    prepare(unprepared)
    keys = {path.name: path.read_bytes() for path in Path(unprepared["CHIRRUP_DATA_DIR"]).glob("keys/*")}
    assert len(keys) == 1
    asyncio.run(run_sql(unprepared["CHIRRUP_DATABASE_URL"], "UPDATE alembic_version SET version_num = '0001'"))
    refused = run(unprepared, "serve", "--port", str(free_port()))
    assert refused.returncode == 2
    assert "`chirrup migrate`" in refused.stderr
    asyncio.run(run_sql(unprepared["CHIRRUP_DATABASE_URL"], f"UPDATE alembic_version SET version_num = '{HEAD}'"))
    prepare(unprepared)
    assert keys == {path.name: path.read_bytes() for path in Path(unprepared["CHIRRUP_DATA_DIR"]).glob("keys/*")}


def test_a_role_that_is_not_known_is_refused_with_those_that_are(environment: dict[str, str]) -> None:
    refused = run(environment, "worker", "--only", "relay", "--only", "chirping")
    assert refused.returncode == 2
    assert "There is no role chirping; the roles are " in refused.stderr
    roles = re.findall(r"\w+", refused.stderr.rpartition("roles are ")[2])
    assert set(roles) >= {"cache", "engagement", "graph", "jobs", "posts", "relay", "timelines"}


async def test_each_worker_does_the_work_of_its_roles(environment: dict[str, str]) -> None:
    api = ClusterProcess(environment, "serve")
    pushing = ClusterProcess(environment, "worker", "--only", "relay", "--only", "timelines")
    counting = ClusterProcess(environment, "worker", "--only", "graph", "--only", "posts", "--processes", "1")
    with started(api, pushing):
        wren, robin = await register(api, "wren"), await register(api, "robin")
        assert (await robin.post("/users/wren/follow")).status_code == 200
        assert (await robin.get("/feed")).json()["items"] == []
        made = (await wren.post("/posts", json={"text": "tseep"})).json()
        await asyncio.to_thread(until, lambda: measure(pushing, "chirrup_fanout_deliveries_total") >= 1, pushing)
        assert [post["id"] for post in (await robin.get("/feed")).json()["items"]] == [made["id"]]
        # nobody counts yet
        assert (await robin.get("/users/wren")).json()["posts_count"] == 0
        with started(counting):
            await asyncio.to_thread(until, lambda: measure(counting, "chirrup_events_handled_total") >= 2, counting)
            assert measure(counting, "chirrup_fanout_visits_total") == 0
            found = await until_counted(robin)
            assert (found["posts_count"], found["followers_count"]) == (1, 1)
            assert await asyncio.to_thread(counting.stop) == 0
        for client in (wren, robin):
            await client.aclose()
        assert [await asyncio.to_thread(server.stop) for server in (pushing, api)] == [0, 0]


async def until_counted(reader: Client) -> dict[str, Any]:
    """Return wren's profile once its posts are counted."""
    async with asyncio.timeout(20):
        while True:
            found: dict[str, Any] = (await reader.get("/users/wren")).json()
            if found["posts_count"]:
                return found
            await asyncio.sleep(0.1)


async def test_a_process_serves_without_all_but_the_primary_and_says_what_is_missing(
    environment: dict[str, str],
) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    away = {
        "CHIRRUP_REPLICA_URL": f"postgresql://chirrup@{nobody}/chirrup",
        "CHIRRUP_REDIS_URL": f"redis://{nobody}/0",
        "CHIRRUP_KAFKA": nobody,
        "CHIRRUP_SCHEMA_REGISTRY_URL": f"http://{nobody}",
    }
    api = ClusterProcess(environment | away, "serve")
    with started(api):
        wren = await register(api, "wren")
        made = await wren.post("/posts", json={"text": "tseep"})
        assert made.status_code == 201
        assert [post["id"] for post in (await wren.get("/feed")).json()["items"]] == [made.json()["id"]]
        health = await wren.get(f"{api.base}/health/ready")
        assert (health.status_code, health.json()["status"]) == (200, "ready")
        missing = {name for name, found in health.json()["dependencies"].items() if found != "ok"}
        assert missing == {"replica", "redis", "bus", "registry"}
        await wren.aclose()


def test_the_commands_of_an_operator_work_on_a_cluster(environment: dict[str, str]) -> None:
    made = run(environment, "user", "create", "wren", "--role", "admin", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["role"] == "admin"
    assert [account["username"] for account in json.loads(run(environment, "user", "list", "--json").stdout)] == [
        "wren"
    ]
    state = run(environment, "outbox", "--json")
    assert state.returncode == 0, state.stderr
    assert json.loads(state.stdout)["dead_letters"] == []
    for command in (["check", "--json"], ["reconcile", "--json"]):
        done = run(environment, *command)
        assert done.returncode == 0, done.stdout + done.stderr
        json.loads(done.stdout)


def test_a_cluster_is_filled_with_the_demo(environment: dict[str, str]) -> None:
    options = ["--accounts", "20", "--posts", "40", "--days", "2", "--pictures", "2"]
    done = run(environment, "demo", *options, "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["counts"]
    again = run(environment, "demo", *options)
    assert (again.returncode, again.stderr) == (
        2,
        "chirrup: The instance in the database is not empty; the demo needs a new one.\n",
    )
    report = run(environment, "reconcile", "--dry-run", "--json")
    assert report.returncode == 0, report.stdout


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["backup", "x.tar.gz"], "pg_dump"),
        (["restore", "README.md"], "pg_basebackup"),
        (["import", "graph", "-"], "file"),
    ],
)
def test_a_command_about_a_data_directory_refuses_a_cluster(tmp_path: Path, arguments: list[str], hint: str) -> None:
    refused = run({"CHIRRUP_PROFILE": "cluster", "CHIRRUP_DATA_DIR": str(tmp_path)}, *arguments)
    assert refused.returncode == 2
    assert refused.stderr.startswith("chirrup: `chirrup ")
    assert " is for the embedded profile: " in refused.stderr
    assert hint in refused.stderr
    assert list(tmp_path.iterdir()) == []
