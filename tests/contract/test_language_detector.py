"""The promises of the `LanguageDetector` port."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.platform.adapters.languages.compact import CompactLanguages
from chirrup.platform.adapters.languages.unknown import UnknownLanguages
from chirrup.platform.ports import LanguageDetector

DETECTORS: list[LanguageDetector] = [CompactLanguages(), UnknownLanguages()]


@pytest.fixture(params=DETECTORS, ids=lambda detector: type(detector).__name__)
def detector(request: pytest.FixtureRequest) -> LanguageDetector:
    """Each kind of detector."""
    found: LanguageDetector = request.param
    return found


@pytest.mark.parametrize("text", ["", " ", "tseep", "🐦🐦🐦", "12:45", "\ue000", "\u0378", "\ud800", "\x00", "a\u0300"])
def test_what_is_in_no_language_is_in_none(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text) == ""


@given(st.text(st.characters(), max_size=300))
def test_whatever_the_text_the_answer_is_a_code_or_nothing(text: str) -> None:
    for detector in DETECTORS:
        assert re.fullmatch("([a-z]{2,3})?", detector.detect(text))


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("The first swallows are back over the river this morning", "en"),
        ("Die ersten Schwalben sind heute wieder über dem Fluss", "de"),
        ("De eerste zwaluwen zijn terug boven de rivier", "nl"),
        ("las golondrinas han vuelto hoy por la mañana", "es"),
        ("Ласточки вернулись сегодня утром", "ru"),
        ("今朝、川の上にツバメが戻ってきました", "ja"),
        ("שלום עולם מה שלומכם היום", "he"),
    ],
)
def test_the_compact_detector_knows_languages(text: str, lang: str) -> None:
    assert CompactLanguages().detect(text) == lang
