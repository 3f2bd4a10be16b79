"""The bus of many processes: each subscription is a group of consumers that share the log."""

import asyncio
from collections.abc import Container, Sequence

from chirrup.platform.adapters.log.consumer import LogConsumer
from chirrup.platform.adapters.log.events import DeadLettered
from chirrup.platform.adapters.log.log import Log
from chirrup.platform.adapters.postgres.outbox import PostgresOutbox
from chirrup.platform.clock import Clock
from chirrup.platform.delivery import Handling, run_consumers
from chirrup.platform.ports import Database, Subscription
from chirrup.platform.telemetry import Telemetry

ASK = 0.01


class LogBus:
    """The `Bus` port over a log that relays write."""

    def __init__(
        self,
        db: Database,
        store: PostgresOutbox,
        source: Log,
        subscriptions: Sequence[Subscription],
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._db = db
        self._store = store
        self._types = {one.name: [kind.__name__ for kind in one.events] for one in subscriptions}
        self._consumers = [
            LogConsumer(db, store, source, Handling(db, store, one, clock, telemetry, DeadLettered.of(one.name)))
            for one in subscriptions
        ]

    async def run(self, only: Container[str] | None = None) -> None:
        """Deliver until cancelled; with `only`, to the subscriptions of these names."""
        await run_consumers(self._consumers, only)

    async def caught_up(self) -> None:
        """Wait until every event committed before this call has been handled or is a dead letter, by any process."""
        newest = await self._store.newest(self._db.read)
        while await self._store.unhandled(self._db.read, self._types, newest):  # noqa: ASYNC110 - others handle it, too
            await asyncio.sleep(ASK)
