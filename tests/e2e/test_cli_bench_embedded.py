"""`chirrup bench` of one process: each command measures what it says, on a community of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.embedded]


@pytest.fixture
def load_generator() -> None:
    """wrk; without it, skip the test, or fail it in CI."""
    if shutil.which("wrk") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("wrk is missing")
        pytest.skip("wrk is missing; Debian has it in a package of this name")


def facts_of(folder: Path, *arguments: object) -> Any:
    """Run a benchmark that has to succeed, from a folder; return its facts."""
    command = [sys.executable, "-m", "chirrup", "bench", *map(str, arguments), "--json"]
    environment = os.environ | {"CHIRRUP_PROFILE": "embedded"}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    assert list(folder.iterdir()) == []
    return json.loads(ran.stdout)


@pytest.mark.usefixtures("load_generator")
def test_a_fan_out_is_measured_in_parts_and_from_end_to_end(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "fanout", "--followers", 1500, "--posts", 3, "--rounds", 1, "--seconds", 1)
    assert facts["visits_per_second"] > 0
    assert facts["pushes_alone_per_second"] > 0
    assert facts["push_ratio"] > 0
    assert facts["read_ratio"] > 0
    assert facts["end_to_end_visits_per_second"] > 0
    assert facts["posts_over_http"] > 0


def test_a_rebuild_is_measured_by_the_number_of_followees(tmp_path: Path) -> None:
    options = ["--followees", 5, "--followees", 900, "--posts", 4000, "--rounds", 2]
    facts = facts_of(tmp_path, "rebuild", *options)
    for count in (5, 900):
        assert facts[f"rebuild_of_{count}_ms_p50"] > 0
        assert facts[f"first_page_of_{count}_ms_p50"] > 0
        assert facts[f"warm_page_of_{count}_ms_p50"] > 0
    assert facts["page_below_timeline_of_900_ms_p50"] > 0


def test_pictures_are_measured_against_pyvips_alone(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "media", "--pictures", 2, "--rounds", 1, "--megapixels", 1)
    assert facts["megapixels"] == 1
    rates = ("ratio", "ratio_to_thumbnails", "bare_thumbnails_per_second", "bare_same_sizes_per_second")
    assert all(facts[rate] > 0 for rate in rates)


def test_notifications_are_measured_beside_bare_rows(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "notifications", "--likes", 512, "--rounds", 1)
    rates = ("notifications_per_second", "bare_inserts_per_second", "likes_of_one_post_per_second")
    assert all(facts[rate] > 0 for rate in rates)
    assert facts["page_of_20_ms"] > 0


def test_the_memory_of_timelines_is_compared_with_that_of_their_ids(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "timelines", "--owners", 4000, "--size", 800, "--pushes", 3)
    assert 0.5 < facts["ratio"] < 2
    assert facts["mib_per_million_active"] > 0


def test_posts_of_authors_on_both_sides_of_the_threshold_are_timed(tmp_path: Path) -> None:
    options = ["--followers", 20, "--followers", 3000, "--posts", 2, "--threshold", 1000]
    facts = facts_of(tmp_path, "giants", *options)
    for count in (20, 3000):
        assert 0 < facts[f"answered_of_{count}_ms_p50"] < facts[f"last_reads_of_{count}_ms_p50"]
        assert facts[f"core_of_{count}_ms_per_post"] > 0


def test_a_small_account_is_timed_beside_a_giant(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "fairness", "--followers", 5000, "--posts", 5)
    assert 0 < facts["alone_ms_p50"] <= facts["alone_ms_p99"]
    assert 0 < facts["beside_giant_ms_p50"] <= facts["beside_giant_ms_p99"]
    assert facts["visits_meanwhile"] >= 5000


@pytest.mark.usefixtures("load_generator")
def test_instances_of_different_sizes_are_read_in_turn(tmp_path: Path) -> None:
    sizes = ["--accounts", 200, "--accounts", 2000, "--mean-follows", 10]
    facts = facts_of(tmp_path, "scale", *sizes, "--readers", 20, "--cold", 0.1, "--rounds", 1, "--seconds", 1)
    for size in (200, 2000):
        assert 0 < facts[f"ms_p50_at_{size}"] <= facts[f"ms_p99_at_{size}"]
        assert facts[f"warm_readers_at_{size}"] == 20
        assert 0 < facts[f"cold_share_at_{size}"] < 0.2
    assert facts["p99_ratio"] >= 1


def test_searches_are_timed_against_the_engine_asked_directly(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "search", "--posts", 1000, "--questions", 10, "--singles", 2)
    assert facts["posts_found"] > 0
    assert facts["engine_ms_p95"] > 0
    assert facts["ms_p95"] > 0
    assert facts["findable_ms_p95"] > 0
