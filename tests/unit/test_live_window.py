"""What an event id says about what a client has."""

from hypothesis import given
from hypothesis import strategies as st

from chirrup.live.window import Window, parse_position

IDS = st.integers(1, 1 << 62)


@given(since=IDS, ids=st.lists(IDS, max_size=600))
def test_an_event_id_fits_what_the_window_claims(since: int, ids: list[int]) -> None:
    window = Window(since, ids)
    position = parse_position(window.event_id)
    assert position is not None
    assert position.fits(window.claimed())
    assert len(window.claimed()) <= 256


@given(ids=st.sets(IDS, min_size=1, max_size=50), data=st.data())
def test_a_missing_or_a_late_entry_does_not_fit(ids: set[int], data: st.DataObject) -> None:
    position = parse_position(Window(0, ids).event_id)
    assert position is not None
    gone = data.draw(st.sampled_from(sorted(ids)))
    assert not position.fits(ids - {gone})
    late = data.draw(st.integers(1, max(ids)).filter(lambda post_id: post_id not in ids))
    assert not position.fits(ids | {late})


@given(ids=st.sets(IDS, min_size=1, max_size=50), newer=st.integers(1, 1 << 20))
def test_newer_entries_do_not_matter(ids: set[int], newer: int) -> None:
    position = parse_position(Window(0, ids).event_id)
    assert position is not None
    assert position.fits(ids | {max(ids) + newer})


def test_an_entry_is_new_once() -> None:
    window = Window(10)
    assert [window.add(post_id) for post_id in (11, 11, 9, 9)] == [True, False, True, False]


def test_an_entry_that_is_gone_leaves_no_trace() -> None:
    window = Window(10, [11])
    window.add(12)
    window.remove(12)
    position = parse_position(window.event_id)
    assert position is not None
    assert position.fits({11})


def test_other_texts_are_no_event_ids() -> None:
    for text in (
        "",
        "1",
        "1.2",
        "1.2.x",
        "1.2.3.4",
        "-1.2.3",
        "1.2." + "f" * 17,
        "9" * 19 + ".1.0",
        "1." + "9" * 19 + ".0",
        "1.2.3\n",
    ):
        assert parse_position(text) is None
