"""All SQL that asks other slices' tables what there is to tell: the truth behind notifications."""

from collections.abc import Mapping, Sequence

from chirrup.notifications.models import DAY_OF_IDS, Cause, Kind
from chirrup.platform.ports import Reader, Row

_TABLES: Mapping[Kind, str] = {"like": "likes", "retweet": "retweets"}
FOLLOWS_COUNTED = 10_000
"""Up to how many follows of one day are counted."""

_OF_POST = (
    "SELECT c.id FROM {} AS c WHERE c.post_id = n.subject_id AND c.account_id <> n.recipient_id"
    " ORDER BY c.id DESC LIMIT 1"
)
NEWEST: Mapping[Kind, str] = {
    "like": _OF_POST.format("likes"),
    "retweet": _OF_POST.format("retweets"),
    "follow": f"SELECT max(c.id) FROM follows AS c WHERE c.followee_id = n.recipient_id"  # noqa: S608
    f" AND c.id >= n.subject_id AND c.id < n.subject_id + {DAY_OF_IDS}",
}
"""The newest cause of a notification `n`, by kind."""


def _sees(recipient: str, actor: str) -> str:
    """Return the condition that one account sees what another does."""
    return (
        f"EXISTS (SELECT 1 FROM accounts WHERE id = {actor} AND status = 'active')"  # noqa: S608 - the store's own text
        f" AND NOT EXISTS (SELECT 1 FROM mutes WHERE muter_id = {recipient} AND muted_id = {actor})"
        f" AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = {recipient} AND blocked_id = {actor})"
        f" AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = {actor} AND blocked_id = {recipient})"
    )


class CauseStore:
    """Queries over follows, likes, retweets and posts."""

    async def of_posts(
        self, reader: Reader, kind: Kind, post_ids: Sequence[int]
    ) -> dict[int, tuple[int, Cause | None]]:  # fmt: skip
        """Return (author, what others did of this kind) of those of the posts that are there."""
        newest = (
            f"SELECT c.id FROM {_TABLES[kind]} AS c"  # noqa: S608 - the store's own text
            " WHERE c.post_id = p.id AND c.account_id <> p.author_id"
        )
        rows = await reader.all(
            f"SELECT p.id, p.author_id, ({newest} ORDER BY c.id DESC LIMIT 1),"  # noqa: S608
            f" ({newest} AND {_sees('p.author_id', 'c.account_id')} ORDER BY c.id DESC LIMIT 1)"
            " FROM posts AS p WHERE p.id = ANY($1) AND NOT p.deleted",
            post_ids,
        )
        return {row[0]: (row[1], Cause(row[2], row[3]) if row[2] else None) for row in rows}

    async def of_follow(self, reader: Reader, follower_id: int, followee_id: int) -> Cause | None:
        """Return a follow, if it is there."""
        row = await reader.first(
            f"SELECT id, {_sees('followee_id', 'follower_id')} FROM follows"  # noqa: S608
            " WHERE follower_id = $1 AND followee_id = $2",
            follower_id, followee_id,
        )  # fmt: skip
        return Cause(row[0], row[0] if row[1] else None) if row else None

    async def of_post(self, reader: Reader, post_id: int, recipient_ids: Sequence[int]) -> dict[int, Cause]:
        """Return a post, if it is there, as a cause to tell each of some accounts of it."""
        rows = await reader.all(
            f"SELECT r.id, {_sees('r.id', 'p.author_id')} FROM unnest($2::bigint[]) AS r(id), posts AS p"  # noqa: S608
            " WHERE p.id = $1 AND NOT p.deleted",
            post_id, recipient_ids,
        )  # fmt: skip
        return {row[0]: Cause(post_id, post_id if row[1] else None) for row in rows}

    async def authors(self, reader: Reader, post_ids: Sequence[int]) -> dict[int, int]:
        """Return the authors of those of the posts that are there."""
        rows = await reader.all("SELECT id, author_id FROM posts WHERE id = ANY($1) AND NOT deleted", post_ids)
        return {row[0]: row[1] for row in rows}

    async def actors(
        self, reader: Reader, kind: Kind, subject_ids: Sequence[int], viewer_id: int, hidden: Sequence[int], limit: int
    ) -> dict[int, list[tuple[int, int]]]:
        """Return for each subject the newest (cause id, account id) of who takes part and is not hidden."""
        rows: Sequence[Row]
        if kind == "follow":
            rows = await reader.each(
                "SELECT $1::bigint, c.id, c.follower_id FROM follows AS c"  # noqa: S608
                " JOIN accounts AS a ON a.id = c.follower_id"
                f" WHERE c.followee_id = $2 AND c.id >= $1 AND c.id < $1 + {DAY_OF_IDS} AND a.status = 'active'"
                " AND NOT c.follower_id = ANY($3) ORDER BY c.id DESC LIMIT $4",
                subject_ids, viewer_id, hidden, limit,
            )  # fmt: skip
        else:
            rows = await reader.each(
                f"SELECT c.post_id, c.id, c.account_id FROM {_TABLES[kind]} AS c"  # noqa: S608
                " JOIN accounts AS a ON a.id = c.account_id WHERE c.post_id = $1 AND c.account_id <> $2"
                " AND a.status = 'active' AND NOT c.account_id = ANY($3) ORDER BY c.id DESC LIMIT $4",
                subject_ids, viewer_id, hidden, limit,
            )  # fmt: skip
        found: dict[int, list[tuple[int, int]]] = {}
        for subject_id, cause_id, account_id in rows:
            found.setdefault(subject_id, []).append((cause_id, account_id))
        return found

    async def totals(
        self, reader: Reader, kind: Kind, subject_ids: Sequence[int], viewer_id: int, hidden: Sequence[int]
    ) -> dict[int, int]:
        """Return for each subject how many there are that are not hidden, of whom some may be banned."""
        if kind == "follow":
            rows = await reader.each(
                "SELECT $1::bigint, count(*) FROM (SELECT 1 FROM follows AS c WHERE c.followee_id = $2 AND c.id >= $1"  # noqa: S608
                f" AND c.id < $1 + {DAY_OF_IDS} AND NOT c.follower_id = ANY($3) LIMIT {FOLLOWS_COUNTED}) AS counted",
                subject_ids, viewer_id, hidden,
            )  # fmt: skip
        else:
            table = _TABLES[kind]
            rows = await reader.all(
                f"SELECT n.post_id, n.{table} - (SELECT count(*) FROM {table} AS c WHERE c.post_id = n.post_id"  # noqa: S608
                " AND c.account_id = ANY($2)) FROM post_counts AS n WHERE n.post_id = ANY($1)",
                subject_ids, [*hidden, viewer_id],
            )  # fmt: skip
        return {row[0]: row[1] for row in rows}
