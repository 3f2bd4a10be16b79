"""Filling a database quickly: rows by COPY, without events."""

from collections.abc import Sequence

import asyncpg

from chirrup.platform.clock import SystemClock
from chirrup.platform.ids import IdGenerator

_TIMEOUT = 600


class Filler:
    """Writes accounts, follows and posts of a new database, with ids as the application gives them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ids = IdGenerator(SystemClock())

    async def accounts(self, count: int) -> list[int]:
        """Add accounts that cannot log in; return their ids."""
        ids = [self._ids.new(number) for number in range(count)]
        names = [f"bench{number}" for number in range(count)]
        rows = list(zip(ids, names, names, strict=True))
        await self._copy("accounts", ["id", "username", "display_name"], rows)
        await self._copy("logins", ["login", "account_id"], [(name, key) for key, name, _ in rows])
        return ids

    async def follows(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Add follows of (follower id, followee id), in this order, and count them."""
        rows = [(follower, followee, self._ids.new(follower)) for follower, followee in pairs]
        await self._copy("follows", ["follower_id", "followee_id", "id"], rows)
        await self._run(
            "UPDATE accounts SET followers_count = counted.followers FROM (SELECT followee_id, count(*) AS followers"
            " FROM follows GROUP BY followee_id) AS counted WHERE id = counted.followee_id"
        )

    async def posts(self, author_ids: Sequence[int], texts: Sequence[str] = ()) -> list[int]:
        """Add a post of each author, in this order, with these texts or with some; return their ids."""
        ids = [self._ids.new(author_id) for author_id in author_ids]
        texts = texts or [f"Post {n}: the wind is fair, and the reeds full of song." for n in range(len(ids))]
        rows = list(zip(ids, author_ids, texts, ids, strict=True))
        await self._copy("posts", ["id", "author_id", "text", "conversation_id"], rows)
        await self._copy("post_counts", ["post_id"], [(key,) for key in ids])
        return ids

    async def analyze(self) -> None:
        """Let the planner know what is there, and write what is unwritten."""
        await self._run("VACUUM ANALYZE", "CHECKPOINT")

    async def _run(self, *statements: str) -> None:
        connection = await asyncpg.connect(self._url, timeout=10, command_timeout=_TIMEOUT)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def _copy(self, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        connection = await asyncpg.connect(self._url, timeout=10, command_timeout=_TIMEOUT)
        try:
            await connection.copy_records_to_table(table, columns=list(columns), records=rows)
        finally:
            await connection.close()
