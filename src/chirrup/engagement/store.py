"""All SQL of likes."""

from collections.abc import Sequence

from chirrup.platform.ports import Reader, Transaction


class LikeStore:
    """Queries over likes."""

    async def insert(self, tx: Transaction, like_id: int, account_id: int, post_id: int) -> bool:
        """Return whether the like is new."""
        return await tx.run(
            "INSERT INTO likes (account_id, post_id, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            account_id, post_id, like_id,
        ) == 1  # fmt: skip

    async def delete(self, tx: Transaction, account_id: int, post_id: int) -> bool:
        """Return whether there was a like."""
        return await tx.run("DELETE FROM likes WHERE account_id = $1 AND post_id = $2", account_id, post_id) == 1

    async def liked(self, reader: Reader, account_id: int, post_ids: Sequence[int]) -> set[int]:
        """Return those of the posts that an account likes."""
        rows = await reader.all(
            "SELECT post_id FROM likes WHERE account_id = $1 AND post_id = ANY($2)", account_id, post_ids
        )
        return {row[0] for row in rows}

    async def newest_liked(self, reader: Reader, account_id: int, limit: int) -> list[int]:
        """Return the newest posts that an account likes, by the posts' ids."""
        rows = await reader.all(
            "SELECT post_id FROM likes WHERE account_id = $1 ORDER BY post_id DESC LIMIT $2", account_id, limit
        )
        return [row[0] for row in rows]

    async def likers(self, reader: Reader, post_id: int, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (like id, account id), newest first."""
        rows = await reader.all(
            "SELECT id, account_id FROM likes WHERE post_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            post_id, before, limit,
        )  # fmt: skip
        return [(row[0], row[1]) for row in rows]

    async def liked_by(self, reader: Reader, account_id: int, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (like id, post id) of what an account likes, last liked first."""
        rows = await reader.all(
            "SELECT id, post_id FROM likes WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            account_id, before, limit,
        )  # fmt: skip
        return [(row[0], row[1]) for row in rows]

    async def forget_post(self, tx: Transaction, post_id: int, limit: int) -> int:
        """Delete up to `limit` likes of a post; return how many."""
        return await tx.run(
            "DELETE FROM likes WHERE post_id = $1 AND account_id IN"
            " (SELECT account_id FROM likes WHERE post_id = $1 LIMIT $2)",
            post_id, limit,
        )  # fmt: skip

    async def likes_counts(self, reader: Reader, post_ids: Sequence[int]) -> dict[int, int]:
        """Return how many likes those of the posts have that have any."""
        rows = await reader.all(
            "SELECT post_id, count(*) FROM likes WHERE post_id = ANY($1) GROUP BY post_id", post_ids
        )
        return {row[0]: row[1] for row in rows}

    async def miscounted_likes(self, reader: Reader) -> list[int]:
        """Return the posts whose kept number of likes is not that of the rows."""
        rows = await reader.all(
            "SELECT p.id FROM post_counts AS c JOIN posts AS p ON p.id = c.post_id WHERE NOT p.deleted AND c.likes <>"
            " (SELECT count(*) FROM likes AS l WHERE l.post_id = c.post_id)"
        )
        return [row[0] for row in rows]
