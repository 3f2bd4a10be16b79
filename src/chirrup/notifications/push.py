"""Pushing notifications to devices: once when there is something to read, and again only after it was read."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from chirrup.accounts import Viewer
from chirrup.notifications.events import Notified, PushPutOff
from chirrup.notifications.reading import NotificationReader
from chirrup.notifications.service import Notifications
from chirrup.notifications.store_devices import DeviceStore
from chirrup.notifications.wording import message
from chirrup.platform.clock import Clock
from chirrup.platform.errors import PushFailed
from chirrup.platform.ports import Batch, Database, PushDevice, PushGateway, PushMessage, Subscription, Transaction
from chirrup.platform.repeating import repeatable
from chirrup.platform.telemetry import Telemetry

_AT_ONCE = 16
_STEP = 500


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
        slots = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._push(slots, recipient_id, notification_id, devices[recipient_id]))
                for notification_id, recipient_id in told.items()
                if recipient_id in devices
            ]
        async with batch.transaction() as tx:
            for task in tasks:
                await self._record(tx, task.result())

    async def push_again(self, batch: Batch) -> None:
        """Push what was put off.

        A message that a device gets twice replaces itself there, so a batch may begin anew where one of it fails.

        Raises:
            PushFailed: a device cannot be told now either.
        """
        for delivery in batch.deliveries:
            event = delivery.event
            assert isinstance(event, PushPutOff)
            devices = (await self._devices([event.recipient_id])).get(event.recipient_id, {})
            if event.session_id in devices:
                device = {event.session_id: devices[event.session_id]}
                outcome = await self._push(asyncio.Semaphore(1), event.recipient_id, event.notification_id, device)
                if outcome.failures:
                    raise PushFailed(outcome.failures[event.session_id])
                async with self.db.transaction() as tx:
                    await self._record(tx, outcome)

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to: nothing where nothing is pushed."""
        if not self.gateway.services:
            return []
        return [
            Subscription("notifications.push", [Notified], self.push),
            Subscription("notifications.push_again", [PushPutOff], self.push_again),
        ]

    async def _devices(self, account_ids: list[int]) -> dict[int, dict[int, PushDevice]]:
        return await self.store.of_accounts(self.db.read, account_ids, self.clock.now())

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
                    outcome.failures[session_id] = str(error)
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

    async def _record(self, tx: Transaction, outcome: "_Outcome") -> None:
        for session_id, address in outcome.gone.items():
            await self.store.delete_gone(tx, session_id, address)
        for session_id in outcome.failures:
            tx.publish(
                PushPutOff(
                    notification_id=outcome.notification_id, recipient_id=outcome.recipient_id, session_id=session_id
                )
            )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one notification, by session."""

    recipient_id: int
    notification_id: int
    gone: dict[int, str]
    """Addresses that are no more."""
    failures: dict[int, str]
    """Why a device could not be told."""
