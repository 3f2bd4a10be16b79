"""All SQL of notifications: which there are, what was read of them, and what accounts want."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from chirrup.notifications.models import Cause, Group, Kind, Place, Preference
from chirrup.notifications.store_causes import NEWEST
from chirrup.platform.ports import Reader, Transaction

_GROUP = "id, kind, subject_id, latest, read_id"
_PAGE = f"""
SELECT {_GROUP} FROM notifications WHERE recipient_id = $1 AND latest < $2 AND {{}} AND kind = ANY($3)
ORDER BY latest DESC LIMIT $4
"""  # noqa: S608 - columns of this module


class NotificationStore:
    """Queries over notifications and preferences."""

    async def raise_at(
        self, tx: Transaction, place: Place, cause: Cause, new_id: int, quiet_since: int
    ) -> int | None:  # fmt: skip
        """Have a notification tell of a cause, and return its id if that is to be announced.

        It is announced once until it is read; one whose unread causes were all undone is, too, unless it was announced
        after `quiet_since`. `new_id` is the notification's if there is none yet, and else marks the announcement.
        """
        rows = await tx.all(
            "INSERT INTO notifications AS n (id, recipient_id, kind, subject_id, latest, announced)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject_id, recipient_id, kind) DO UPDATE SET"
            " latest = greatest(n.latest, excluded.latest), announced = CASE WHEN excluded.announced <> 0"
            " AND $7 > n.read_id AND (n.announced = 0 OR (n.latest <= n.read_id AND n.announced < $8))"
            " THEN excluded.announced ELSE n.announced END RETURNING id, announced",
            new_id, place.recipient_id, place.kind, place.subject_id, cause.newest,
            0 if cause.shown is None else new_id, cause.shown or 0, quiet_since,
        )  # fmt: skip
        identifier, announced = rows[0]
        return identifier if announced == new_id else None

    async def lower(self, tx: Transaction, place: Place) -> None:
        """Have a notification, if there is one, tell of no more causes than there are."""
        key = (place.subject_id, place.recipient_id, place.kind)
        # what is looked up after the row is locked is as new as what anybody wrote to it
        locked = await tx.run(
            "UPDATE notifications SET latest = latest WHERE subject_id = $1 AND recipient_id = $2 AND kind = $3", *key
        )
        if locked:
            await tx.run(
                f"UPDATE notifications AS n SET latest = coalesce(({NEWEST[place.kind]}), 0)"  # noqa: S608
                " WHERE subject_id = $1 AND recipient_id = $2 AND kind = $3",
                *key,
            )

    async def delete_about(self, tx: Transaction, post_id: int) -> None:
        """Delete the notifications about a post that is gone."""
        await tx.run("DELETE FROM notifications WHERE subject_id = $1", post_id)

    async def delete_of(self, tx: Transaction, recipient_id: int, limit: int) -> int:
        """Delete up to `limit` notifications of an account, and at the end its choices and devices; return how many."""
        deleted = await tx.run(
            "DELETE FROM notifications WHERE id IN"
            " (SELECT id FROM notifications WHERE recipient_id = $1 ORDER BY latest LIMIT $2)",
            recipient_id, limit,
        )  # fmt: skip
        if deleted < limit:
            await tx.run("DELETE FROM notification_preferences WHERE account_id = $1", recipient_id)
            await tx.run("DELETE FROM push_devices WHERE account_id = $1", recipient_id)
        return deleted

    async def delete_old(self, tx: Transaction, after: int, before: int, limit: int) -> list[int]:
        """Delete up to `limit` notifications above an id which, like their causes, are older than another id."""
        rows = await tx.all(
            "DELETE FROM notifications WHERE id IN (SELECT id FROM notifications"
            " WHERE id > $1 AND id < $2 AND latest < $2 ORDER BY id LIMIT $3) RETURNING id",
            after, before, limit,
        )  # fmt: skip
        return [row[0] for row in rows]

    async def newest(
        self, reader: Reader, recipient_id: int, kinds: Collection[Kind], before: int, limit: int
    ) -> list[Group]:
        """Return an account's notifications of some kinds, newest first."""
        rows = await reader.all(_PAGE.format("latest > 0"), recipient_id, before, list(kinds), limit)
        return [Group(*row) for row in rows]

    async def newest_unread(
        self, reader: Reader, recipient_id: int, kinds: Collection[Kind], before: int, limit: int
    ) -> list[Group]:
        """Return those of them that may have something to read, newest first."""
        rows = await reader.all(_PAGE.format("latest > read_id"), recipient_id, before, list(kinds), limit)
        return [Group(*row) for row in rows]

    async def by_id(self, reader: Reader, recipient_id: int, notification_id: int) -> Group | None:
        """Return an account's notification."""
        row = await reader.first(
            f"SELECT {_GROUP} FROM notifications WHERE id = $1 AND recipient_id = $2",  # noqa: S608
            notification_id, recipient_id,
        )  # fmt: skip
        return Group(*row) if row else None

    async def read(self, tx: Transaction, recipient_id: int, notification_id: int) -> bool:
        """Mark a notification as read; return whether the account has it."""
        return await tx.run(
            "UPDATE notifications SET read_id = greatest(read_id, latest), announced = 0"
            " WHERE id = $1 AND recipient_id = $2",
            notification_id, recipient_id,
        ) == 1  # fmt: skip

    async def read_some(self, tx: Transaction, recipient_id: int, limit: int) -> int:
        """Mark up to `limit` of an account's notifications as read; return how many."""
        return await tx.run(
            "UPDATE notifications SET read_id = latest, announced = 0 WHERE id IN (SELECT id FROM notifications"
            " WHERE recipient_id = $1 AND latest > read_id ORDER BY latest DESC LIMIT $2)",
            recipient_id, limit,
        )  # fmt: skip

    async def preferences(self, reader: Reader, account_id: int) -> dict[Kind, Preference]:
        """Return what an account has chosen."""
        rows = await reader.all(
            "SELECT kind, shown, pushed FROM notification_preferences WHERE account_id = $1", account_id
        )
        return {row[0]: Preference(bool(row[1]), bool(row[2])) for row in rows}

    async def set_preferences(self, tx: Transaction, account_id: int, chosen: Mapping[Kind, Preference]) -> None:
        """Keep what an account chooses."""
        rows: Sequence[Sequence[object]] = [
            (account_id, kind, *msgspec.structs.astuple(preference)) for kind, preference in sorted(chosen.items())
        ]
        await tx.run_many(
            "INSERT INTO notification_preferences (account_id, kind, shown, pushed) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (account_id, kind) DO UPDATE SET shown = excluded.shown, pushed = excluded.pushed",
            rows,
        )
