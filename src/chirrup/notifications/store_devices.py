"""All SQL of devices that notifications are pushed to, one for each session at most, and what they wait for."""

from collections.abc import Sequence

import msgspec

from chirrup.notifications.models import PutOff
from chirrup.platform.ports import PushDevice, Reader, Transaction


class DeviceStore:
    """Queries over devices."""

    async def set(self, tx: Transaction, account_id: int, session_id: int, device: PushDevice) -> None:
        """Push to a device as long as a session lives; whoever used it before does so no longer."""
        await tx.run("DELETE FROM push_devices WHERE address = $1 AND session_id <> $2", device.address, session_id)
        await tx.run(
            "INSERT INTO push_devices (session_id, account_id, service, address, public_key, secret)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (session_id) DO UPDATE SET service = excluded.service,"
            " address = excluded.address, public_key = excluded.public_key, secret = excluded.secret",
            session_id, account_id, *msgspec.structs.astuple(device),
        )  # fmt: skip

    async def delete(self, tx: Transaction, session_id: int) -> None:
        """Push to a session's device no longer."""
        await tx.run("DELETE FROM push_devices WHERE session_id = $1", session_id)

    async def delete_gone(self, tx: Transaction, session_id: int, address: str) -> None:
        """Forget a device that is gone, unless the session has another by now."""
        await tx.run("DELETE FROM push_devices WHERE session_id = $1 AND address = $2", session_id, address)

    async def of_accounts(
        self, reader: Reader, account_ids: Sequence[int], now: int
    ) -> dict[int, dict[int, PushDevice]]:  # fmt: skip
        """Return the devices of accounts by account and session, as far as the sessions live."""
        rows = await reader.all(
            "SELECT d.account_id, d.session_id, d.service, d.address, d.public_key, d.secret FROM push_devices AS d"
            " JOIN sessions AS s ON s.id = d.session_id"
            " WHERE d.account_id = ANY($1) AND s.revoked_at IS NULL AND s.expires_at > $2",
            account_ids, now,
        )  # fmt: skip
        found: dict[int, dict[int, PushDevice]] = {}
        for row in rows:
            found.setdefault(row[0], {})[row[1]] = PushDevice(*row[2:])
        return found

    async def delete_ended(self, tx: Transaction, after: int, limit: int) -> tuple[int, int]:
        """Of up to `limit` devices above a session, forget those of ended ones; return (last, how many)."""
        rows = await tx.all(
            "SELECT session_id FROM push_devices WHERE session_id > $1 ORDER BY session_id LIMIT $2", after, limit
        )
        seen = [row[0] for row in rows]
        await tx.run(
            "DELETE FROM push_devices WHERE session_id = ANY($1) AND NOT EXISTS"
            " (SELECT 1 FROM sessions AS s WHERE s.id = session_id AND s.revoked_at IS NULL)",
            seen,
        )
        return max(seen, default=after), len(seen)

    async def put_off(self, tx: Transaction, one: PutOff, due_at: int) -> None:
        """Have a device told of a notification later."""
        await tx.run(
            "INSERT INTO push_retries (session_id, notification_id, recipient_id, attempts, due_at)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (session_id, notification_id) DO UPDATE"
            " SET attempts = excluded.attempts, due_at = excluded.due_at",
            *msgspec.structs.astuple(one), due_at,
        )  # fmt: skip

    async def is_any_due(self, reader: Reader, now: int) -> bool:
        """Return whether there is anything that was put off until now."""
        return await reader.first("SELECT 1 FROM push_retries WHERE due_at <= $1 LIMIT 1", now) is not None

    async def take_due(self, tx: Transaction, now: int, until: int, limit: int) -> list[PutOff]:
        """Return up to `limit` of what was put off until now; nobody else gets it until a later moment."""
        rows = await tx.all(
            "UPDATE push_retries SET due_at = $2 WHERE due_at <= $1 AND (session_id, notification_id) IN"
            " (SELECT session_id, notification_id FROM push_retries WHERE due_at <= $1 ORDER BY due_at LIMIT $3)"
            " RETURNING session_id, notification_id, recipient_id, attempts",
            now, until, limit,
        )  # fmt: skip
        return [PutOff(*row) for row in rows]

    async def settle(self, tx: Transaction, session_id: int, notification_id: int) -> None:
        """Have a device told of a notification no more."""
        await tx.run(
            "DELETE FROM push_retries WHERE session_id = $1 AND notification_id = $2", session_id, notification_id
        )
