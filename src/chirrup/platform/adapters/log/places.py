"""What a consumer knows of one shard."""

from chirrup.platform.adapters.log.log import Record
from chirrup.platform.adapters.postgres.outbox import Numbered, Shard, ShardState
from chirrup.platform.outbox import Entry

SILENCE = 30.0
"""Seconds after which the log is not trusted to have what was published in a shard."""


class Place:
    """How far a consumer is in a shard: recorded up to `position`, taken over from the log up to `seen`."""

    def __init__(self, shard: Shard, state: ShardState, position: int, wanted: frozenset[str], now: float) -> None:
        self.shard = shard
        self.state = state
        self.position = self.seen = position
        self.waiting: list[tuple[int, Entry]] = []
        """What is to be handled, with its numbers."""
        self._wanted = wanted
        self._missing_upto = position
        self._heard_at = now

    @property
    def missing(self) -> bool:
        """Whether the outbox has to fill in for the log."""
        return self._missing_upto > self.seen

    def take(self, record: Record, seq: int, now: float) -> None:
        """Note a record: it is new, or known, or tells that others are missing."""
        self._heard_at = now
        if seq <= self.seen or self.state.void(seq):
            return
        unreadable = record.entry.type in self._wanted and record.entry.event is None
        if self.missing or unreadable or seq != self.state.following(self.seen):
            self._missing_upto = max(self._missing_upto, seq)
        else:
            self._add(seq, record.entry)

    def fill(self, events: list[Numbered], limit: int) -> None:
        """Note the next events of those that are missing, of which the outbox was asked for `limit`."""
        for event in events:
            self._add(event.seq, event.entry)
        if len(events) < limit:
            # the others have no number in use, or everybody who was there has handled them
            self.seen = self._missing_upto

    def look(self, state: ShardState, now: float, *, quiet: bool) -> None:
        """Compare with the shard, now and then: what was published at the last look should have been heard of.

        A log with a backlog gives one shard after another, so that silence means little before it is `quiet`.
        """
        if self.state.published > self.seen and (quiet or now - self._heard_at > SILENCE):
            self._missing_upto = max(self._missing_upto, self.state.published)
        self.state = state

    @property
    def upto(self) -> int:
        """The last number that the outbox has to fill in."""
        return self._missing_upto

    def handled(self, seq: int) -> None:
        """Note that all up to a number is handled and recorded."""
        self.position = seq
        self.waiting = [(number, entry) for number, entry in self.waiting if number > seq]

    def _add(self, seq: int, entry: Entry) -> None:
        if entry.type in self._wanted:
            self.waiting.append((seq, entry))
        self.seen = seq
