"""64-bit ids that sort by time and name their owner's shard.

Bits, high to low: 41 of milliseconds since 2025-01-01 UTC, 10 of the owner's shard, 12 of sequence.
The layout follows Twitter's Snowflake (2010); the shard in the place of a worker id is Instagram's (2012).
"""

import secrets
from threading import Lock

from chirrup.platform.clock import Clock
from chirrup.platform.errors import Malformed

EPOCH = 1_735_689_600_000
SHARDS = 1024
MAX_ID = (1 << 63) - 1
_SEQUENCES = 4096
_STEP_BACK = 100
"""By how many milliseconds a clock has to be behind the last id to have stepped back, which a burst of ids is not."""


class IdGenerator:
    """Makes ids that never repeat in this process and grow even when the clock steps back.

    Two processes may, rarely, make the same id; the primary key refuses the second, which is then made anew.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._millisecond = 0
        self._sequence = 0

    def new(self, owner_id: int) -> int:
        """Return a fresh id in the shard of `owner_id`."""
        with self._lock:
            now = self._clock.now() - EPOCH
            if now > self._millisecond:
                self._millisecond = now
                self._sequence = secrets.randbelow(_SEQUENCES // 2)
            elif self._millisecond - now > _STEP_BACK:
                # within one millisecond ids are in order of their shards: over seconds that would be no order at all
                self._millisecond += 1
            else:
                self._sequence += 1
                if self._sequence == _SEQUENCES:
                    self._millisecond += 1
                    self._sequence = 0
            return compose(self._millisecond + EPOCH, owner_id, self._sequence)


def compose(milliseconds: int, owner_id: int, sequence: int) -> int:
    """Return the id of a moment (milliseconds since the Unix epoch), an owner and a sequence number below 4096."""
    return (milliseconds - EPOCH) << 22 | (owner_id % SHARDS) << 12 | sequence


def time_of(identifier: int) -> int:
    """Return when an id was made, in milliseconds since the Unix epoch."""
    return (identifier >> 22) + EPOCH


def parse_id(text: str) -> int:
    """Read an id from its decimal form.

    Raises:
        Malformed: the text is not the decimal form of a positive 63-bit number.
    """
    if text.isascii() and text.isdigit() and len(text) <= 19 and text[0] != "0":
        value = int(text)
        if value <= MAX_ID:
            return value
    raise Malformed(f"{text[:40]!r} is not an id.")
