"""`chirrup bench live`: each delivery is timed, and none is lost."""

from pathlib import Path

import pytest

from tests.e2e.test_cli_bench_embedded import facts_of

pytestmark = [pytest.mark.slow, pytest.mark.embedded]


def test_each_connected_follower_is_told_of_each_post_once(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "live", "--connections", 40, "--follows", 5, "--rate", 20, "--seconds", 2)
    assert facts["deliveries"] > facts["posts"] > 0
    assert (facts["deliveries_lost"], facts["deliveries_doubled"], facts["deliveries_to_others"]) == (0, 0, 0)
    assert facts["connections_lost"] == 0
    assert 0 < facts["delivery_ms_p50"] <= facts["delivery_ms_p99"]
