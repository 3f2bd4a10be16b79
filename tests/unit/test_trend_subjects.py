"""What of a post may trend, in which form, and what a blocked term keeps from it."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from chirrup.platform.errors import Refusal
from chirrup.posts.language import prose_of
from chirrup.posts.text import find_entities, fold_tag
from chirrup.trends.subjects import MOST_OF_POST, link_of, subjects_of, without_tracking
from chirrup.trends.terms import is_blocked, read_term


def subjects(text: str, own_host: str = "chirrup.test") -> list[str]:
    return list(subjects_of(find_entities(text), own_host))


def test_each_hashtag_and_link_counts_once() -> None:
    assert subjects("#Spring #spring #SPRING https://example.org/a http://www.example.org/a/#b") == [
        "#spring", "example.org/a",
    ]  # fmt: skip


def test_only_the_first_of_many_count() -> None:
    assert len(subjects(" ".join(f"#tag{n}" for n in range(20)))) == MOST_OF_POST


def test_links_to_the_instance_itself_do_not_count() -> None:
    assert subjects("https://chirrup.test/@wren https://example.org/") == ["example.org"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a?utm_source=x&UTM_Medium=y&fbclid=z", "https://example.org/a"),
        ("https://example.org/a?b=1&c=2", "http://www.example.org:80/a/?c=2&gclid=3&b=1"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://Example.ORG", "https://example.org/#top"),
    ],
)
def test_addresses_of_one_page_are_one(one: str, other: str) -> None:
    assert link_of(one) == link_of(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/watch?v=1", "https://example.org/watch?v=2"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org:8443/", "https://example.org/"),
        ("https://nests.example.org/", "https://example.org/"),
    ],
)
def test_addresses_of_two_pages_are_two(one: str, other: str) -> None:
    assert link_of(one) != link_of(other)


@pytest.mark.parametrize("address", ["https://example.org:x/", "https://[", "https://", ""])
def test_what_is_no_address_is_no_link(address: str) -> None:
    assert link_of(address) is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_in_an_address_its_form_is_stable(path: str, query: str) -> None:
    address = f"https://example.org/{path}?{query}"
    link = link_of(address)
    assert link_of(without_tracking(address)) == link


def test_what_is_not_for_tracking_stays_as_it_is_written() -> None:
    assert without_tracking("https://a.example/%7Eb?q=%C3%BC+x&y#z") == "https://a.example/%7Eb?q=%C3%BC+x&y"
    assert without_tracking("https://a.example/?q=1&utm_id=2") == "https://a.example/?q=1"


@given(st.text(max_size=60))
def test_the_common_form_of_a_tag_is_its_own(tag: str) -> None:
    assert fold_tag(fold_tag(tag)) == fold_tag(tag)
    assert fold_tag(tag.upper().lower()) == fold_tag(tag.lower())


def test_prose_is_a_text_without_what_is_marked_in_it() -> None:
    text = "The swallows are back @wren #spring https://example.org/abc over the river"
    assert prose_of(text, find_entities(text)).split() == "The swallows are back over the river".split()
    assert prose_of("ok #spring", find_entities("ok #spring")) == ""
    assert prose_of("燕子今天早上回来了", []) != ""


@pytest.mark.parametrize(
    ("term", "blocked", "free"),
    [
        ("Spam", ["#spam"], ["#spammer", "spam.example"]),
        ("#spam*", ["#spam", "#spammer"], ["#myspam"]),
        ("example.org", ["example.org", "example.org/a", "a.example.org/b", "example.org?x=1", "example.org:81/"],
         ["myexample.org", "example.org.example", "#example"]),
        ("https://www.example.org/nests/", ["example.org/nests", "example.org/nests/1", "example.org/nests?x=1"],
         ["example.org", "example.org/nestsx"]),
    ],
)  # fmt: skip
def test_a_term_covers_what_it_names(term: str, blocked: list[str], free: list[str]) -> None:
    terms = [read_term(term)]
    assert [subject for subject in blocked if not is_blocked(subject, terms)] == []
    assert [subject for subject in free if is_blocked(subject, terms)] == []


@given(st.text(max_size=80))
def test_whatever_is_sent_is_a_term_or_refused(text: str) -> None:
    try:
        term = read_term(text)
    except Refusal:
        return
    # by the tables of the module that finds hashtags, which knows more letters than the standard library
    assert not regex.search(r"[\p{C}\s]", term)
    assert is_blocked(term.removesuffix("*"), [term])
