"""`chirrup bench` on the services of a cluster: each command measures, and leaves nothing behind."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from typing import Any

import asyncpg
import pytest
from confluent_kafka.admin import AdminClient

from tests.cluster import environment, require, with_database
from tests.redis_servers import require_redis

pytestmark = [pytest.mark.slow, pytest.mark.cluster]


@pytest.fixture
def services() -> dict[str, str]:
    """The services' addresses, as variables of the environment."""
    for service in ("postgres", "redis", "kafka", "registry"):
        require(service)
    return environment()


@pytest.fixture
def load_generator() -> None:
    """wrk; without it, skip the test, or fail it in CI."""
    if shutil.which("wrk") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("wrk is missing")
        pytest.skip("wrk is missing; Debian has it in a package of this name")


def bench(services: dict[str, str], *arguments: object, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Run a benchmark, whatever comes of it."""
    command = [sys.executable, "-m", "chirrup", "bench", *map(str, arguments), "--json"]
    return subprocess.run(
        command, env=os.environ | services | changes, capture_output=True, text=True, timeout=300, check=False
    )


def facts_of(services: dict[str, str], *arguments: object) -> Any:
    """Run a benchmark that has to succeed; return its facts."""
    ran = bench(services, *arguments, "--profile", "cluster")
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def remains(services: dict[str, str]) -> list[str]:
    """Return the databases and topics of benchmarks that do not run any more."""

    async def databases() -> list[str]:
        server = with_database(services["CHIRRUP_DATABASE_URL"], "postgres")
        connection = await asyncpg.connect(server, timeout=10, command_timeout=10)
        try:
            rows = await connection.fetch(r"SELECT datname FROM pg_database WHERE datname LIKE 'chirrup\_bench\_%'")
            return [row[0] for row in rows]
        finally:
            await connection.close()

    topics = AdminClient({"bootstrap.servers": services["CHIRRUP_KAFKA"]}).list_topics(timeout=10).topics
    names = [*asyncio.run(databases()), *(name for name in topics if name.startswith("chirrup_bench_"))]
    return [name for name in names if not os.path.exists(f"/proc/{name.split('_')[2]}")]  # noqa: PTH110


@pytest.mark.usefixtures("load_generator")
def test_a_warm_home_read_is_measured_and_its_time_laid_out(services: dict[str, str]) -> None:
    facts = facts_of(services, "home", "--rounds", 1, "--seconds", 1)
    assert facts["posts_per_page"] == 20
    assert facts["home_per_second"] > 0
    assert facts["share_redis"] + facts["share_postgres"] + facts["share_python"] <= 1.01
    assert facts["python_share_redis_link"] > 0


def test_a_push_is_measured_apart_from_reading_the_followers(services: dict[str, str]) -> None:
    facts = facts_of(services, "fanout", "--followers", 400, "--posts", 100)
    assert facts["visits_per_second"] > 0
    assert facts["followers_read_per_second"] > 0
    assert facts["in_all_visits_per_second"] > 0


def test_lists_sorted_sets_and_packed_strings_are_measured_side_by_side() -> None:
    require_redis()
    ran = bench({}, "structures", "--followers", 40, "--posts", 2, "--rounds", 1)
    assert ran.returncode == 0, ran.stderr
    facts = json.loads(ran.stdout)
    assert (
        facts["packed_bytes_per_id_built"] < facts["list_bytes_per_id_built"] < facts["sorted_set_bytes_per_id_built"]
    )
    for structure in ("list", "sorted_set", "packed"):
        assert facts[f"{structure}_pushes_by_script_per_redis_core"] > 0
        assert facts[f"{structure}_reads_of_all_per_python_core"] > 0


def test_a_rebuild_from_postgresql_is_measured(services: dict[str, str]) -> None:
    options = ["--followees", 5, "--followees", 900, "--posts", 4000, "--rounds", 2]
    facts = facts_of(services, "rebuild", *options)
    assert facts["rebuild_of_900_ms_p50"] > 0
    assert facts["page_below_timeline_of_900_ms_p50"] > 0


def test_a_relay_and_the_way_to_the_last_follower_are_measured(services: dict[str, str]) -> None:
    facts = facts_of(services, "relay", "--events", 500, "--posts", 3, "--followers", 5, "--followers", 1200)
    assert facts["relayed_per_second"] > 0
    assert 0 < facts["to_last_of_5_ms_p50"] <= facts["to_last_of_5_ms_p99"]
    assert 0 < facts["to_last_of_1200_ms_p50"] <= facts["to_last_of_1200_ms_p99"]


def test_delays_are_measured_from_when_a_post_was_due_and_nothing_is_lost(services: dict[str, str]) -> None:
    short = ("--seconds", 2, "--ramp-seconds", 0.5, "--ramp-from", 10)
    facts = facts_of(services, "delay", "--followers", 5, "--authors", 2, *short)
    assert facts["capacity_posts_per_second"] > 0
    for share in (50, 90):
        assert facts[f"at_{share}_lost"] == 0
        assert 0 <= facts[f"at_{share}_sent_ms_p50"] <= facts[f"at_{share}_answered_ms_p50"]
        assert 0 < facts[f"at_{share}_to_last_ms_p50"] <= facts[f"at_{share}_to_last_ms_p99_9"]


@pytest.mark.usefixtures("load_generator")
def test_reads_and_pushes_are_measured_alone_and_together(services: dict[str, str]) -> None:
    facts = facts_of(services, "mixed", "--followers", 20, "--rounds", 1, "--seconds", 2)
    assert facts["reads_both_per_second"] > 0
    assert facts["deliveries_both_per_second"] > 0
    assert facts["both_cores_api"] > 0
    assert facts["both_cores_worker"] > 0


@pytest.mark.usefixtures("load_generator")
def test_posting_is_compared_with_bare_transactions(services: dict[str, str]) -> None:
    facts = facts_of(services, "post", "--rounds", 1, "--seconds", 2)
    assert facts["post_per_second"] > 0
    assert facts["bare_per_second"] > 0
    assert facts["http_per_second"] > 0


def test_rows_events_and_what_is_behind_a_commit_are_measured(services: dict[str, str]) -> None:
    facts = facts_of(services, "footprint", "--posts", 20, "--rebuilds", 2)
    assert all(value > 0 for name, value in facts.items() if name.startswith(("bytes", "post_us", "rebuild_us_py")))


def test_a_small_account_is_timed_alone_and_beside_a_giant(services: dict[str, str]) -> None:
    facts = facts_of(services, "fairness", "--followers", 1200, "--posts", 3)
    assert 0 < facts["alone_ms_p50"] <= facts["alone_ms_p99"]
    assert 0 < facts["beside_giant_ms_p50"] <= facts["beside_giant_ms_p99"]


def test_all_followers_read_a_whole_burst_and_nothing_of_it_is_left(services: dict[str, str]) -> None:
    facts = facts_of(services, "burst", "--followers", 10, "--posts", 5, "--singles", 2)
    assert facts["followers_who_read_all"] == 10
    assert remains(services) == []


def test_notifications_are_measured_beside_bare_rows(services: dict[str, str]) -> None:
    facts = facts_of(services, "notifications", "--likes", 512, "--rounds", 1)
    rates = ("notifications_per_second", "bare_inserts_per_second", "likes_of_one_post_per_second")
    assert all(facts[rate] > 0 for rate in rates)
    assert facts["page_of_20_ms"] > 0
    assert remains(services) == []


def test_a_random_history_is_played_on_a_cluster_and_nothing_of_it_is_left(services: dict[str, str]) -> None:
    facts = facts_of(services, "model", "--histories", 1, "--steps", 20)
    assert facts["histories"] == 1
    assert facts["pages"] > 0
    assert remains(services) == []


@pytest.mark.parametrize("engine", ["postgres", "opensearch"])
def test_searches_are_timed_against_the_engine_asked_directly(services: dict[str, str], engine: str) -> None:
    chosen = {"CHIRRUP_SEARCH_ENGINE": engine, "CHIRRUP_OPENSEARCH_URL": ""}
    if engine == "opensearch":
        chosen["CHIRRUP_OPENSEARCH_URL"] = require(engine)
    facts = facts_of(services | chosen, "search", "--posts", 1000, "--questions", 10, "--singles", 2)
    assert facts["engine"] == engine
    assert facts["posts_found"] > 0
    assert facts["engine_ms_p95"] > 0
    assert facts["findable_ms_p95"] > 0
    assert remains(services) == []


def test_a_service_on_another_machine_is_left_alone(services: dict[str, str]) -> None:
    elsewhere = "postgresql://chirrup@db.example/chirrup"
    ran = bench(services, "fanout", "--profile", "cluster", CHIRRUP_DATABASE_URL=elsewhere)
    assert ran.returncode == 2
    assert "db.example" in ran.stderr


def test_what_only_a_cluster_has_is_refused_elsewhere(services: dict[str, str]) -> None:
    ran = bench(services, "relay", "--profile", "embedded")
    assert ran.returncode == 2
    assert "--profile cluster" in ran.stderr


def test_followers_at_two_gateways_are_told_of_each_post_once(services: dict[str, str]) -> None:
    facts = facts_of(services, "live", "--connections", 40, "--follows", 5, "--rate", 20, "--seconds", 2)
    assert facts["deliveries"] > facts["posts"] > 0
    assert (facts["deliveries_lost"], facts["deliveries_doubled"], facts["deliveries_to_others"]) == (0, 0, 0)
    assert facts["answer_ms_p50"] > 0
    assert facts["delivery_ms_max"] > 0
    assert facts["one_kib_per_connection"] > 0
