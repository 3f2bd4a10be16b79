"""The bus of one process: subscriptions read the outbox, each from a position of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from structlog.contextvars import bound_contextvars

from chirrup.platform.clock import Clock
from chirrup.platform.errors import StorageFull, Unavailable
from chirrup.platform.events import EventTypes
from chirrup.platform.outbox import Entry, OutboxStore
from chirrup.platform.ports import Database, Delivery, Subscription, Transaction
from chirrup.platform.telemetry import Telemetry

BATCH = 256
ATTEMPTS = 5
FIRST_PAUSE = 0.05
IDLE = 1.0

log = structlog.get_logger()


class OutboxBus:
    """The `Bus` port over the persisted outbox."""

    def __init__(
        self,
        db: Database,
        store: OutboxStore,
        subscriptions: Sequence[Subscription],
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._db = db
        self._store = store
        types = EventTypes({kind for subscription in subscriptions for kind in subscription.events})
        self._consumers = [
            _Consumer(db, store, subscription, types, clock, telemetry) for subscription in subscriptions
        ]

    def wake(self) -> None:
        """Look for new events now."""
        for consumer in self._consumers:
            consumer.wake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as group:
            for consumer in self._consumers:
                group.create_task(consumer.run())

    async def caught_up(self) -> None:
        """Wait until every event committed before this call has been handled or is a dead letter."""
        newest = await self._store.newest(self._db.read)
        self.wake()
        for consumer in self._consumers:
            await consumer.reached(newest)


class _Batch:
    """A run of deliveries, and the transaction that marks it as handled."""

    def __init__(self, consumer: "_Consumer", deliveries: Sequence[Delivery], position: int) -> None:
        self._consumer = consumer
        self._position = position
        self.deliveries = deliveries
        self.handled = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self._consumer.db.transaction() as tx:
            yield tx
            await self._mark(tx)
        self.handled = True

    async def _mark(self, tx: Transaction) -> None:
        await self._consumer.store.move(tx, self._consumer.subscription.name, self._position)


class _Withdrawn(Exception):  # noqa: N818 - nothing is wrong
    """A dead letter is no longer there: another process has dealt with it."""


class _Retry(_Batch):
    """A dead letter that is handled once more, and is gone with what its handler writes."""

    def __init__(self, consumer: "_Consumer", deliveries: Sequence[Delivery], letter_id: int) -> None:
        super().__init__(consumer, deliveries, 0)
        self._letter_id = letter_id

    async def _mark(self, tx: Transaction) -> None:
        if not await self._consumer.store.delete_dead_letter(tx, self._letter_id):
            raise _Withdrawn(f"dead letter {self._letter_id} is gone")


class _Consumer:
    """One subscription and its position in the log."""

    def __init__(
        self,
        db: Database,
        store: OutboxStore,
        subscription: Subscription,
        types: EventTypes,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self.db = db
        self.store = store
        self.subscription = subscription
        self.wake = asyncio.Event()
        self._types = types
        self._wanted = {kind.__name__ for kind in subscription.events}
        self._clock = clock
        self._telemetry = telemetry
        self._position = 0
        self._recorded = 0
        self._moved = asyncio.Condition()

    async def run(self) -> None:
        """Deliver until cancelled; after a fault, go on from the recorded position."""
        while True:
            try:
                await self._follow_log()
            except (StorageFull, Unavailable) as refusal:
                # the log is still there: wait for the disk or the lock, however long that takes
                log.warning("bus.paused", consumer=self.subscription.name, reason=refusal.detail)
            except Exception:
                log.exception("bus.failed", consumer=self.subscription.name)
            await asyncio.sleep(IDLE)

    async def _follow_log(self) -> None:
        async with self.db.transaction() as tx:
            # a consumer that is new has its place in the log from now on, so that nothing is trimmed before it
            await self.store.move(tx, self.subscription.name, 0)
        self._recorded = await self.store.position(self.db.read, self.subscription.name)
        await self._stand_at(self._recorded)
        while True:
            self.wake.clear()
            if not await self._advance():
                await self._retry_dead_letters()
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
        entries = await self.store.after(self.db.read, self._position, BATCH)
        if not entries:
            return False
        wanted = [entry for entry in entries if entry.type in self._wanted]
        if wanted:
            self._recorded = await self._deliver(wanted, entries[-1].event_id)
        await self._stand_at(entries[-1].event_id)
        return True

    async def _stand_at(self, position: int) -> None:
        async with self._moved:
            self._position = position
            self._moved.notify_all()

    async def _record_position(self) -> None:
        """Record, in a quiet moment, that events which nobody here wanted are behind."""
        if self._recorded < self._position:
            async with self.db.transaction() as tx:
                await self.store.move(tx, self.subscription.name, self._position)
            self._recorded = self._position

    async def _deliver(self, entries: Sequence[Entry], position: int) -> int:
        """Handle entries together, or, where that fails, one at a time; return the position that is recorded then."""
        try:
            await self._handle(entries, position)
            return position
        except (StorageFull, Unavailable):
            raise
        except Exception:
            log.exception("bus.batch_failed", consumer=self.subscription.name, events=len(entries))
            for entry in entries:
                await self._deliver_one(entry)
            return entries[-1].event_id

    async def _deliver_one(self, entry: Entry) -> None:
        for attempt in range(ATTEMPTS):
            try:
                return await self._handle([entry], entry.event_id)
            except (StorageFull, Unavailable):
                raise
            except Exception as error:  # noqa: BLE001 - as above
                fault = f"{type(error).__name__}: {error}"
                await asyncio.sleep(FIRST_PAUSE * 2**attempt)
        log.error("bus.dead_letter", consumer=self.subscription.name, event_id=entry.event_id, error=fault)
        self._telemetry.dead_letters.labels(self.subscription.name).inc()
        async with self.db.transaction() as tx:
            await self.store.insert_dead_letter(tx, self.subscription.name, entry, fault, ATTEMPTS, self._clock.now())
            await self.store.move(tx, self.subscription.name, entry.event_id)
        return None

    async def _handle(self, entries: Sequence[Entry], position: int) -> None:
        await self._hand_over(_Batch(self, [self._delivery(entry) for entry in entries], position))

    async def _hand_over(self, batch: "_Batch") -> None:
        with bound_contextvars(request_id=batch.deliveries[-1].request_id):
            try:
                await self.subscription.handler(batch)
            except Exception:
                if not batch.handled:
                    raise
                # what it wrote is committed, and this position with it: once more would be once too often
                log.exception("bus.failed_after_commit", consumer=self.subscription.name)
        if not batch.handled:
            async with batch.transaction():
                pass
        self._telemetry.events_handled.labels(self.subscription.name).inc(len(batch.deliveries))

    def _delivery(self, entry: Entry) -> Delivery:
        return Delivery(
            event_id=entry.event_id,
            event=self._types.decode(entry.type, entry.payload),
            published_at=entry.created_at,
            request_id=entry.request_id,
        )

    async def _retry_dead_letters(self) -> None:
        """Handle once more what the operator has asked for; what fails again stays a dead letter."""
        for letter_id, entry in await self.store.letters_to_retry(self.db.read, self.subscription.name):
            try:
                await self._hand_over(_Retry(self, [self._delivery(entry)], letter_id))
            except (StorageFull, Unavailable, _Withdrawn) as reason:
                log.warning("bus.retry_put_off", consumer=self.subscription.name, letter=letter_id, reason=str(reason))
            except Exception as error:  # noqa: BLE001 - as above
                async with self.db.transaction() as tx:
                    await self.store.keep_dead_letter(tx, letter_id, f"{type(error).__name__}: {error}")
