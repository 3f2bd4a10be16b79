"""All SQL of blocked terms."""

from chirrup.platform.ports import Reader, Transaction
from chirrup.trends.models import Term


class TermStore:
    """Queries over blocked terms."""

    async def insert(self, tx: Transaction, term: Term) -> bool:
        """Return whether the term was not blocked yet."""
        return await tx.run(
            "INSERT INTO trend_terms (id, term, moderator_id) VALUES ($1, $2, $3) ON CONFLICT (term) DO NOTHING",
            term.id, term.term, term.moderator_id,
        ) == 1  # fmt: skip

    async def delete(self, tx: Transaction, term_id: int) -> bool:
        """Return whether there was such a term."""
        return await tx.run("DELETE FROM trend_terms WHERE id = $1", term_id) == 1

    async def by_text(self, reader: Reader, text: str) -> Term | None:
        """Return a term, if it is blocked."""
        row = await reader.first("SELECT id, term, moderator_id FROM trend_terms WHERE term = $1", text)
        return Term(*row) if row else None

    async def newest(self, reader: Reader, before: int, limit: int) -> list[Term]:
        """Return blocked terms below an id, newest first."""
        rows = await reader.all(
            "SELECT id, term, moderator_id FROM trend_terms WHERE id < $1 ORDER BY id DESC LIMIT $2", before, limit
        )
        return [Term(*row) for row in rows]

    async def count(self, reader: Reader) -> int:
        """Return how many terms are blocked."""
        row = await reader.first("SELECT count(*) FROM trend_terms")
        assert row is not None
        number: int = row[0]
        return number
