"""Cursors come back as they went out, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.platform.errors import Malformed
from chirrup.platform.http.pagination import decode_cursor, encode_cursor
from chirrup.platform.ids import MAX_ID


@given(st.integers(1, MAX_ID))
def test_a_cursor_comes_back_as_the_id_it_was_made_of(identifier: int) -> None:
    assert decode_cursor(encode_cursor(identifier)) == identifier


def test_without_a_cursor_a_page_starts_above_all_ids() -> None:
    assert decode_cursor(None) == MAX_ID


@given(st.one_of(st.text(max_size=64), st.from_regex(r"[a-d]?[0-9a-zA-F٠-٩ _+.-]{0,24}\n?", fullmatch=True)))
def test_any_string_is_refused_unless_it_is_the_one_form_of_an_id(text: str) -> None:
    try:
        identifier = decode_cursor(text)
    except Malformed:
        return
    assert encode_cursor(identifier) == text
    assert 0 < identifier <= MAX_ID


@pytest.mark.parametrize("text", ["", "c", "c0", "c01", "C1f", "c1F", "c8000000000000000", "c1 ", "c1\n", "12"])
def test_what_only_looks_like_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        decode_cursor(text)
