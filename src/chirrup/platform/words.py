"""Text as the words that search looks for: the same for every engine, so that each finds the same.

Words are folded: compatibility forms, case, and the accents of scripts that are read without them. Scripts that write
no spaces between words, and Korean, which adds its particles to them, become overlapping pairs of characters: of
`東京都` the words are `東京`, `京都` and, at the end, `都`. So each character begins one word, and a phrase of pairs is
found wherever its characters stand, which is what Lucene's CJK analysis does with bigrams.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
import regex

_LONGEST = 100
_ACCENTS = regex.compile(r"([\p{Latin}\p{Greek}\p{Hebrew}\p{Arabic}])\p{Mn}+")
_DENSE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー"
_PIECES = regex.compile(
    rf"(?P<dense>(?:[{_DENSE}]\p{{M}}*)+)|(?P<word>[[\p{{L}}\p{{M}}\p{{N}}_]--[{_DENSE}]]+)"
    r"|(?P<sign>\p{Extended_Pictographic})",
    regex.VERSION1,
)
_CHARACTER = regex.compile(rf"[{_DENSE}]\p{{M}}*", regex.VERSION1)


class Phrase(msgspec.Struct, frozen=True):
    """Words that stand one after another; of the last one, with `prefix`, it is enough that a word begins with it."""

    words: tuple[str, ...]
    prefix: bool = False


def fold(text: str) -> str:
    """Return a text with what does not matter to search made the same."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFKC", _ACCENTS.sub(r"\1", plain))


def words_of(text: str) -> list[str]:
    """Return the words of a text, in order."""
    return [word for _, words in _pieces(text) for word in words]


def phrase_of(text: str) -> Phrase | None:
    """Return what to look for to find a text inside of others; None where it has no word."""
    pieces = list(_pieces(text))
    if not pieces:
        return None
    words = [word for _, piece in pieces for word in piece]
    dense, last = pieces[-1]
    if not dense:
        return Phrase(tuple(words))
    # the character that ends the text begins a pair where the text goes on
    return Phrase(tuple(words[:-1])) if len(last) > 1 else Phrase(tuple(words), prefix=True)


def name_parts(names: Sequence[str]) -> list[str]:
    """Return the words by which somebody is found who has these names."""
    found = [word for name in names for word in words_of(name)]
    found += [part for word in found if "_" in word for part in word.split("_") if part]
    return list(dict.fromkeys(found))


def _pieces(text: str) -> Iterator[tuple[bool, list[str]]]:
    """Yield stretches of one kind: whether their words overlap, and the words."""
    for match in _PIECES.finditer(fold(text)):
        piece = match[0]
        if match.lastgroup != "dense":
            yield False, [piece[:_LONGEST]]
            continue
        characters = [character[:_LONGEST] for character in _CHARACTER.findall(piece)]
        pairs = [one + other for one, other in pairwise(characters)]
        yield True, [*pairs, characters[-1]]
