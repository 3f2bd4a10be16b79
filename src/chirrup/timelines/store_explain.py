"""The SQL of explanations: what fan-outs have done for one follower, and for one post."""

import msgspec

from chirrup.platform.ports import Reader
from chirrup.timelines.models import StepTaken


class Reach(msgspec.Struct, frozen=True):
    """How far all steps of a fan-out together have come; times in milliseconds since the Unix epoch."""

    visited: int
    reached: int
    steps: int
    last_taken_at: int


class ExplainTables:
    """Queries over the steps of fan-outs."""

    async def left_to_be_pulled(self, reader: Reader, post_id: int) -> int | None:
        """Return when it was found that a post need not be pushed, in milliseconds since the Unix epoch."""
        row = await reader.first("SELECT taken_at FROM fan_out_steps WHERE post_id = $1 AND visited IS NULL", post_id)
        return row[0] if row else None

    async def step_of(self, reader: Reader, post_id: int, follow_id: int) -> StepTaken | None:
        """Return the step of a post's fan-out that visited a follow."""
        row = await reader.first(
            "SELECT post_id, after, upto, visited, reached, taken_at FROM fan_out_steps"
            " WHERE post_id = $1 AND after < $2 AND upto >= $2 AND visited IS NOT NULL ORDER BY after DESC LIMIT 1",
            post_id, follow_id,
        )  # fmt: skip
        return StepTaken(*row) if row else None

    async def reach(self, reader: Reader, post_id: int) -> Reach | None:
        """Return how far a post's fan-out has come."""
        row = await reader.first(
            "SELECT sum(visited), sum(reached), count(*), max(taken_at) FROM fan_out_steps"
            " WHERE post_id = $1 AND visited IS NOT NULL",
            post_id,
        )
        return Reach(int(row[0]), int(row[1]), row[2], row[3]) if row and row[2] else None
