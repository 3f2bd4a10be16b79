"""The query language of search: what is understood, and that nothing breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.platform.errors import RuleBroken
from chirrup.search.language import MOST_TERMS, parse, tag_of
from chirrup.search.models import Addressee, Author, Has, Language, Query, Tag, Term, Text

_DAY = 86_400_000
_NEW_YEAR = 1_767_225_600_000


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("blue  tit", [Text("blue"), Text("tit")]),
        ('"blue tit"', [Text("blue tit")]),
        ("“blue tit”", [Text("blue tit")]),
        ('blue"tit"', [Text("blue"), Text("tit")]),
        ("#Spring ＃春", [Tag("spring"), Tag("春")]),
        ("From:@Wren to:robin", [Author("wren"), Addressee("robin")]),
        ("has:LINKS has:media lang:EN lang:ceb", [Has("links"), Has("media"), Language("en"), Language("ceb")]),
        ("re:wren 10:30", [Text("re:wren"), Text("10:30")]),
        ("https://birds.example/a-b", [Text("https://birds.example/a-b")]),
        ("wren - !!! ...", [Text("wren")]),
        ("blue-tit", [Text("blue-tit")]),
        ('"" wren', [Text("wren")]),
    ],
)
def test_a_text_asks_for_these_things(text: str, terms: list[object]) -> None:
    assert [term.condition for term in parse(text).terms] == terms


def test_a_minus_before_a_thing_asks_for_posts_without_it() -> None:
    assert parse('wren -robin -"blue tit" -#Spring -from:tit').terms == (
        Term(Text("wren")),
        Term(Text("robin"), negated=True),
        Term(Text("blue tit"), negated=True),
        Term(Tag("spring"), negated=True),
        Term(Author("tit"), negated=True),
    )


def test_days_begin_at_midnight_in_utc() -> None:
    query = parse("wren since:2026-01-01 until:2026-01-02")
    assert (query.since, query.until) == (_NEW_YEAR, _NEW_YEAR + _DAY)
    assert parse("wren") == Query((Term(Text("wren")),))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "what to look for"),
        ('wren "blue tit', "is not closed"),
        ("-wren", "at least one thing"),
        ("since:2026-01-01", "at least one thing"),
        ("#12", "is no hashtag"),
        ("from:", "username"),
        ("to:a.b", "username"),
        ("has:wings", "media or links"),
        ("lang:e1", "two or three letters"),
        ("wren since:soon", "takes a day"),
        ("wren since:2026-13-01", "takes a day"),
        ("wren until:٢٠٢٦-٠١-٠١", "takes a day"),
        ("wren -since:2026-01-01", "minus"),
        ("wren since:2026-01-01 since:2026-01-02", "once"),
        ("wren since:2026-01-02 until:2026-01-02", "has to be after"),
        ("a " * (MOST_TERMS + 1), "at most 32 terms"),
        ("a" * 501, "at most 500 characters"),
        ("a\x07", "Control characters"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_the_reason(text: str, part: str) -> None:
    with pytest.raises(RuleBroken, match=part):
        parse(text)


def test_a_hashtag_may_be_begun_with_or_without_its_sign() -> None:
    assert tag_of("#Spr") == tag_of(" spr ") == "spr"
    with pytest.raises(RuleBroken, match="no hashtag"):
        tag_of("#a b")


PIECES = st.just(" ") | st.sampled_from(
    """wren " “ - # ＃ from: to: has: lang: since: until: 2026-01-01 media en @ _ 東京 ที่ é * AND OR NOT ( ) & | ! <-> \\
    ' : 🐦""".split()
)


@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=600))
def test_every_text_is_either_understood_or_refused_with_a_sentence(text: str) -> None:
    outcome = outcome_of(text)
    if isinstance(outcome, Query):
        assert 1 <= len(outcome.terms) <= MOST_TERMS
    else:
        assert outcome.field == "q"
        assert outcome.detail.endswith(".")
        assert len(outcome.detail) < 200


def outcome_of(text: str) -> Query | RuleBroken:
    """Return what becomes of a text."""
    try:
        return parse(text)
    except RuleBroken as refused:
        return refused
