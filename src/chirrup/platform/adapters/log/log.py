"""What a log has to do; `chirrup.platform.adapters.kafka` and `.redis_streams` do it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from chirrup.platform.adapters.postgres.outbox import Numbered, Shard
from chirrup.platform.outbox import Entry
from chirrup.platform.ports import Subscription


class Record(msgspec.Struct, frozen=True):
    """What stands in the log.

    The entry has its event where the subscription wants it and it could be read; a record without a number is none
    of ours, and has `fault` to tell why.
    """

    shard: Shard
    seq: int | None
    entry: Entry
    fault: str | None = None


class Reading(Protocol):
    """A member of a group that shares the shards of some topics.

    Its methods are called one at a time.
    """

    @property
    def shards(self) -> frozenset[Shard]:
        """The shards that this member has as of the last call; another may have begun with those that are gone."""

    async def fetch(self, limit: int, seconds: float) -> Sequence[Record]:
        """Return the next records of the shards, as soon as there are any, or nothing after a while.

        Raises:
            Unavailable: the log cannot be read; what was fetched before stays fetched.
        """

    async def stay(self) -> None:
        """Remain a member without fetching."""

    async def acknowledge(self) -> None:
        """Tell that all that was fetched is handled; merely saves fetching it again."""


class Log(Protocol):
    """Records in order by shard, kept for a while, each perhaps several times, some perhaps lost."""

    async def publish(self, events: Sequence[Numbered]) -> list[Numbered]:
        """Append events, which are in order by shard; return those that are confirmed, of each shard the first.

        Others may be in the log all the same.

        Raises:
            Unavailable: nothing is confirmed.
        """

    def read(self, subscription: Subscription) -> AbstractAsyncContextManager[Reading]:
        """Join the group of a subscription."""
