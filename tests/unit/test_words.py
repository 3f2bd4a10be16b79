"""The words of a text, as search knows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.platform.words import Phrase, name_parts, phrase_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Wren, again!", ["the", "wren", "again"]),
        ("Zaunkönig ÉTÉ ﬁnch", ["zaunkonig", "ete", "finch"]),
        ("ёж и йод", ["ёж", "и", "йод"]),
        ("blue_tit 2026", ["blue_tit", "2026"]),
        ("東京都 wren", ["東京", "京都", "都", "wren"]),
        ("iPhone手机", ["iphone", "手机", "机"]),
        ("鳥", ["鳥"]),
        ("ガラス", ["ガラ", "ラス", "ス"]),
        ("नमस्ते पक्षी", ["नमस्ते", "पक्षी"]),
        ("مَرْحَبًا", ["مرحبا"]),
        ("so 🐦 it", ["so", "🐦", "it"]),
        ("... — !", []),
    ],
)
def test_a_text_has_these_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_what_is_looked_for_leaves_open_what_follows_in_a_script_without_spaces() -> None:
    assert phrase_of("東京") == Phrase(("東京",))
    assert phrase_of("東") == Phrase(("東",), prefix=True)
    assert phrase_of("東京 wren") == Phrase(("東京", "京", "wren"))
    assert phrase_of("wren") == Phrase(("wren",))
    assert phrase_of("?!") is None


def test_thai_is_cut_between_characters_and_not_within_them() -> None:
    assert words_of("นกที่") == ["นก", "กที่", "ที่"]


@given(st.text(alphabet=st.sampled_from("東京都นกที่กかがwren é_ 1"), max_size=12), st.text(max_size=6))
def test_whatever_stands_in_a_text_is_found_in_it(inside: str, after: str) -> None:
    wanted = phrase_of(inside)
    if wanted is None:
        return
    words = words_of(f"{inside} {after}")
    size = len(wanted.words)
    places = [words[start : start + size] for start in range(len(words) - size + 1)]
    assert any(
        place[:-1] == list(wanted.words[:-1])
        and (place[-1].startswith(wanted.words[-1]) if wanted.prefix else place[-1] == wanted.words[-1])
        for place in places
    )


def test_people_are_found_by_the_parts_of_their_names() -> None:
    assert name_parts(["blue_tit", "Blue Tit"]) == ["blue_tit", "blue", "tit"]
