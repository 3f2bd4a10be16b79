"""From PostgreSQL's SQL, in which the slices write, to SQLite's."""

import re
from array import array
from collections.abc import Sequence
from functools import lru_cache

import msgspec

_REWRITES = (
    (re.compile(r"::[a-z]+(\[\])?"), ""),
    (re.compile(r"\bgreatest\("), "max("),
    (re.compile(r"= ANY\(\$(\d+)\)"), r"IN (SELECT value FROM json_each(?\1))"),
    (re.compile(r"unnest\(\$(\d+)\) AS (\w+)\((\w+)\)"), r"(SELECT value AS \3 FROM json_each(?\1)) AS \2"),
    (re.compile(r"\bstring_agg\(int8send\((\w+)\), ''\)"), r"json_group_array(\1)"),
    (re.compile(r"\$(\d+)"), r"?\1"),
)


@lru_cache(maxsize=1024)
def translate(sql: str) -> str:
    """Return a statement as SQLite reads it: numbered parameters, and lists as JSON."""
    for pattern, replacement in _REWRITES:
        sql = pattern.sub(replacement, sql)
    return sql


def adapt(args: Sequence[object]) -> list[object]:
    """Return arguments as the driver binds them."""
    return [
        msgspec.json.encode(list(value)).decode() if isinstance(value, (list, tuple, array)) else value
        for value in args
    ]
