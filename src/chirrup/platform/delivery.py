"""Handing entries of a log to a handler: together, else one by one, each a few times, else as a dead letter."""

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import structlog

from chirrup.platform.clock import Clock
from chirrup.platform.errors import StorageFull, Unavailable
from chirrup.platform.events import Event, EventTypes
from chirrup.platform.outbox import Entry, OutboxStore
from chirrup.platform.ports import Database, Delivery, Subscription, Transaction
from chirrup.platform.telemetry import Telemetry
from chirrup.platform.tracing import caused_by_any

ATTEMPTS = 5
FIRST_PAUSE = 0.05

log = structlog.get_logger()


class Mark(Protocol):
    """Remembers that something is handled."""

    async def write(self, tx: Transaction) -> None:
        """Write it down, in the transaction of what the handler writes."""

    def written(self) -> None:
        """Hear that this transaction is committed."""


class MarkedBatch:
    """A run of deliveries, and the transaction that marks it as handled."""

    def __init__(self, db: Database, deliveries: Sequence[Delivery], mark: Mark) -> None:
        self.deliveries = deliveries
        self.handled = False
        self._db = db
        self._mark = mark

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open the transaction that also records this batch as handled."""
        async with self._db.transaction() as tx:
            yield tx
            await self._mark.write(tx)
        self.handled = True
        self._mark.written()


class Consumer(Protocol):
    """What has the events of one subscription handled."""

    name: str

    async def run(self) -> None:
        """Do so until cancelled."""


async def run_consumers(consumers: Iterable[Consumer], only: Container[str] | None) -> None:
    """Run consumers until cancelled; with `only`, those of these names."""
    async with asyncio.TaskGroup() as group:
        for consumer in consumers:
            if only is None or consumer.name in only:
                group.create_task(consumer.run())


class _Withdrawn(Exception):  # noqa: N818 - nothing is wrong
    """A dead letter is no longer there: another process has dealt with it."""


class _LetterHandled:
    """A dead letter that is handled is gone with what its handler writes."""

    def __init__(self, store: OutboxStore, letter_id: int) -> None:
        self._store = store
        self._letter_id = letter_id

    async def write(self, tx: Transaction) -> None:
        if not await self._store.delete_dead_letter(tx, self._letter_id):
            raise _Withdrawn(f"dead letter {self._letter_id} is gone")

    def written(self) -> None:
        pass


class Handling:
    """What one subscription does with entries.

    `announce` makes the event that tells others of a dead letter, where they are to hear of it.
    """

    def __init__(
        self,
        db: Database,
        store: OutboxStore,
        subscription: Subscription,
        clock: Clock,
        telemetry: Telemetry,
        announce: Callable[[Entry, str], Event] | None = None,
    ) -> None:
        self.subscription = subscription
        self.wanted = frozenset(kind.__name__ for kind in subscription.events)
        self._db = db
        self._store = store
        self._types = EventTypes(subscription.events)
        self._clock = clock
        self._telemetry = telemetry
        self._announce = announce

    async def deliver(self, entries: Sequence[Entry], whole: Mark, each: Sequence[Mark]) -> None:
        """Handle entries together, or, where that fails, one at a time; `each` has a mark for every entry.

        Raises:
            StorageFull, Unavailable: nothing can be handled now; the marks tell what has been.
        """
        try:
            return await self._handle(entries, whole)
        except (StorageFull, Unavailable):
            raise
        except Exception:
            log.exception("bus.batch_failed", consumer=self.subscription.name, events=len(entries))
        for entry, mark in zip(entries, each, strict=True):
            await self._deliver_one(entry, mark)
        return None

    async def give_up(self, entry: Entry, fault: str, attempts: int, mark: Mark | None = None) -> None:
        """Keep an entry as a dead letter."""
        log.error("bus.dead_letter", consumer=self.subscription.name, event_id=entry.event_id, error=fault)
        async with self._db.transaction() as tx:
            await self._store.insert_dead_letter(tx, self.subscription.name, entry, fault, attempts, self._clock.now())
            if self._announce:
                tx.publish(self._announce(entry, fault))
            if mark:
                await mark.write(tx)
        self._telemetry.dead_letters.labels(self.subscription.name).inc()
        if mark:
            mark.written()

    async def retry_dead_letters(self) -> None:
        """Handle once more what the operator has asked for; what fails again stays a dead letter."""
        for letter_id, entry in await self._store.letters_to_retry(self._db.read, self.subscription.name):
            try:
                await self._handle([entry], _LetterHandled(self._store, letter_id))
            except (StorageFull, Unavailable, _Withdrawn) as reason:
                log.warning("bus.retry_put_off", consumer=self.subscription.name, letter=letter_id, reason=str(reason))
            except Exception as error:  # noqa: BLE001 - whatever a handler raises is kept with the letter
                async with self._db.transaction() as tx:
                    await self._store.keep_dead_letter(tx, letter_id, f"{type(error).__name__}: {error}")

    async def _deliver_one(self, entry: Entry, mark: Mark) -> None:
        for attempt in range(ATTEMPTS):
            try:
                return await self._handle([entry], mark)
            except (StorageFull, Unavailable):
                raise
            except Exception as error:  # noqa: BLE001 - as above
                fault = f"{type(error).__name__}: {error}"
                await asyncio.sleep(FIRST_PAUSE * 2**attempt)
        return await self.give_up(entry, fault, ATTEMPTS, mark)

    async def _handle(self, entries: Sequence[Entry], mark: Mark) -> None:
        batch = MarkedBatch(self._db, [self._delivery(entry) for entry in entries], mark)
        with caused_by_any(batch.deliveries):
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
            event=self._types.decode(entry.type, entry.payload) if entry.event is None else entry.event,
            published_at=entry.created_at,
            request_id=entry.request_id,
        )
