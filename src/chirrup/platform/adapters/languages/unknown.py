"""No detection, where it is switched off."""


class UnknownLanguages:
    """The `LanguageDetector` port: every text is of no known language."""

    def detect(self, text: str) -> str:  # noqa: ARG002 - the port's
        """Return that it is not known."""
        return ""
