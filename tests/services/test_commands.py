"""`scripts/services` on services of the tests' own; those that take long to start have a module of their own."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.services.layout import HOST, Layout
from deploy.services.process import Process, started_at
from tests.services.instance import Instance, require_programs

LIGHT = ("postgres", "replica", "pgbouncer", "redis", "redis-cluster")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """PostgreSQL, PgBouncer and Redis, started once for the tests of this module."""
    require_programs(jars=False)
    instance = Instance(tmp_path_factory.mktemp("services") / "own")
    try:
        instance.do("up", *LIGHT)
        yield instance
    finally:
        instance.close()


@pytest.fixture
def services(started: Instance) -> Instance:
    """All services of this module, running, whatever the test before has done to them."""
    started.do("up", *LIGHT)
    return started


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Instance]:
    """Services that do not run yet."""
    require_programs(jars=False)
    instance = Instance(tmp_path / "other")
    yield instance
    instance.close()


def test_everything_is_ready_when_up_returns(services: Instance) -> None:
    checked = services.run("check", *LIGHT)
    assert checked.returncode == 0, checked.stdout
    assert services.states(*LIGHT) == dict.fromkeys(LIGHT, "ok")


def test_a_second_up_changes_nothing(services: Instance) -> None:
    before = services.pids()
    assert services.do("up", *LIGHT) == ""
    assert services.pids() == before


def test_what_died_is_started_again(services: Instance) -> None:
    before = services.pids()
    services.do("kill", "redis", "pgbouncer")
    services.do("up", *LIGHT)
    assert services.states(*LIGHT) == dict.fromkeys(LIGHT, "ok")
    changed = {name for name, pid in services.pids().items() if before[name] != pid}
    assert changed == {"redis.pid", "pgbouncer.pid"}


def test_check_fails_and_names_what_is_stopped(services: Instance) -> None:
    services.do("stop", "redis")
    checked = services.run("check", *LIGHT)
    assert checked.returncode == 1
    lines = {line.split()[0]: line.split()[2] for line in checked.stdout.splitlines()[1:]}
    assert lines == dict.fromkeys(LIGHT, "ok") | {"redis": "stopped"}


def test_the_environment_leads_to_each_service(services: Instance) -> None:
    variables = services.variables()
    assert services.sql(variables["CHIRRUP_DATABASE_URL"], "SELECT pg_is_in_recovery()") == "f"
    assert services.sql(variables["CHIRRUP_REPLICA_URL"], "SELECT pg_is_in_recovery()") == "t"
    assert services.sql(variables["SERVICES_PGBOUNCER"], "SELECT current_user, current_database()") == "chirrup|chirrup"
    assert variables["CHIRRUP_REDIS_URL"] == f"redis://{HOST}:{services.ports['redis']}/0"
    assert len(variables["SERVICES_REDIS_CLUSTER"].split(",")) == 3


def test_a_confirmed_commit_is_on_disk(services: Instance) -> None:
    url = services.variables()["CHIRRUP_DATABASE_URL"]
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert services.sql(url, f"SHOW {setting}") == "on"


def test_a_paused_replica_receives_but_does_not_show(services: Instance) -> None:
    primary, replica = (services.variables()[f"CHIRRUP_{name}_URL"] for name in ("DATABASE", "REPLICA"))
    services.do("pause", "replica")
    services.sql(primary, "CREATE TABLE nest (id int)")
    assert services.states("replica") == {"replica": "failing"}
    services.do("resume", "replica")
    reached = services.sql(primary, "SELECT pg_current_wal_lsn()")
    wait = f"DO $$ BEGIN WHILE pg_last_wal_replay_lsn() < '{reached}' LOOP PERFORM pg_sleep(0.01); END LOOP; END $$"
    services.sql(replica, f"SET statement_timeout = '10s'; {wait}; SELECT count(*) FROM nest")
    assert services.states("replica") == {"replica": "ok"}


def test_a_replica_takes_over_and_the_old_primary_follows_it(services: Instance) -> None:
    services.sql(services.variables()["CHIRRUP_DATABASE_URL"], "CREATE TABLE egg AS SELECT 1 AS id")
    services.do("kill", "postgres")
    services.do("promote")
    alone = services.variables()
    assert alone["CHIRRUP_DATABASE_URL"].endswith(f":{services.ports['replica']}/chirrup")
    assert alone["CHIRRUP_REPLICA_URL"] == ""
    refused = services.run("up", *LIGHT)
    assert refused.returncode == 1
    assert "scripts/services rebase" in refused.stderr
    services.do("rebase")
    after = services.variables()
    assert services.sql(after["CHIRRUP_DATABASE_URL"], "INSERT INTO egg VALUES (2) RETURNING id") == "2"
    assert services.sql(after["SERVICES_PGBOUNCER"], "SELECT pg_is_in_recovery(), count(*) FROM egg") == "f|2"
    assert services.sql(after["CHIRRUP_REPLICA_URL"], "SELECT pg_is_in_recovery()") == "t"
    assert services.states(*LIGHT) == dict.fromkeys(LIGHT, "ok")


def test_a_taken_port_is_named_with_the_variable_that_chooses_another(other: Instance) -> None:
    with socket.create_server((HOST, other.ports["pgbouncer"])):
        refused = other.run("up", *LIGHT)
    assert refused.returncode == 1
    assert f"Port {other.ports['pgbouncer']}" in refused.stderr
    assert "SERVICES_PGBOUNCER_PORT" in refused.stderr
    assert set(other.states(*LIGHT).values()) == {"stopped"}


def test_what_cannot_start_shows_its_log_and_leaves_nothing_running(tmp_path: Path) -> None:
    require_programs(jars=False)
    broken = tmp_path / "bin" / "redis-server"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho the wren has no nest\nexit 1\n")
    broken.chmod(0o755)
    instance = Instance(tmp_path / "own", PATH=f"{broken.parent}:/usr/local/bin:/usr/bin:/bin")
    failed = instance.run("up", "postgres", "redis")
    assert failed.returncode == 1
    assert "the wren has no nest" in failed.stderr
    assert instance.states("postgres", "redis") == {"postgres": "stopped", "redis": "stopped"}
    instance.close()


def test_a_program_that_has_got_the_pid_of_a_stopped_service_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as bystander:
        redis = Process("redis", tmp_path, tmp_path)
        redis.pid_file.write_text(f"{bystander.pid} {int(started_at(bystander.pid)) - 1}\n")
        assert not redis.kill()
        assert bystander.poll() is None
        bystander.kill()


def test_an_unknown_service_is_refused_with_the_names_of_all(other: Instance) -> None:
    refused = other.run("up", "rabbit")
    assert refused.returncode == 1
    assert "redis-cluster" in refused.stderr


def test_the_ports_of_a_redis_cluster_leave_room_for_its_bus(tmp_path: Path) -> None:
    refused = Instance(tmp_path, SERVICES_REDIS_CLUSTER_PORT="60000").run("check")
    assert refused.returncode == 1
    assert "SERVICES_REDIS_CLUSTER_PORT" in refused.stderr


def test_a_value_that_a_shell_would_split_is_quoted(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "a nest; of wrens")
    instance.folder.mkdir()
    Layout(instance.folder, instance.ports, instance.folder).remember()
    assert instance.variables()["SERVICES_DIR"] == str(instance.folder)
