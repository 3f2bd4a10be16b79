"""Who of an instance is a made-up member: written down when the demo fills it, so that nobody else is acted for."""

from pathlib import Path

import msgspec


class Member(msgspec.Struct, frozen=True):
    """One made-up account, and how it speaks."""

    id: int
    username: str
    language: str
    role: str


class Roster(msgspec.Struct, frozen=True):
    """All made-up accounts that post by themselves, and the one that a visitor logs in as."""

    guest_id: int
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
