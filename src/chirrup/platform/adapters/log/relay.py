"""The relay: from the outbox to the log."""

import asyncio
from collections import Counter

import structlog

from chirrup.platform.adapters.log.log import Log
from chirrup.platform.adapters.postgres.numbering import NumberingStore
from chirrup.platform.errors import StorageFull, Unavailable
from chirrup.platform.ports import Database
from chirrup.platform.telemetry import Telemetry

BATCH = 2000
SHARDS = 24
"""How many shards one round takes, so that several relays find some each."""
SHORTEST_PAUSE = 0.002
LONGEST_PAUSE = 0.02
FIRST_BACK_OFF = 0.1
LONGEST_BACK_OFF = 5.0

log = structlog.get_logger()


class Relay:
    """Numbers what is in the outbox, publishes it, and writes down that it is published; any number may run.

    What is published a second time, after a crash before it was written down, has the same number, and consumers
    pass it by.
    """

    def __init__(self, db: Database, target: Log, telemetry: Telemetry) -> None:
        self._db = db
        self._log = target
        self._store = NumberingStore()
        self._telemetry = telemetry
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look for new events now."""
        self._woken.set()

    async def run(self) -> None:
        """Publish until cancelled; while that is impossible, try again every few seconds."""
        pause, back_off = SHORTEST_PAUSE, FIRST_BACK_OFF
        while True:
            self._woken.clear()
            try:
                done = await self.round()
            except Exception as fault:
                self._telemetry.relay_failures.inc()
                if isinstance(fault, (StorageFull, Unavailable)):
                    log.warning("relay.waiting", reason=fault.detail, seconds=back_off)
                else:
                    log.exception("relay.failed", seconds=back_off)
                await asyncio.sleep(back_off)
                back_off = min(back_off * 2, LONGEST_BACK_OFF)
            else:
                back_off = FIRST_BACK_OFF
                pause = SHORTEST_PAUSE if done else min(pause * 2, LONGEST_PAUSE)
                if not done:
                    await self._rest(pause)

    async def round(self) -> int:
        """Number and publish a batch; return how many events were published."""
        async with self._db.transaction() as tx:
            # not `db.read`, which would have a replica catch up first
            if not await self._store.waiting(tx):
                return 0
        async with self._db.transaction() as tx:
            shards = await self._store.take_unnumbered(tx, BATCH, SHARDS)
            if shards:
                await self._store.number(tx, shards, BATCH)
        async with self._db.transaction() as tx:
            turns = await self._store.take_unpublished(tx, SHARDS)
            if not turns:
                return 0
            events = await self._store.unpublished(tx, turns, BATCH)
            # the transaction is the relay's hold on these shards; the log's own timeout bounds it
            confirmed = await self._log.publish(events)
            await self._store.published(tx, confirmed)
        for topic, count in Counter(event.topic for event in confirmed).items():
            self._telemetry.relayed.labels(topic).inc(count)
        if len(confirmed) < len(events):
            raise Unavailable("The log has confirmed only a part of what was published.")
        return len(confirmed)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return
