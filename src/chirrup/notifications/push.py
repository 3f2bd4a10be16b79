"""Pushing notifications to devices: once when there is something to read, and again only after it was read."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog

from chirrup.accounts import Viewer
from chirrup.notifications.events import Notified
from chirrup.notifications.models import PutOff
from chirrup.notifications.reading import NotificationReader
from chirrup.notifications.service import Notifications
from chirrup.notifications.store_devices import DeviceStore
from chirrup.notifications.wording import message
from chirrup.platform.clock import Clock
from chirrup.platform.errors import PushFailed
from chirrup.platform.ports import (
    Batch,
    Database,
    PushDevice,
    PushGateway,
    PushMessage,
    PushService,
    Subscription,
    Transaction,
)
from chirrup.platform.repeating import repeatable
from chirrup.platform.telemetry import Telemetry

ATTEMPTS = 10
"""How often a device is told of a notification, if its service does not take it."""
FIRST_WAIT = 30_000
"""Milliseconds after the first attempt; each later wait is twice as long, which makes four hours in all, or as long as
the service has asked for."""
_AT_ONCE = 16
_STEP = 100
_LEASE = 300_000
"""Milliseconds until what a process has taken may be taken by another; a step at silent services takes far less."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pushing:
    """The verbs of devices, and the reactions that push."""

    db: Database
    store: DeviceStore
    notifications: Notifications
    reader: NotificationReader
    gateway: PushGateway
    clock: Clock
    telemetry: Telemetry

    @repeatable
    async def subscribe(self, viewer: Viewer, device: PushDevice) -> None:
        """Push to a device as long as this session lives.

        Raises:
            RuleBroken: no message can be pushed to it.
        """
        self.gateway.check(device)
        async with self.db.transaction() as tx:
            await self.store.set(tx, viewer.id, viewer.session_id, device)

    @repeatable
    async def unsubscribe(self, viewer: Viewer) -> None:
        """Push to this session's device no longer."""
        async with self.db.transaction() as tx:
            await self.store.delete(tx, viewer.session_id)

    async def delete_ended(self) -> None:
        """Forget the devices of sessions that are over, in steps."""
        after, seen = 0, _STEP
        while seen == _STEP:
            async with self.db.transaction() as tx:
                after, seen = await self.store.delete_ended(tx, after, _STEP)

    async def push(self, batch: Batch) -> None:
        """Push what there is to read; devices that cannot be told now are put off, so that the others go on."""
        events = [delivery.event for delivery in batch.deliveries]
        told = {event.notification_id: event.recipient_id for event in events if isinstance(event, Notified)}
        devices = await self._devices(list(told.values()))
        outcomes = await self._push_all(
            (recipient_id, notification_id, devices[recipient_id])
            for notification_id, recipient_id in told.items()
            if recipient_id in devices
        )
        async with batch.transaction() as tx:
            for outcome in outcomes:
                await self._record(tx, outcome, {})

    async def push_again(self) -> None:
        """Push what was put off and is due, until a device cannot be told once more.

        A message that a device gets twice replaces itself there, so what a process that ends has begun is done anew.
        """
        troubled = False
        while not troubled and await self.store.is_any_due(self.db.read, self.clock.now()):
            troubled = await self._push_due()

    async def _push_due(self) -> bool:
        """Push some of what is due; return whether anything has failed."""
        now = self.clock.now()
        async with self.db.transaction() as tx:
            due = await self.store.take_due(tx, now, now + _LEASE, _STEP)
        devices = await self._devices([one.recipient_id for one in due])
        outcomes = await self._push_all(
            (one.recipient_id, one.notification_id, {one.session_id: device})
            for one in due
            if (device := devices.get(one.recipient_id, {}).get(one.session_id))
        )
        attempts = {(one.session_id, one.notification_id): one.attempts for one in due}
        async with self.db.transaction() as tx:
            for session_id, notification_id in attempts:
                await self.store.settle(tx, session_id, notification_id)
            for outcome in outcomes:
                await self._record(tx, outcome, attempts)
        return any(outcome.failures for outcome in outcomes)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to: nothing where nothing is pushed."""
        if not self.gateway.services:
            return []
        return [Subscription("notifications.push", [Notified], self.push)]

    async def _devices(self, account_ids: list[int]) -> dict[int, dict[int, PushDevice]]:
        return await self.store.of_accounts(self.db.read, account_ids, self.clock.now())

    async def _push_all(self, messages: Iterable[tuple[int, int, Mapping[int, PushDevice]]]) -> list["_Outcome"]:
        """Push (recipient, notification, devices by session), several at once."""
        slots = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._push(slots, *message)) for message in messages]
        return [task.result() for task in tasks]

    async def _push(
        self, slots: asyncio.Semaphore, recipient_id: int, notification_id: int, devices: Mapping[int, PushDevice]
    ) -> "_Outcome":
        async with slots:
            outcome = _Outcome(recipient_id, notification_id, {}, {})
            due = await self._due(recipient_id, notification_id)
            if due is None:
                return outcome
            for session_id, device in devices.items():
                try:
                    result = "delivered" if await self.gateway.push(device, due) else "gone"
                except PushFailed as error:
                    result = "failed"
                    outcome.failures[session_id] = device.service, error
                if result == "gone":
                    outcome.gone[session_id] = device.address
                self.telemetry.pushes.labels(device.service, result).inc()
            return outcome

    async def _due(self, recipient_id: int, notification_id: int) -> PushMessage | None:
        """Return what is to be pushed: nothing if it was read, undone or hidden meanwhile, or is not wanted."""
        item = await self.reader.one(Viewer(recipient_id, 0), notification_id)
        if item is None or item.is_read:
            return None
        preference = (await self.notifications.preferences(recipient_id))[item.group.kind]
        if not (preference.shown and preference.pushed):
            return None
        return message(item, await self.reader.names([item]))

    async def _record(self, tx: Transaction, outcome: "_Outcome", attempts: Mapping[tuple[int, int], int]) -> None:
        """Forget the devices that are gone, and put off those that could not be told, a while longer each time."""
        for session_id, address in outcome.gone.items():
            await self.store.delete_gone(tx, session_id, address)
        for session_id, (service, error) in outcome.failures.items():
            made = attempts.get((session_id, outcome.notification_id), 0) + 1
            if made == ATTEMPTS:
                self.telemetry.pushes.labels(service, "given_up").inc()
                log.warning(
                    "push.given_up", notification_id=outcome.notification_id, service=service, reason=str(error)
                )
            else:
                put_off = PutOff(session_id, outcome.notification_id, outcome.recipient_id, made)
                wait = max(FIRST_WAIT * 2 ** (made - 1), round(error.retry_after * 1000))
                await self.store.put_off(tx, put_off, self.clock.now() + wait)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one notification, by session."""

    recipient_id: int
    notification_id: int
    gone: dict[int, str]
    """Addresses that are no more."""
    failures: dict[int, tuple[PushService, PushFailed]]
    """Why a device could not be told."""
