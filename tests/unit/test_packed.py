"""Many ids as one value of a query."""

import sqlite3
import struct

from hypothesis import given
from hypothesis import strategies as st

from chirrup.platform.adapters.sqlite.dialect import translate
from chirrup.platform.packed import unpack

ids = st.lists(st.integers(0, (1 << 63) - 1))


@given(ids)
def test_ids_are_unpacked_in_their_order_as_postgresql_packs_them(values: list[int]) -> None:
    assert list(unpack(struct.pack(f">{len(values)}q", *values))) == values


@given(ids)
def test_ids_are_unpacked_in_their_order_as_sqlite_packs_them(values: list[int]) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (id INTEGER)")
    connection.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
    packed = connection.execute(translate("SELECT string_agg(int8send(id), '') FROM t")).fetchone()[0]
    assert list(unpack(packed)) == values
    connection.close()


def test_no_rows_are_no_ids() -> None:
    assert list(unpack(None)) == []
