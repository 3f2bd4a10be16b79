"""What the PostgreSQL adapter makes of URLs and of queries that are asked for each of many keys."""

import pytest

from chirrup.platform.adapters.postgres.index import Position
from chirrup.platform.adapters.postgres.pools import hosts_of
from chirrup.platform.adapters.postgres.queries import for_each


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://chirrup@db.example.org/nest", [("db.example.org", 5432)]),
        ("postgresql://chirrup:s%40ng@10.0.0.1:6000/nest", [("10.0.0.1", 6000)]),
        ("postgresql://a.example.org:1,b.example.org/nest?target_session_attrs=read-write",
         [("a.example.org", 1), ("b.example.org", 5432)]),
        ("postgresql://[::1]:7000,[2001:db8::2]/nest", [("::1", 7000), ("2001:db8::2", 5432)]),
        ("postgresql:///nest?host=/run/postgresql", [None]),
    ],
)  # fmt: skip
def test_every_host_of_a_url_is_tried_by_itself(url: str, hosts: list[tuple[str, int] | None]) -> None:
    assert hosts_of(url) == hosts


def test_a_query_for_each_key_keeps_its_other_parameters() -> None:
    sql = "SELECT id FROM posts WHERE author_id = $1 AND id < $10 AND $1 > 0 LIMIT $2"
    assert for_each(sql) == (
        "SELECT q.* FROM unnest($1::bigint[]) AS each(key) CROSS JOIN LATERAL"
        " (SELECT id FROM posts WHERE author_id = each.key AND id < $10 AND each.key > 0 LIMIT $2) AS q"
    )


def test_a_place_in_another_history_of_the_log_covers_nothing() -> None:
    assert Position(1, 10).covers(Position(1, 10))
    assert not Position(1, 9).covers(Position(1, 10))
    assert not Position(1, 99).covers(Position(2, 10))
    assert Position(None, 99).covers(Position(2, 10))
    assert not Position(None, -1).covers(Position(1, 0))
