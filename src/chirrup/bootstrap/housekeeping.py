"""Forgetting what is kept for a while only."""

from collections.abc import Sequence
from dataclasses import dataclass

from chirrup.platform.clock import Clock
from chirrup.platform.idempotency import IdempotencyStore
from chirrup.platform.ids import compose
from chirrup.platform.outbox import TRIM_STEP, OutboxStore
from chirrup.platform.ports import Database, Subscription
from chirrup.platform.steps import in_steps
from chirrup.registry import Job
from chirrup.timelines.store import TimelineTables

_HOUR = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Housekeeping:
    """Deletes handled events, idempotency keys after a day, and records of fan-outs, a step at a time."""

    db: Database
    outbox: OutboxStore
    idempotency: IdempotencyStore
    tables: TimelineTables
    clock: Clock
    subscriptions: Sequence[Subscription]
    outbox_hours: int
    fan_out_hours: int

    def jobs(self) -> list[Job]:
        """Return what is done again and again."""
        return [Job("trim_outbox", 600, self._trim), Job("forget_fan_outs", 600, self._forget_fan_outs)]

    async def _trim(self) -> None:
        topics = {subscription.name: subscription.topics for subscription in self.subscriptions}
        before = self.clock.now() - self.outbox_hours * _HOUR
        await in_steps(self.db, TRIM_STEP, lambda tx: self.outbox.trim(tx, before, topics))
        async with self.db.transaction() as tx:
            await self.idempotency.delete_old(tx, self.clock.now() - 24 * _HOUR)

    async def _forget_fan_outs(self) -> None:
        before = compose(self.clock.now() - self.fan_out_hours * _HOUR, 0, 0)
        await in_steps(self.db, TRIM_STEP, lambda tx: self.tables.delete_steps(tx, before, TRIM_STEP))
