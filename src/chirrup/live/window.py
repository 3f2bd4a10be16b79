"""What a connection has shown of a home timeline: enough to go on from there, and to know whether that is possible.

Ids come late: a post may be committed, or delivered, after one with a higher id. So an event id is no single post id.
It says up to where the client is complete: `since`, below which nothing is claimed; the newest entry; and a digest of
the entries in between. Whoever goes on from it compares the digest with what the database has there. If it is the
same, what is newer is all that was missed; if it is not, something came late or went away, and the client reloads.
"""

from collections.abc import Iterable

import regex

from chirrup.platform.ids import MAX_ID

_EVENT_ID = regex.compile(r"([0-9]{1,19})\.([0-9]{1,19})\.([0-9a-f]{1,16})")
_LONGEST = 256
_MIXER = 0x9E3779B97F4A7C15
_BITS = (1 << 64) - 1


class Position:
    """What an event id says."""

    def __init__(self, since: int, newest: int, digest: int) -> None:
        self.since = since
        self.newest = newest
        self.digest = digest

    def fits(self, ids: Iterable[int]) -> bool:
        """Return whether these are the entries above `since` and up to the newest that the client has."""
        return digest_of(post_id for post_id in ids if self.since < post_id <= self.newest) == self.digest


def parse_position(text: str) -> Position | None:
    """Read an event id; None if it is none."""
    found = _EVENT_ID.fullmatch(text)
    if found is None or int(found[1]) > MAX_ID or int(found[2]) > MAX_ID:
        return None
    return Position(int(found[1]), int(found[2]), int(found[3], 16))


def digest_of(ids: Iterable[int]) -> int:
    """Return 64 bits that differ, but for rare chance, between two sets of ids."""
    digest = 0
    for post_id in ids:
        digest ^= _mixed(post_id)
    return digest


class Window:
    """The newest entries that a connection has, bounded."""

    def __init__(self, since: int, ids: Iterable[int] = ()) -> None:
        self.since = since
        self._ids: set[int] = set()
        self._digest = 0
        self._newest = since
        for post_id in ids:
            self.add(post_id)

    def add(self, post_id: int) -> bool:
        """Return whether an entry is new to the client."""
        if post_id in self._ids:
            return False
        self._ids.add(post_id)
        if post_id > self.since:
            self._digest ^= _mixed(post_id)
            self._newest = max(self._newest, post_id)
        if len(self._ids) > _LONGEST:
            self._shorten()
        return True

    def remove(self, post_id: int) -> None:
        """Forget an entry that is gone."""
        if post_id in self._ids:
            self._ids.remove(post_id)
            if post_id > self.since:
                self._digest ^= _mixed(post_id)

    def claimed(self) -> set[int]:
        """Return the entries that the event id vouches for."""
        return {post_id for post_id in self._ids if post_id > self.since}

    @property
    def event_id(self) -> str:
        """From where the client can go on."""
        return f"{self.since}.{self._newest}.{self._digest:x}"

    def _shorten(self) -> None:
        # half at once, so that not each entry has to look for the oldest
        oldest = sorted(self._ids)[: _LONGEST // 2]
        for post_id in oldest:
            self.remove(post_id)
        self.since = max(self.since, oldest[-1])


def _mixed(post_id: int) -> int:
    mixed = (post_id * _MIXER) & _BITS
    return ((mixed ^ (mixed >> 31)) * _MIXER) & _BITS
