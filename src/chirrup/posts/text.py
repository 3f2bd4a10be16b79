"""The text of a post: what is allowed, and what in it is a mention, a hashtag or a link."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
import regex
from linkify_it import LinkifyIt

from chirrup.accounts.models import grapheme_count, has_control_characters
from chirrup.platform.errors import Malformed, RuleBroken

LONGEST = 280
_MENTION = regex.compile(r"(?<![\w@/.])@([A-Za-z0-9_]{1,30})(?![\w@])")
_TAG = r"[\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*"
_HASHTAG = regex.compile(rf"(?<![\w&/#])#({_TAG})")
_ONE_TAG = regex.compile(_TAG)
_VISIBLE = regex.compile(r"[^\p{Z}\p{C}]")
_HASHTAG_LENGTH = 100
# without this there is no link, and the search for one takes longer than all the rest
_MAY_BE_LINK = regex.compile(r"[^\s.:][.:][^\s.:]|://")
_LINKS = LinkifyIt(options={"fuzzy_email": False, "fuzzy_ip": False})
for _schema in ("ftp:", "mailto:", "//"):
    _LINKS.add(_schema, None)


class Entity(msgspec.Struct, frozen=True):
    """A stretch of the text with a meaning; offsets in Unicode code points, `end` exclusive."""

    type: Literal["mention", "hashtag", "link"]
    start: int
    end: int
    value: str
    """The username, the tag without its sign, or the address."""
    id: str | None = None
    """The account that is mentioned."""


def clean(text: str) -> str:
    """Return a text as it is kept: in NFC, with line feeds, without space around it.

    Raises:
        RuleBroken: it is empty, has more than 280 user-perceived characters, or control characters.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    if has_control_characters(text):
        raise RuleBroken("Control characters are not allowed.", field="text")
    if not _VISIBLE.search(text):
        raise RuleBroken("A post needs some text.", field="text")
    # a grapheme has at least one code point, so this spares long texts the count only when they fit anyway
    if len(text) > LONGEST and grapheme_count(text) > LONGEST:
        raise RuleBroken(f"A post has at most {LONGEST} characters.", field="text")
    return text


def find_entities(text: str) -> list[Entity]:
    """Return the links, mentions and hashtags of a text in order; they never overlap."""
    links = [
        Entity("link", match.index, match.last_index, match.url)
        for match in (_MAY_BE_LINK.search(text) and _LINKS.match(text)) or []
        if match.url.startswith(("http://", "https://"))
    ]
    others = [Entity("mention", match.start(), match.end(), match[1]) for match in _MENTION.finditer(text)]
    others += [
        Entity("hashtag", match.start(), match.end(), match[1])
        for match in _HASHTAG.finditer(text)
        if len(match[1]) <= _HASHTAG_LENGTH
    ]
    free = [
        entity for entity in others if not any(entity.start < link.end and link.start < entity.end for link in links)
    ]
    return sorted([*links, *free], key=lambda entity: entity.start)


def fold_tag(tag: str) -> str:
    """Return what all spellings of a hashtag have in common: whatever their case, width and composition."""
    # folding may take a text out of the normal form
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tag).casefold())


def read_tag(tag: str) -> str:
    """Return the common form of a hashtag that somebody asks for, with or without its sign.

    Raises:
        Malformed: no text can have such a hashtag.
    """
    tag = unicodedata.normalize("NFC", tag).removeprefix("#")
    if len(tag) > _HASHTAG_LENGTH or not _ONE_TAG.fullmatch(tag):
        raise Malformed(f"{tag[:40]!r} is no hashtag.", field="tag")
    return fold_tag(tag)


def tags_of(entities: Iterable[Entity]) -> list[str]:
    """Return the hashtags of a text in their common form, each once."""
    return list(dict.fromkeys(fold_tag(entity.value) for entity in entities if entity.type == "hashtag"))


def resolve_mentions(
    entities: Iterable[Entity], known: Mapping[str, tuple[int, str]]
) -> tuple[list[Entity], list[int]]:
    """Return the entities with the accounts that are mentioned, and these accounts' ids.

    `known` has id and spelling by lower-case username; a mention of nobody is plain text.
    """
    kept = []
    mentioned: dict[int, None] = {}
    for entity in entities:
        if entity.type != "mention":
            kept.append(entity)
        elif entity.value.lower() in known:
            account_id, username = known[entity.value.lower()]
            kept.append(msgspec.structs.replace(entity, value=username, id=str(account_id)))
            mentioned[account_id] = None
    return kept, list(mentioned)
