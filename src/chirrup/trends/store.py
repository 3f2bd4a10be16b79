"""All SQL of counting and ranking."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chirrup.platform.ports import Reader, Transaction
from chirrup.trends.models import Author, Candidate, Ranking, Trend, Use

_TRENDS = msgspec.json.Decoder(tuple[Trend, ...])
_LARGEST = 1_000_003
"""A prime, so that remainders of ids are in no order of theirs."""


class TrendStore:
    """Queries over uses, hours, lists and marks; `since` and `until` are ids of posts."""

    async def insert_uses(self, tx: Transaction, uses: Iterable[Use]) -> None:
        """Add uses that may be there, unless their posts are deleted."""
        await tx.run_many(
            "INSERT INTO trend_uses (post_id, subject, author_id, lang)"
            " SELECT $1::bigint, $2::text, $3::bigint, $4::text"
            " WHERE EXISTS (SELECT 1 FROM posts WHERE id = $1::bigint AND NOT deleted) ON CONFLICT DO NOTHING",
            sorted((use.post_id, use.subject, use.author_id, use.lang) for use in uses),
        )

    async def delete_uses(self, tx: Transaction, post_ids: Sequence[int]) -> None:
        """Forget the uses in posts that are gone."""
        await tx.run("DELETE FROM trend_uses WHERE post_id = ANY($1)", post_ids)

    async def delete_old_uses(self, tx: Transaction, before: int, limit: int) -> int:
        """Delete up to `limit` uses in posts below an id; return how many."""
        return await tx.run(
            "DELETE FROM trend_uses WHERE (post_id, subject) IN"
            " (SELECT post_id, subject FROM trend_uses WHERE post_id < $1 ORDER BY post_id LIMIT $2)",
            before, limit,
        )  # fmt: skip

    async def count_hour(self, tx: Transaction, hour: int, since: int, until: int, made_before: int) -> None:
        """Count the accounts of one hour anew, those made before another id; a subject of a single one is left out."""
        await tx.run("DELETE FROM trend_hours WHERE hour = $1", hour)
        for columns, condition in (("subject, ''::text", ""), ("subject, lang", " AND lang <> ''")):
            await tx.run(
                "INSERT INTO trend_hours (subject, lang, hour, authors)"  # noqa: S608 - the texts above
                f" SELECT {columns}, $1::bigint, count(DISTINCT author_id) FROM trend_uses"
                f" WHERE post_id >= $2 AND post_id < $3 AND author_id < $4{condition}"
                " GROUP BY 1, 2 HAVING count(DISTINCT author_id) > 1",
                hour, since, until, made_before,
            )  # fmt: skip

    async def delete_old_hours(self, tx: Transaction, before: int, limit: int) -> int:
        """Delete up to `limit` counts of hours below one; return how many."""
        return await tx.run(
            "DELETE FROM trend_hours WHERE (subject, lang, hour) IN"
            " (SELECT subject, lang, hour FROM trend_hours WHERE hour < $1 ORDER BY hour LIMIT $2)",
            before, limit,
        )  # fmt: skip

    async def oldest_use(self, reader: Reader) -> int | None:
        """Return the oldest post of which uses are kept."""
        row = await reader.first("SELECT min(post_id) FROM trend_uses")
        return row[0] if row else None

    async def candidates(
        self, reader: Reader, since: int, now: int, half_life: int, least: int, limit: int
    ) -> list[Candidate]:
        """Return the subjects that `least` accounts or more have used since, in all languages and in each.

        Of each language these are the `limit` that may weigh most; `now` is an id and `half_life` a distance of ids.
        What each account weighs is rounded up, to what it would without the part of a half-life that is not over.
        """
        found = []
        for lang, condition in (("''::text", ""), ("lang", " AND lang <> ''")):
            rows = await reader.all(
                "SELECT lang, subject, authors, most FROM (SELECT lang, subject, authors, most, row_number() OVER"  # noqa: S608
                " (PARTITION BY lang ORDER BY most DESC, subject) AS place FROM (SELECT lang, subject,"
                " count(*) AS authors, sum(1.0::float / (1::bigint << greatest(0, ($2 - first) / $3)::integer)) AS most"
                f" FROM (SELECT {lang} AS lang, subject, author_id, min(post_id) AS first FROM trend_uses"
                f" WHERE post_id > $1{condition} GROUP BY 1, 2, 3) AS firsts GROUP BY lang, subject"
                " HAVING count(*) >= $4) AS counted) AS placed WHERE place <= $5",
                since, now, half_life, least, limit,
            )  # fmt: skip
            found += [Candidate(*row) for row in rows]
        return found

    async def some_authors(
        self, reader: Reader, candidate: Candidate, since: int, salt: int, limit: int
    ) -> list[Author]:
        """Return up to `limit` of the accounts that have used a subject since; which ones, `salt` decides."""
        rows = await reader.all(
            "SELECT author_id, min(post_id), max(post_id) FROM trend_uses WHERE subject = $1 AND post_id > $2"  # noqa: S608
            " AND ($3::text = '' OR lang = $3::text) GROUP BY author_id"
            f" ORDER BY (author_id % {_LARGEST}) * $4 % {_LARGEST}, author_id LIMIT $5",
            candidate.subject, since, candidate.lang, salt, limit,
        )  # fmt: skip
        return [Author(*row) for row in rows]

    async def users_among(self, reader: Reader, subject: str, since: int, account_ids: Sequence[int]) -> set[int]:
        """Return those of the accounts that have used a subject since."""
        rows = await reader.all(
            "SELECT DISTINCT author_id FROM trend_uses WHERE subject = $1 AND post_id > $2 AND author_id = ANY($3)",
            subject, since, account_ids,
        )  # fmt: skip
        return {row[0] for row in rows}

    async def talkers(self, reader: Reader, since: int, subjects: int, limit: int) -> dict[int, int]:
        """Return how many subjects those accounts have used since that used more than some."""
        rows = await reader.all(
            "SELECT author_id, count(DISTINCT subject) FROM trend_uses WHERE post_id > $1 GROUP BY author_id"
            " HAVING count(DISTINCT subject) > $2 ORDER BY 2 DESC LIMIT $3",
            since, subjects, limit,
        )  # fmt: skip
        return {row[0]: row[1] for row in rows}

    async def history(
        self, reader: Reader, lang: str, subjects: Sequence[str], since: int
    ) -> dict[str, dict[int, int]]:  # fmt: skip
        """Return how many accounts used each subject in which hour; hours and subjects without any are left out."""
        found: dict[str, dict[int, int]] = {}
        rows = await reader.all(
            "SELECT subject, hour, authors FROM trend_hours WHERE subject = ANY($1) AND lang = $2 AND hour >= $3",
            subjects, lang, since,
        )  # fmt: skip
        for subject, hour, authors in rows:
            found.setdefault(subject, {})[hour] = authors
        return found

    async def rankings(self, reader: Reader) -> dict[str, Ranking]:
        """Return the list of each language."""
        rows = await reader.all("SELECT lang, ranked_at, trends FROM trend_lists")
        return {row[0]: Ranking(row[1], _TRENDS.decode(row[2])) for row in rows}

    async def ranking(self, reader: Reader, lang: str) -> Ranking | None:
        """Return the list of a language."""
        row = await reader.first("SELECT ranked_at, trends FROM trend_lists WHERE lang = $1", lang)
        return Ranking(row[0], _TRENDS.decode(row[1])) if row else None

    async def replace_rankings(self, tx: Transaction, rankings: Mapping[str, Ranking]) -> None:
        """Keep these lists, and no others."""
        await tx.run("DELETE FROM trend_lists WHERE NOT (lang = ANY($1))", list(rankings))
        await tx.run_many(
            "INSERT INTO trend_lists (lang, ranked_at, trends) VALUES ($1, $2, $3)"
            " ON CONFLICT (lang) DO UPDATE SET ranked_at = excluded.ranked_at, trends = excluded.trends",
            [(lang, one.ranked_at, msgspec.json.encode(one.trends).decode()) for lang, one in sorted(rankings.items())],
        )

    async def claim(self, tx: Transaction, name: str, now: int, before: int) -> bool:
        """Return whether a mark was not set since `before`, and now is; of many who ask at once, one hears yes."""
        return await tx.run(
            "INSERT INTO trend_marks (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE"
            " SET value = excluded.value WHERE trend_marks.value <= $3",
            name, now, before,
        ) == 1  # fmt: skip

    async def mark(self, reader: Reader, name: str) -> int | None:
        """Return the value of a mark."""
        row = await reader.first("SELECT value FROM trend_marks WHERE name = $1", name)
        return row[0] if row else None

    async def set_mark(self, tx: Transaction, name: str, value: int) -> None:
        """Set a mark."""
        await tx.run(
            "INSERT INTO trend_marks (name, value) VALUES ($1, $2)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name, value,
        )  # fmt: skip
