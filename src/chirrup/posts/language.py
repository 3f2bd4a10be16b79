"""Which language a post is written in."""

from collections.abc import Sequence
from dataclasses import dataclass

from chirrup.platform.ports import LanguageDetector
from chirrup.posts.text import Entity

LEAST_PROSE = 20
"""So many bytes of letters are needed to tell a language: 20 in Latin script, 7 signs of Chinese."""


@dataclass(frozen=True, slots=True)
class PostLanguages:
    """Tells languages by a post's own words; links, mentions and hashtags are in none."""

    detector: LanguageDetector

    def of(self, text: str, entities: Sequence[Entity]) -> str:
        """Return an ISO 639 code of two or three small letters, or nothing where the language cannot be told."""
        prose = prose_of(text, entities)
        return self.detector.detect(prose) if prose else ""


def prose_of(text: str, entities: Sequence[Entity]) -> str:
    """Return a text without what is marked in it, or nothing if that is too short to tell its language."""
    rest, start = [], 0
    for entity in entities:
        rest.append(text[start : entity.start])
        start = entity.end
    prose = " ".join([*rest, text[start:]])
    letters = "".join(filter(str.isalpha, prose))
    return prose if len(letters.encode()) >= LEAST_PROSE else ""
