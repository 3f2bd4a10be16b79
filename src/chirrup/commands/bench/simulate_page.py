"""Where the tables of the capacity plan stand in its page."""

from collections.abc import Mapping

import regex

from chirrup.platform.errors import StartRefused

_PLACE = "<!-- simulate: {0} -->"
_END = "<!-- end -->"


def fill(page: str, tables: Mapping[str, str]) -> str:
    """Return a page with its tables.

    Raises:
        StartRefused: the page lacks the place of a table.
    """
    for name, text in tables.items():
        place = _PLACE.format(name)
        pattern = rf"(?s){regex.escape(place)}\n.*?{regex.escape(_END)}"
        page, found = regex.subn(pattern, f"{place}\n{text}\n{_END}".replace("\\", r"\\"), page)
        if found != 1:
            raise StartRefused(f"The page has {found} places for the table {name}; each is {place} … {_END}.")
    return page
