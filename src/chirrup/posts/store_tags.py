"""All SQL of giving hashtags to posts that are older than the table of hashtags."""

from collections.abc import Sequence

import msgspec

from chirrup.platform.ports import Reader, Transaction
from chirrup.posts.text import Entity

_ENTITIES = msgspec.json.Decoder(list[Entity])
_ROW = 1


async def insert_tags(tx: Transaction, tagged: Sequence[tuple[str, int]]) -> None:
    """Add (hashtag in its common form, post id), which may be there."""
    await tx.run_many("INSERT INTO post_hashtags (tag, post_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", tagged)


class TagBackfillStore:
    """Queries over how far the old posts are done."""

    async def below(self, reader: Reader) -> int:
        """Return the id below which posts are to do; 0 if none are."""
        row = await reader.first("SELECT below FROM hashtag_backfill WHERE id = $1", _ROW)
        return row[0] if row else 0

    async def set_below(self, tx: Transaction, below: int) -> None:
        """Remember how far the old posts are done."""
        await tx.run("UPDATE hashtag_backfill SET below = $2 WHERE id = $1", _ROW, below)

    async def entities_below(self, reader: Reader, before: int, limit: int) -> list[tuple[int, list[Entity]]]:
        """Return the next older posts, newest first, with what is marked in their texts."""
        rows = await reader.all(
            "SELECT id, entities FROM posts WHERE id < $1 AND NOT deleted ORDER BY id DESC LIMIT $2", before, limit
        )
        return [(row[0], _ENTITIES.decode(row[1])) for row in rows]
