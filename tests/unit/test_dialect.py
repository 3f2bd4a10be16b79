"""PostgreSQL's SQL as SQLite reads it."""

import sqlite3
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.platform.adapters.sqlite.dialect import adapt, translate

numbers = st.integers(-(1 << 63), (1 << 63) - 1)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT $1, $2, $1", "SELECT ?1, ?2, ?1"),
        ("WHERE a = $12", "WHERE a = ?12"),
        ("WHERE id = ANY($2) AND x = $1", "WHERE id IN (SELECT value FROM json_each(?2)) AND x = ?1"),
        ("FROM unnest($1) AS a(id)", "FROM (SELECT value AS id FROM json_each(?1)) AS a"),
        ("SELECT string_agg(int8send(id), ''), max(n) FROM t", "SELECT json_group_array(id), max(n) FROM t"),
        ("SELECT 1", "SELECT 1"),
    ],
)
def test_parameters_and_lists_are_rewritten(sql: str, expected: str) -> None:
    assert translate(sql) == expected


@given(st.lists(numbers), st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_lists_arrive_unchanged(integers: list[int], strings: list[str]) -> None:
    connection = sqlite3.connect(":memory:")
    for values in (integers, strings):
        rows = connection.execute(translate("SELECT a.v FROM unnest($1) AS a(v)"), adapt([values])).fetchall()
        assert [row[0] for row in rows] == values
    connection.close()


def test_only_lists_are_rewritten_among_the_arguments() -> None:
    assert adapt([1, "a", b"b", None, (1, 2), array("Q", [3]), []]) == [1, "a", b"b", None, "[1,2]", "[3]", "[]"]
