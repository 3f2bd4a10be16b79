"""The bus of one process: subscriptions read the outbox, each from a position of its own."""

import asyncio
from collections.abc import Container, Sequence

import structlog

from chirrup.platform.adapters.sqlite.outbox import SqliteOutbox
from chirrup.platform.clock import Clock
from chirrup.platform.delivery import Handling, run_consumers
from chirrup.platform.errors import StorageFull, Unavailable
from chirrup.platform.ports import Database, Subscription, Transaction
from chirrup.platform.telemetry import Telemetry

BATCH = 256
IDLE = 1.0

log = structlog.get_logger()


class OutboxBus:
    """The `Bus` port over the persisted outbox."""

    def __init__(
        self,
        db: Database,
        store: SqliteOutbox,
        subscriptions: Sequence[Subscription],
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._db = db
        self._store = store
        self._consumers = [
            _Consumer(db, store, Handling(db, store, subscription, clock, telemetry)) for subscription in subscriptions
        ]

    def wake(self) -> None:
        """Look for new events now."""
        for consumer in self._consumers:
            consumer.wake.set()

    async def run(self, only: Container[str] | None = None) -> None:
        """Deliver until cancelled; with `only`, to the subscriptions of these names."""
        await run_consumers(self._consumers, only)

    async def caught_up(self) -> None:
        """Wait until every event committed before this call has been handled or is a dead letter."""
        newest = await self._store.newest(self._db.read)
        self.wake()
        for consumer in self._consumers:
            await consumer.reached(newest)


class _UpTo:
    """Marks all events up to a position as handled."""

    def __init__(self, consumer: "_Consumer", position: int) -> None:
        self._consumer = consumer
        self._position = position

    async def write(self, tx: Transaction) -> None:
        await self._consumer.store.move(tx, self._consumer.name, self._position)

    def written(self) -> None:
        self._consumer.recorded = self._position


class _Consumer:
    """One subscription and its position in the log."""

    def __init__(self, db: Database, store: SqliteOutbox, handling: Handling) -> None:
        self.name = handling.subscription.name
        self.store = store
        self.wake = asyncio.Event()
        self.recorded = 0
        self._db = db
        self._handling = handling
        self._position = 0
        self._moved = asyncio.Condition()

    async def run(self) -> None:
        """Deliver until cancelled; after a fault, go on from the recorded position."""
        while True:
            try:
                await self._follow_log()
            except (StorageFull, Unavailable) as refusal:
                # the log is still there: wait for the disk or the lock, however long that takes
                log.warning("bus.paused", consumer=self.name, reason=refusal.detail)
            except Exception:
                log.exception("bus.failed", consumer=self.name)
            await asyncio.sleep(IDLE)

    async def _follow_log(self) -> None:
        async with self._db.transaction() as tx:
            # a consumer that is new has its place in the log from now on, so that nothing is trimmed before it
            await self.store.move(tx, self.name, 0)
        self.recorded = await self.store.position(self._db.read, self.name)
        await self._stand_at(self.recorded)
        while True:
            self.wake.clear()
            if not await self._advance():
                await self._handling.retry_dead_letters()
                try:
                    # not `wait_for`, which in Python 3.11 can swallow a cancellation
                    async with asyncio.timeout(IDLE):
                        await self.wake.wait()
                except TimeoutError:
                    await self._record_position()

    async def reached(self, position: int) -> None:
        async with self._moved:
            await self._moved.wait_for(lambda: self._position >= position)

    async def _advance(self) -> bool:
        entries = await self.store.after(self._db.read, self._position, BATCH)
        if not entries:
            return False
        position = entries[-1].event_id
        wanted = [entry for entry in entries if entry.type in self._handling.wanted]
        if wanted:
            each = [_UpTo(self, entry.event_id) for entry in wanted]
            await self._handling.deliver(wanted, _UpTo(self, position), each)
        await self._stand_at(position)
        return True

    async def _stand_at(self, position: int) -> None:
        async with self._moved:
            self._position = position
            self._moved.notify_all()

    async def _record_position(self) -> None:
        """Record, in a quiet moment, that events which nobody here wanted are behind."""
        if self.recorded < self._position:
            position = self._position
            async with self._db.transaction() as tx:
                await self.store.move(tx, self.name, position)
            self.recorded = position
