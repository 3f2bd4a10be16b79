"""The text of a post: how it is kept, how long it is, and what in it has a meaning."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.accounts.models import grapheme_count
from chirrup.platform.errors import RuleBroken
from chirrup.posts.text import LONGEST, clean, find_entities

# what people see as one character each
FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}\u200d\N{BOY}"
ONE_EACH = {
    "a letter": "a",
    "a letter with a combining accent": "e\u0301",
    "a letter with many marks": "a" + "\u0300\u0323\u0308" * 5,
    "an emoji with a skin tone": "\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}",
    "a family of four": FAMILY,
    "a flag": "\N{REGIONAL INDICATOR SYMBOL LETTER I}\N{REGIONAL INDICATOR SYMBOL LETTER S}",
    "a flag of a region": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "a keycap": "1\ufe0f\u20e3",
    "a Devanagari syllable": "\u0928\u093f",
    "a Tamil syllable": "\u0ba8\u0bbf",
    "a Thai syllable with marks": "\u0e01\u0e33",
    "a Hangul syllable of jamo": "\u1112\u1161\u11ab",
    "a CJK ideograph": "\u9ce5",
    "an ideograph with a variation selector": "\u845b\U000e0100",
}
texts = st.text(
    st.one_of(
        st.sampled_from("ab Z.,/:@#_-\n\t'\"&<>"),
        st.sampled_from(list("".join(ONE_EACH.values()))),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=60,
)
marked = st.lists(
    st.one_of(
        texts,
        st.sampled_from(
            "@wren #spring https://example.org/a#b?c=@d example.org www.example.org/nest(1) #Zaunkönig #鳥 @a@b c@d.org"
            " http://x.org/#tag ##double #1 #_ @@wren .@robin (#eggs) @wren's #नमस्ते //example.org ftp://example.org".split()
        ),
    ),
    max_size=8,
).map(" ".join)


@pytest.mark.parametrize("character", ONE_EACH.values(), ids=ONE_EACH.keys())
def test_what_people_see_as_one_character_counts_as_one(character: str) -> None:
    assert grapheme_count(character) == 1
    assert grapheme_count(clean("x" + character + "x")) == 3


@pytest.mark.parametrize("character", [FAMILY, "a", "\u1112\u1161\u11ab", ONE_EACH["a flag"]])
def test_a_post_has_280_of_whatever_people_see_as_characters(character: str) -> None:
    assert grapheme_count(clean(character * LONGEST)) == LONGEST
    with pytest.raises(RuleBroken):
        clean(character * (LONGEST + 1))


@given(texts)
def test_a_text_is_kept_in_one_form(text: str) -> None:
    try:
        kept = clean(text)
    except RuleBroken:
        return
    assert kept == clean(kept)
    assert unicodedata.is_normalized("NFC", kept)
    assert kept == kept.strip()
    assert 1 <= grapheme_count(kept) <= LONGEST


@given(texts)
def test_both_forms_of_a_text_are_kept_alike(text: str) -> None:
    def outcome(form: Literal["NFC", "NFD"]) -> str | None:
        try:
            return clean(unicodedata.normalize(form, text))
        except RuleBroken:
            return None

    assert outcome("NFC") == outcome("NFD")


def test_line_breaks_and_tabs_are_made_alike() -> None:
    assert clean(" tseep\r\ntrill\t\ttseep\n ") == "tseep\ntrill  tseep"


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb", "a\x85b", "a\rb", "a\ud800b", "\x08"])
def test_control_characters_and_half_surrogates_are_refused(text: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        clean(text)
    assert refusal.value.field == "text"


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b", "\u200d\u200d", "\u00a0\u3000", "\u2060"])
def test_a_text_in_which_nothing_is_to_be_seen_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken):
        clean(text)


@given(marked)
def test_entities_are_the_slices_they_name_in_order_and_never_overlap(text: str) -> None:
    end = 0
    for entity in find_entities(text):
        assert end <= entity.start < entity.end <= len(text)
        end = entity.end
        piece = text[entity.start : entity.end]
        match entity.type:
            case "mention":
                assert piece == "@" + entity.value
            case "hashtag":
                assert piece == "#" + entity.value
            case "link":
                assert entity.value.startswith(("http://", "https://"))
                assert not any(character.isspace() for character in piece)


@given(st.from_regex(r"[A-Za-z0-9_]{1,30}", fullmatch=True), texts)
def test_a_name_after_a_space_is_a_mention_wherever_it_stands(name: str, before: str) -> None:
    text = f"{before} @{name} tseep"
    found = [(entity.start, entity.value) for entity in find_entities(text) if entity.type == "mention"]
    assert (len(before) + 1, name) in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("an address like wren@example.org is no mention", []),
        ("@wren, @robin: (@jay)", ["wren", "robin", "jay"]),
        ("see https://example.org/@wren#nest", ["https://example.org/@wren#nest"]),
        ("a #Zaunkönig sings #鳥 and #नमस्ते", ["Zaunkönig", "鳥", "नमस्ते"]),
        ("#1 is a number, a#b no tag, &#38; neither", []),
        ("look: example.org.", ["http://example.org"]),
        ("javascript:alert(1) ftp://example.org //example.org mailto:wren@example.org", []),
        ("@" + "a" * 31, []),
    ],
)
def test_what_has_a_meaning_is_found(text: str, expected: list[str]) -> None:
    assert [entity.value for entity in find_entities(text)] == expected
