"""All SQL of the graph."""

import hashlib
from array import array
from collections.abc import Sequence

from chirrup.graph.models import Relations, Ties
from chirrup.platform.packed import unpack
from chirrup.platform.ports import Reader, Transaction


def _digest(follow_ids: Sequence[int]) -> int:
    """Return 64 bits that differ between any two sets of follows."""
    return int.from_bytes(hashlib.blake2b(array("Q", sorted(follow_ids)), digest_size=8).digest())


class GraphStore:
    """Queries over follows, blocks and mutes."""

    async def insert_follow(self, tx: Transaction, follow_id: int, follower_id: int, followee_id: int) -> bool:
        """Return whether the follow is new."""
        return await tx.run(
            "INSERT INTO follows (follower_id, followee_id, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            follower_id, followee_id, follow_id,
        ) == 1  # fmt: skip

    async def delete_follow(self, tx: Transaction, follower_id: int, followee_id: int) -> int | None:
        """Return the id of the follow that there was, if any."""
        rows = await tx.all(
            "DELETE FROM follows WHERE follower_id = $1 AND followee_id = $2 RETURNING id", follower_id, followee_id
        )
        return rows[0][0] if rows else None

    async def insert_block(self, tx: Transaction, blocker_id: int, blocked_id: int) -> bool:
        """Return whether the block is new."""
        return await tx.run(
            "INSERT INTO blocks (blocker_id, blocked_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            blocker_id, blocked_id,
        ) == 1  # fmt: skip

    async def delete_block(self, tx: Transaction, blocker_id: int, blocked_id: int) -> bool:
        """Return whether there was a block."""
        return await tx.run("DELETE FROM blocks WHERE blocker_id = $1 AND blocked_id = $2", blocker_id, blocked_id) == 1

    async def insert_mute(self, tx: Transaction, muter_id: int, muted_id: int) -> None:
        """Mute, if that is new."""
        await tx.run(
            "INSERT INTO mutes (muter_id, muted_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", muter_id, muted_id
        )

    async def delete_mute(self, tx: Transaction, muter_id: int, muted_id: int) -> None:
        """Unmute, if that was muted."""
        await tx.run("DELETE FROM mutes WHERE muter_id = $1 AND muted_id = $2", muter_id, muted_id)

    async def follow_id(self, reader: Reader, follower_id: int, followee_id: int) -> int | None:
        """Return the id of a follow, if there is one."""
        row = await reader.first(
            "SELECT id FROM follows WHERE follower_id = $1 AND followee_id = $2", follower_id, followee_id
        )
        return row[0] if row else None

    async def is_blocked(self, reader: Reader, one_id: int, other_id: int) -> bool:
        """Return whether one of the two blocks the other."""
        row = await reader.first(
            "SELECT 1 FROM blocks WHERE (blocker_id = $1 AND blocked_id = $2) OR (blocker_id = $2 AND blocked_id = $1)",
            one_id, other_id,
        )  # fmt: skip
        return row is not None

    async def relations(self, reader: Reader, account_id: int) -> Relations:
        """Return how an account stands to all others."""
        follows = await reader.all("SELECT followee_id, id FROM follows WHERE follower_id = $1", account_id)
        others = await reader.all(
            "SELECT blocked_id, 1 FROM blocks WHERE blocker_id = $1"
            " UNION ALL SELECT blocker_id, 1 FROM blocks WHERE blocked_id = $1"
            " UNION ALL SELECT muted_id, 0 FROM mutes WHERE muter_id = $1",
            account_id,
        )
        return Relations(
            following=frozenset(row[0] for row in follows),
            blocked=frozenset(row[0] for row in others if row[1]),
            muted=frozenset(row[0] for row in others if not row[1]),
            digest=_digest([row[1] for row in follows]),
        )

    async def ties(self, reader: Reader, viewer_id: int, account_ids: Sequence[int]) -> dict[int, Ties]:
        """Return how the viewer and each of the accounts stand to each other."""
        rows = await reader.all(
            "SELECT a.id,"
            " EXISTS (SELECT 1 FROM follows WHERE follower_id = $2 AND followee_id = a.id),"
            " EXISTS (SELECT 1 FROM follows WHERE follower_id = a.id AND followee_id = $2),"
            " EXISTS (SELECT 1 FROM blocks WHERE blocker_id = $2 AND blocked_id = a.id),"
            " EXISTS (SELECT 1 FROM blocks WHERE blocker_id = a.id AND blocked_id = $2),"
            " EXISTS (SELECT 1 FROM mutes WHERE muter_id = $2 AND muted_id = a.id)"
            " FROM unnest($1::bigint[]) AS a(id)",
            account_ids, viewer_id,
        )  # fmt: skip
        return {row[0]: Ties(*map(bool, row[1:])) for row in rows}

    async def follower_ids(
        self, reader: Reader, followee_id: int, after: int, until: int, limit: int
    ) -> "tuple[array[int], int]":
        """Return up to `limit` followers whose follow is in (`after`, `until`], and the last of these follows.

        The order is that of following, so who follows during a fan-out comes at its end.
        """
        row = await reader.first(
            "SELECT string_agg(int8send(follower_id), ''), max(id) FROM (SELECT follower_id, id FROM follows"
            " WHERE followee_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4) AS chunk",
            followee_id, after, until, limit,
        )  # fmt: skip
        assert row is not None
        return unpack(row[0]), after if row[1] is None else row[1]

    async def follow_marks(self, reader: Reader, followee_id: int, width: int) -> list[int]:
        """Return every `width`-th of the follows of an account, in order."""
        rows = await reader.all(
            "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM follows WHERE followee_id = $1)"
            " AS placed WHERE place % $2 = 0 ORDER BY id",
            followee_id, width,
        )  # fmt: skip
        return [row[0] for row in rows]

    async def followers(self, reader: Reader, account_id: int, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (follow id, follower id), newest first."""
        rows = await reader.all(
            "SELECT id, follower_id FROM follows WHERE followee_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            account_id, before, limit,
        )  # fmt: skip
        return [(row[0], row[1]) for row in rows]

    async def following(self, reader: Reader, account_id: int, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (follow id, followee id), newest first."""
        rows = await reader.all(
            "SELECT id, followee_id FROM follows WHERE follower_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            account_id, before, limit,
        )  # fmt: skip
        return [(row[0], row[1]) for row in rows]

    async def some_follows(self, reader: Reader, account_id: int, limit: int) -> list[tuple[int, int]]:
        """Return some (follower id, followee id) that an account is part of."""
        rows = await reader.all(
            "SELECT follower_id, followee_id FROM follows WHERE follower_id = $1"
            " UNION SELECT follower_id, followee_id FROM follows WHERE followee_id = $1 LIMIT $2",
            account_id, limit,
        )  # fmt: skip
        return [(row[0], row[1]) for row in rows]

    async def delete_blocks_and_mutes(self, tx: Transaction, account_id: int) -> None:
        """Remove what else an account is part of."""
        await tx.run("DELETE FROM blocks WHERE blocker_id = $1 OR blocked_id = $1", account_id)
        await tx.run("DELETE FROM mutes WHERE muter_id = $1 OR muted_id = $1", account_id)

    async def follower_counts(self, reader: Reader, account_ids: Sequence[int]) -> dict[int, int]:
        """Return how many followers those of the accounts have that have any."""
        rows = await reader.all(
            "SELECT followee_id, count(*) FROM follows WHERE followee_id = ANY($1) GROUP BY followee_id", account_ids
        )
        return {row[0]: row[1] for row in rows}

    async def first_followers(self, reader: Reader, account_ids: Sequence[int], limit: int) -> dict[int, list[int]]:
        """Return up to `limit` followers of each of the accounts that has any, those who have followed longest."""
        found: dict[int, list[int]] = {}
        rows = await reader.each(
            "SELECT followee_id, follower_id FROM follows WHERE followee_id = $1 ORDER BY id LIMIT $2",
            account_ids, limit,
        )  # fmt: skip
        for followee_id, follower_id in rows:
            found.setdefault(followee_id, []).append(follower_id)
        return found

    async def following_counts(self, reader: Reader, account_ids: Sequence[int]) -> dict[int, int]:
        """Return how many accounts those of the accounts follow that follow any."""
        rows = await reader.all(
            "SELECT follower_id, count(*) FROM follows WHERE follower_id = ANY($1) GROUP BY follower_id", account_ids
        )
        return {row[0]: row[1] for row in rows}

    async def miscounted_followers(self, reader: Reader) -> list[int]:
        """Return the accounts whose kept number of followers is not that of the rows."""
        rows = await reader.all(
            "SELECT id FROM accounts WHERE followers_count <>"
            " (SELECT count(*) FROM follows WHERE followee_id = accounts.id)"
        )
        return [row[0] for row in rows]

    async def miscounted_following(self, reader: Reader) -> list[int]:
        """Return the accounts whose kept number of follows is not that of the rows."""
        rows = await reader.all(
            "SELECT id FROM accounts WHERE following_count <>"
            " (SELECT count(*) FROM follows WHERE follower_id = accounts.id)"
        )
        return [row[0] for row in rows]
