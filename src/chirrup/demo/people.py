"""The cast of the demo community: who is there, in which language, and how well known."""

import random
import re
import tomllib
from pathlib import Path

import msgspec

from chirrup.demo.grammar import filled

_CAST = Path(__file__).with_name("people.toml")
# hours that a language's day is ahead of UTC, by where most of its speakers here are at home
_OFFSETS = {"en": 0, "de": 1, "fr": 1, "es": -4, "pt": -3, "ru": 3, "ar": 3, "hi": 5, "zh": 8, "ja": 9, "ko": 9}
_SHARES = {"bird": 30, "watcher": 34, "gardener": 16, "ringer": 8, "artist": 6, "newcomer": 6}
# which part of the community writes in other languages than English
_ABROAD = 0.27
_ROLES_ABROAD = ["bird", "watcher", "watcher", "gardener", "ringer", "artist", "newcomer"]


class Role(msgspec.Struct, frozen=True):
    """How people of a role are named and what they say of themselves."""

    names: list[str]
    bios: list[str]


class Bot(msgspec.Struct, frozen=True):
    """An account that posts by the clock, at these hours (UTC)."""

    username: str
    name: str
    bio: str
    hours: list[int]
    texts: list[str]


class Institution(msgspec.Struct, frozen=True):
    """An account that speaks for a place."""

    username: str
    name: str
    bio: str
    language: str = "en"


class Others(msgspec.Struct, frozen=True):
    """People of another language: username, display name, bio."""

    language: str
    people: list[tuple[str, str, str]]


class Cast(msgspec.Struct, frozen=True):
    """All that `people.toml` says."""

    parts: dict[str, list[str]]
    roles: dict[str, Role]
    institutions: list[Institution]
    bots: list[Bot]
    others: list[Others]


class Persona(msgspec.Struct, frozen=True):
    """One account of the community."""

    username: str
    name: str
    bio: str
    role: str
    language: str
    offset: int
    """Hours that its day is ahead of UTC."""
    fame: float
    """How much it draws followers, relative to others."""
    bot: Bot | None = None
    verified: bool = False


def cast(size: int, chance: random.Random) -> list[Persona]:
    """Return a community of `size`, in random order but for its first: the one that a visitor logs in as."""
    read = msgspec.convert(tomllib.loads(_CAST.read_text("utf-8")), Cast)
    guest = Persona("robin", "Robin", "Here for the crumbs and the company.", "watcher", "en", 0, 2.0)
    known = [
        *(
            Persona(i.username, i.name, i.bio, "institution", i.language, 0, 14.0, verified=True)
            for i in read.institutions
        ),
        *(Persona(b.username, b.name, b.bio, "bot", "en", 0, 4.0, bot=b) for b in read.bots),
    ]
    abroad = [
        Persona(
            username, name, bio, chance.choice(_ROLES_ABROAD), group.language, _OFFSETS[group.language], _fame(chance),
            verified=chance.random() < 0.03,
        )
        for group in read.others
        for username, name, bio in group.people
    ]  # fmt: skip
    known += chance.sample(abroad, min(len(abroad), int(size * _ABROAD)))
    taken = {persona.username for persona in [guest, *known]}
    while len(known) < size - 1:
        persona = _somebody(read, chance)
        if persona.username not in taken:
            taken.add(persona.username)
            known.append(persona)
    chance.shuffle(known)
    return [guest, *known][:size]


def _somebody(read: Cast, chance: random.Random) -> Persona:
    role = chance.choices(list(_SHARES), list(_SHARES.values()))[0]
    parts = {part: chance.choice(words) for part, words in read.parts.items()}
    name = filled(chance.choice(read.roles[role].names), parts)
    bio = filled(chance.choice(read.roles[role].bios), parts)
    username = re.sub(r"_+", "_", re.sub(r"\W+", "_", name.lower())).strip("_")[:26]
    if chance.random() < 0.2:
        username = username.replace("_", "")
    elif chance.random() < 0.15:
        username += str(chance.randrange(2, 99))
    fame = _fame(chance)
    return Persona(username, name, bio, role, "en", chance.choice([-5, -1, 0, 0, 0, 0, 1]), fame, verified=fame > 25)


def _fame(chance: random.Random) -> float:
    """Return a heavy-tailed number from 1 to 60."""
    return min(60.0, chance.paretovariate(1.15))
