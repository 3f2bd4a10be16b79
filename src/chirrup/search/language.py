"""The query language: a text, parsed once into a tree, whatever engine is asked.

`blue tit` words · `"blue tit"` a phrase · `#spring` · `from:wren` · `to:wren` · `has:media` · `has:links` · `lang:en` ·
`since:2026-03-01` · `until:2026-04-01`, that day not included · `-` before any of these but dates: without it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import get_args

import regex

from chirrup.accounts.models import USERNAME, has_control_characters
from chirrup.platform.errors import RuleBroken
from chirrup.platform.words import fold, phrase_of
from chirrup.search.models import Addressee, Attached, Author, Condition, Has, Language, Query, Tag, Term, Text

LONGEST = 500
MOST_TERMS = 32
_FIELD = "q"
_QUOTES = '"“”„«»'
_ITEM = regex.compile(
    rf"""
    \s* (?P<minus>-)?
    (?: [{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<end>[{_QUOTES}])?
      | [#＃](?P<tag>[^\s{_QUOTES}]*)
      | (?P<operator>(?i:from|to|has|lang|since|until)) : (?P<value>[^\s{_QUOTES}]*)
      | (?P<word>[^\s{_QUOTES}]+)
    )
    """,
    regex.VERBOSE,
)
_TAG = regex.compile(r"[\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*")
_LANGUAGE = regex.compile(r"[a-z]{2,3}")
_DAY = regex.compile(r"\d{4}-\d{2}-\d{2}")


def parse(text: str) -> Query:
    """Return the tree of a query for posts.

    Raises:
        RuleBroken: it is too long, or cannot be understood; the sentence says what and where.
    """
    check_length(text)
    terms: list[Term] = []
    dates: dict[str, int] = {}
    place = 0
    text = text.rstrip()
    while place < len(text):
        item = _ITEM.match(text, place)
        if item is None:
            # a lone minus at the end
            break
        place = item.end()
        if (operator := item["operator"]) and operator.lower() in {"since", "until"}:
            _keep_date(item, operator.lower(), dates)
        elif (condition := _condition(item)) is not None:
            terms.append(Term(condition, negated=item["minus"] is not None))
    if len(terms) > MOST_TERMS:
        raise _refused(f"A query has at most {MOST_TERMS} terms.")
    if not any(not term.negated for term in terms):
        raise _refused("Say at least one thing that a post should have: a word, a #tag, from: somebody.")
    if "since" in dates and "until" in dates and dates["since"] >= dates["until"]:
        raise _refused("The day of until: has to be after that of since:.")
    return Query(tuple(terms), dates.get("since"), dates.get("until"))


def check_length(text: str) -> None:
    """Refuse a text that no search takes.

    Raises:
        RuleBroken: it is empty, too long, or has control characters.
    """
    if not text.strip():
        raise _refused("Say what to look for.")
    if len(text) > LONGEST:
        raise _refused(f"A query has at most {LONGEST} characters.")
    if has_control_characters(text):
        raise _refused("Control characters are not allowed.")


def tag_of(text: str) -> str:
    """Return a hashtag, or the beginning of one, as it is kept: folded, without its sign.

    Raises:
        RuleBroken: no hashtag is like that.
    """
    tag = fold(text.strip().lstrip("#＃"))
    if not regex.fullmatch(r"[\p{L}\p{M}\p{N}_]+", tag):
        raise _refused(f"#{text.strip()[:40]} is no hashtag: it has letters, digits and _ only.")
    return tag


def _condition(item: "regex.Match[str]") -> Condition | None:
    """Return what an item asks for; None where it is only punctuation."""
    if (phrase := item["phrase"]) is not None:
        if item["end"] is None:
            raise _refused(f"The quotation mark before {phrase[:40].strip()} is not closed.")
        return Text(phrase) if phrase_of(phrase) else None
    if (tag := item["tag"]) is not None:
        folded = fold(tag)
        if not _TAG.fullmatch(folded):
            raise _refused(f"#{tag[:40]} is no hashtag: it has letters, digits and _ only, and at least one letter.")
        return Tag(folded)
    if item["operator"]:
        return _OPERATORS[item["operator"].lower()](item["value"])
    return Text(item["word"]) if phrase_of(item["word"]) else None


def _username(operator: str, value: str) -> str:
    name = value.removeprefix("@")
    if not USERNAME.fullmatch(name):
        raise _refused(f"{operator}: takes a username, such as {operator}:wren.")
    return name.lower()


def _has(value: str) -> Has:
    for known in get_args(Attached):
        if value.lower() == known:
            return Has(known)
    raise _refused("has: takes media or links.")


def _language(value: str) -> Language:
    if not _LANGUAGE.fullmatch(value.lower()):
        raise _refused("lang: takes a code of two or three letters, such as lang:en.")
    return Language(value.lower())


def _keep_date(item: "regex.Match[str]", operator: str, dates: dict[str, int]) -> None:
    example = f"{operator}: takes a day, such as {operator}:2026-03-01."
    if item["minus"]:
        raise _refused(f"{operator}: cannot have a minus before it.")
    if operator in dates:
        raise _refused(f"{operator}: may be said once.")
    if not _DAY.fullmatch(item["value"]) or not item["value"].isascii():
        raise _refused(example)
    try:
        day = datetime.strptime(item["value"], "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise _refused(example) from error
    dates[operator] = int(day.timestamp()) * 1000


def _refused(sentence: str) -> RuleBroken:
    return RuleBroken(sentence, field=_FIELD)


_OPERATORS: Mapping[str, Callable[[str], Condition]] = {
    "from": lambda value: Author(_username("from", value)),
    "to": lambda value: Addressee(_username("to", value)),
    "has": _has,
    "lang": _language,
}
