"""All SQL of timelines: which authors are merged at read, what fan-outs have done, and where reading stopped."""

from collections.abc import Sequence

import msgspec

from chirrup.platform.ports import Reader, Transaction
from chirrup.timelines.models import Pulled, StepTaken


class TimelineTables:
    """Queries over pulled authors and markers."""

    async def pulled_authors(self, reader: Reader) -> dict[int, bool]:
        """Return the authors whose posts are merged at read, and whether they are on the way back to being pushed."""
        rows = await reader.all("SELECT author_id, draining FROM pulled_authors")
        return {row[0]: bool(row[1]) for row in rows}

    async def pulled(self, reader: Reader, author_id: int) -> Pulled | None:
        """Return since when an author is pulled, if that is so."""
        row = await reader.first("SELECT since, draining FROM pulled_authors WHERE author_id = $1", author_id)
        return Pulled(*row) if row else None

    async def set_pulled(self, tx: Transaction, author_id: int, pulled: Pulled) -> None:
        """Merge an author's posts at read; where that is so already, it stays so since when it is."""
        await tx.run(
            "INSERT INTO pulled_authors (author_id, draining, since) VALUES ($1, $2, $3)"
            " ON CONFLICT (author_id) DO UPDATE SET draining = excluded.draining",
            author_id, pulled.draining, pulled.since,
        )  # fmt: skip

    async def delete_drained(self, tx: Transaction, author_id: int, drain: int) -> None:
        """Merge an author's posts at read no longer, unless another drain or none has begun meanwhile."""
        await tx.run("DELETE FROM pulled_authors WHERE author_id = $1 AND draining = $2", author_id, drain)

    async def record_steps(self, tx: Transaction, steps: Sequence[StepTaken]) -> None:
        """Write down steps of fan-outs; of one that is taken again the first time counts."""
        await tx.run_many(
            "INSERT INTO fan_out_steps (post_id, after, upto, visited, reached, taken_at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (post_id, after) DO NOTHING",
            [msgspec.structs.astuple(step) for step in steps],
        )

    async def delete_steps(self, tx: Transaction, before: int, limit: int) -> int:
        """Forget up to `limit` steps of posts below an id; return how many those were."""
        return await tx.run(
            "DELETE FROM fan_out_steps WHERE (post_id, after) IN (SELECT post_id, after FROM fan_out_steps"
            " WHERE post_id < $1 ORDER BY post_id, after LIMIT $2)",
            before, limit,
        )  # fmt: skip

    async def marker(self, reader: Reader, account_id: int, name: str) -> tuple[int, int] | None:
        """Return (post id, when it was set) of a marker."""
        row = await reader.first(
            "SELECT post_id, updated_at FROM markers WHERE account_id = $1 AND name = $2", account_id, name
        )
        return (row[0], row[1]) if row else None

    async def set_marker(
        self, tx: Transaction, account_id: int, name: str, post_id: int, now: int, *, force: bool
    ) -> None:
        """Move a marker; backwards only by force."""
        await tx.run(
            "INSERT INTO markers (account_id, name, post_id, updated_at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (account_id, name) DO UPDATE SET post_id = excluded.post_id, updated_at = excluded.updated_at"
            " WHERE $5 OR excluded.post_id > markers.post_id",
            account_id, name, post_id, now, force,
        )  # fmt: skip
