"""The API document as a page."""

from typing import Any

import msgspec


class DocsPage(msgspec.Struct, frozen=True):
    """A page, and the content security policy that it needs."""

    html: str
    policy: str


def render(document: dict[str, Any]) -> DocsPage:
    """Return the page of a document."""
    return DocsPage("", "")
