"""Who of an instance is a made-up member: written down when the demo fills it, so that nobody else is acted for."""

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from chirrup.demo.history import History


class Member(msgspec.Struct, frozen=True):
    """One made-up account, and how it speaks."""

    id: int
    username: str
    language: str
    role: str


class Roster(msgspec.Struct, frozen=True):
    """All made-up accounts that post by themselves, and the one that a visitor logs in as."""

    guest_id: int
    guest_language: str
    members: list[Member]

    def write(self, path: Path) -> None:
        """Keep it in a file."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self)))


def read_roster(path: Path) -> Roster | None:
    """Return what a file holds; None where the demo has not filled this instance, or the file is of another kind."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Roster)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def roster_of(history: History, account_ids: Mapping[int, int], without: Collection[int]) -> Roster:
    """Return who can go on by themselves: all but some places, such as those whom somebody logs in as, and the bots."""
    members = [
        Member(account_ids[place], person.username, person.language, person.role)
        for place, person in enumerate(history.people)
        if place not in without and person.bot is None
    ]
    return Roster(account_ids[0], history.people[0].language, members)
