"""What tells languages: the same in both profiles."""

import importlib

from chirrup.platform.adapters.languages.unknown import UnknownLanguages
from chirrup.platform.ports import LanguageDetector
from chirrup.settings import Settings


def open_languages(settings: Settings) -> LanguageDetector:
    """Return what tells languages."""
    if settings.post_languages == "off":
        return UnknownLanguages()
    # by name, so that a server without it does not carry its tables
    detector: LanguageDetector = importlib.import_module(
        "chirrup.platform.adapters.languages.compact"
    ).CompactLanguages()
    return detector
