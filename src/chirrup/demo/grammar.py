"""Texts composed from a grammar: templates whose `{slots}` are filled from lists of words.

`{name}` is a word of the list of this name, `{Name}` the same with a capital, `{a:name}` and `{A:name}` with its
English article, `{camel:name}` as it stands in a hashtag. A slot that is a topic of the conversation keeps its word.
"""

import random
import re
import tomllib
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path

import msgspec

_TEXTS = Path(__file__).with_name("texts")
_SLOT = re.compile(r"\{(?:(a|A|camel):)?(\w+)\}")
_SENTENCE = re.compile(r"(?:^|(?<=[.!?] ))(?!https?:)([^\W\d_])")
_DEPTH = 4
_TAGGED = 0.22
_REMEMBERED = 20_000


class Kind(msgspec.Struct, frozen=True):
    """One kind of conversation, and what is said in it by whom."""

    weight: int
    """How often it is chosen, relative to others; 0 where something else leads to it."""
    who: list[str]
    topic: list[str]
    tags: list[str]
    posts: list[str]
    replies: list[str]
    answers: list[str]
    banter: list[str]
    quotes: list[str]


class Occasion(msgspec.Struct, frozen=True):
    """Something that many talk about for some hours, under one hashtag."""

    tag: str
    kind: str
    """The kind of conversation whose answers fit it."""
    posts: list[str]


class Language(msgspec.Struct, frozen=True):
    """What is said in one language."""

    words: dict[str, list[str]]
    kinds: dict[str, Kind]
    occasions: list[Occasion] = []


class Opening(msgspec.Struct, frozen=True):
    """The beginning of a conversation; what it is about stays the same in the answers."""

    text: str
    kind: Kind
    topic: dict[str, str]


def languages() -> dict[str, Language]:
    """Return all languages by their codes."""
    files = sorted(_TEXTS.glob("*.toml"))
    return {file.stem: msgspec.convert(tomllib.loads(file.read_text("utf-8")), Language) for file in files}


class Speaker:
    """Composes texts in one language, and avoids saying the same twice."""

    def __init__(self, language: Language, chance: random.Random) -> None:
        self.kinds = language.kinds
        self.occasions = language.occasions
        self._words = language.words
        self._chance = chance
        self._said: set[str] = set()
        self._used: dict[str, int] = {}

    def begin(self, role: str, friend: str) -> Opening:
        """Return what somebody in a role begins with; `friend` is whom the text may mention."""
        kinds = [kind for kind in self.kinds.values() if role in kind.who] or list(self.kinds.values())
        kind = self._chance.choices(kinds, [kind.weight for kind in kinds])[0]
        topic = {"friend": friend}
        text = self.say(kind.posts, topic, kind.topic)
        if self._chance.random() < _TAGGED:
            tags = self._chance.sample(kind.tags, min(len(kind.tags), self._chance.choice([1, 1, 2])))
            text += "".join(f" #{self.fill(tag, topic, kind.topic) if '{' in tag else tag}" for tag in tags)
        return Opening(text, kind, topic)

    def join(self, occasion: Occasion, friend: str) -> Opening:
        """Return what somebody says about an occasion."""
        kind = self.kinds[occasion.kind]
        topic = {"friend": friend}
        text = self.say(occasion.posts, topic, kind.topic)
        return Opening(f"{text} #{occasion.tag}", kind, topic)

    def show(self, friend: str) -> Opening:
        """Return what is said with a picture."""
        kind = self.kinds["drawing"]
        topic = {"friend": friend}
        return Opening(self.say(kind.posts, topic, kind.topic), kind, topic)

    def say(self, templates: Sequence[str], topic: MutableMapping[str, str], topics: Sequence[str]) -> str:
        """Return a text from one of the templates; the words of `topics` come from `topic`, and new ones go there."""
        text = ""
        tried: dict[str, str] = {}
        for _ in range(12):
            tried = dict(topic)
            text = self.fill(self.choose(templates), tried, topics)
            if text not in self._said:
                break
        topic.update(tried)
        if len(self._said) >= _REMEMBERED:
            self._said.clear()
        self._said.add(text)
        return text

    def fill(self, template: str, topic: MutableMapping[str, str], topics: Sequence[str] = ()) -> str:
        """Return a template with its slots filled."""
        once: set[str] = set()

        def word(slot: re.Match[str]) -> str:
            form, name = slot[1], slot[2]
            key = name.lower()
            if key in topic:
                chosen = topic[key]
            else:
                choices = [choice for choice in self._words.get(key, [key]) if choice not in once]
                chosen = self._chance.choice(choices or self._words[key])
                once.add(chosen)
                if key in topics:
                    topic[key] = chosen
            return _formed(chosen, form, capital=name[0].isupper())

        for _ in range(_DEPTH):
            if "{" not in template:
                break
            template = _SLOT.sub(word, template)
        return _SENTENCE.sub(lambda first: first[1].upper(), template)

    def choose(self, templates: Sequence[str]) -> str:
        """Return one of the templates, of two by chance the one that was used less."""
        one, other = self._chance.choice(templates), self._chance.choice(templates)
        chosen = min(one, other, key=lambda template: self._used.get(template, 0))
        self._used[chosen] = self._used.get(chosen, 0) + 1
        return chosen


def _formed(word: str, form: str | None, *, capital: bool) -> str:
    if form == "camel":
        return "".join(part.capitalize() for part in re.split(r"[\s-]", word))
    if form in {"a", "A"}:
        article = "an" if word[0].lower() in "aeiou" else "a"
        word = f"{article} {word}"
        capital = form == "A"
    return word[0].upper() + word[1:] if capital else word


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a template with slots filled from values alone."""
    return _SLOT.sub(lambda slot: _formed(values[slot[2]], slot[1], capital=False), template)
