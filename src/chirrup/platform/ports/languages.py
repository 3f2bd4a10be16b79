"""The telling of languages."""

from typing import Protocol


class LanguageDetector(Protocol):
    """Tells which language a text is in."""

    def detect(self, text: str) -> str:
        """Return the ISO 639 code of two or three small letters; nothing where it is not certain. Raises nothing."""
