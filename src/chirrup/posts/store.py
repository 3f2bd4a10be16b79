"""All SQL of posts."""

from array import array
from collections.abc import Mapping, Sequence

import msgspec

from chirrup.platform.ids import MAX_ID
from chirrup.platform.packed import unpack
from chirrup.platform.ports import Reader, Row, Transaction
from chirrup.posts.models import PostRow
from chirrup.posts.store_tags import insert_tags
from chirrup.posts.text import Entity, tags_of

_COLUMNS = (
    "id, author_id, text, entities, reply_to, reply_to_author_id, conversation_id, retweet_of, is_retweet, deleted,"
    " has_media"
)
_ENTITIES = msgspec.json.Decoder(list[Entity])


def _post(row: Row) -> PostRow:
    return PostRow(
        id=row[0],
        author_id=row[1],
        text=row[2],
        entities=_ENTITIES.decode(row[3]),
        reply_to=row[4],
        reply_to_author_id=row[5],
        conversation_id=row[6],
        retweet_of=row[7],
        is_retweet=bool(row[8]),
        deleted=bool(row[9]),
        has_media=bool(row[10]),
    )


def _by_author(row: Row | None) -> dict[int, int]:
    """Return the post of each author, of their packed ids; 0 is none."""
    assert row is not None
    return {author_id: post_id for author_id, post_id in zip(*map(unpack, row), strict=True) if post_id}


class Counts(msgspec.Struct, frozen=True):
    """How often a post was liked, retweeted and replied to."""

    likes: int = 0
    retweets: int = 0
    replies: int = 0


class PostStore:
    """Queries over posts, their counts and retweets."""

    async def insert(self, tx: Transaction, post: PostRow) -> bool:
        """Return whether the id was free."""
        fresh = await tx.run(
            "INSERT INTO posts (id, author_id, text, entities, reply_to, reply_to_author_id, conversation_id,"
            " retweet_of, is_retweet, has_media) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            " ON CONFLICT DO NOTHING",
            post.id, post.author_id, post.text, msgspec.json.encode(post.entities).decode(), post.reply_to,
            post.reply_to_author_id, post.conversation_id, post.retweet_of, post.is_retweet, post.has_media,
        ) == 1  # fmt: skip
        if fresh:
            await tx.run("INSERT INTO post_counts (post_id) VALUES ($1)", post.id)
            if tags := tags_of(post.entities):
                await insert_tags(tx, [(tag, post.id) for tag in tags])
        return fresh

    async def by_ids(self, reader: Reader, post_ids: Sequence[int]) -> dict[int, PostRow]:
        """Return the posts that exist, deleted or not."""
        rows = await reader.all(f"SELECT {_COLUMNS} FROM posts WHERE id = ANY($1)", post_ids)  # noqa: S608
        return {row[0]: _post(row) for row in rows}

    async def authors_of(self, reader: Reader, post_ids: Sequence[int]) -> dict[int, tuple[int, bool]]:
        """Return (author id, whether it is deleted) of the posts that exist."""
        rows = await reader.all("SELECT id, author_id, deleted FROM posts WHERE id = ANY($1)", post_ids)
        return {row[0]: (row[1], bool(row[2])) for row in rows}

    async def counted(self, reader: Reader, post_ids: Sequence[int]) -> dict[int, tuple[PostRow, Counts]]:
        """Return the posts that exist and are not deleted, with their counts."""
        rows = await reader.all(
            f"SELECT {_COLUMNS}, likes, retweets, replies FROM posts"  # noqa: S608
            " LEFT JOIN post_counts ON post_id = id WHERE id = ANY($1) AND NOT deleted",
            post_ids,
        )
        return {row[0]: (_post(row), Counts(*(number or 0 for number in row[-3:]))) for row in rows}

    async def counts(self, reader: Reader, post_ids: Sequence[int]) -> dict[int, Counts]:
        """Return the counts of posts."""
        rows = await reader.all(
            "SELECT post_id, likes, retweets, replies FROM post_counts WHERE post_id = ANY($1)", post_ids
        )
        return {row[0]: Counts(*row[1:]) for row in rows}

    async def mark_deleted(self, tx: Transaction, post_id: int) -> bool:
        """Erase a post and leave a gap in its thread; return whether it was still there."""
        return (
            await tx.run(
                "UPDATE posts SET deleted = true, text = '', entities = '[]' WHERE id = $1 AND NOT deleted", post_id
            )
            == 1
        )

    async def delete_tags(self, tx: Transaction, post: PostRow) -> None:
        """Take a post out of the pages of its hashtags."""
        if tags := tags_of(post.entities):
            await tx.run("DELETE FROM post_hashtags WHERE tag = ANY($1) AND post_id = $2", tags, post.id)

    async def newest_with_tag(self, reader: Reader, tag: str, before: int, limit: int) -> list[int]:
        """Return the newest posts with a hashtag in its common form, newest first."""
        rows = await reader.all(
            "SELECT post_id FROM post_hashtags WHERE tag = $1 AND post_id < $2 ORDER BY post_id DESC LIMIT $3",
            tag, before, limit,
        )  # fmt: skip
        return [row[0] for row in rows]

    async def add_counts(self, tx: Transaction, column: str, deltas: Mapping[int, int]) -> None:
        """Add to one of the counts of many posts."""
        await tx.run_many(
            f"UPDATE post_counts SET {column} = greatest(0, {column} + $2) WHERE post_id = $1",  # noqa: S608
            [(post_id, delta) for post_id, delta in sorted(deltas.items()) if delta],
        )

    async def insert_retweet(self, tx: Transaction, account_id: int, post_id: int, retweet_id: int) -> bool:
        """Return whether the account had not retweeted the post yet."""
        return await tx.run(
            "INSERT INTO retweets (account_id, post_id, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            account_id, post_id, retweet_id,
        ) == 1  # fmt: skip

    async def retweet_id(self, reader: Reader, account_id: int, post_id: int) -> int | None:
        """Return the id of an account's retweet of a post, if there is one."""
        row = await reader.first("SELECT id FROM retweets WHERE account_id = $1 AND post_id = $2", account_id, post_id)
        return row[0] if row else None

    async def delete_retweet(self, tx: Transaction, account_id: int, post_id: int) -> None:
        """Forget that an account has retweeted a post."""
        await tx.run("DELETE FROM retweets WHERE account_id = $1 AND post_id = $2", account_id, post_id)

    async def retweeters(self, reader: Reader, post_id: int, before: int, limit: int) -> list[tuple[int, int]]:
        """Return (retweet id, account id), newest first."""
        rows = await reader.all(
            "SELECT id, account_id FROM retweets WHERE post_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            post_id, before, limit,
        )  # fmt: skip
        return [(row[0], row[1]) for row in rows]

    async def retweeted(
        self, reader: Reader, account_id: int, post_ids: Sequence[int]
    ) -> set[int]:  # fmt: skip
        """Return those of the posts that an account has retweeted."""
        rows = await reader.all(
            "SELECT post_id FROM retweets WHERE account_id = $1 AND post_id = ANY($2)", account_id, post_ids
        )
        return {row[0] for row in rows}

    async def newest_retweeted(self, reader: Reader, account_id: int, limit: int) -> list[int]:
        """Return the newest posts that an account has retweeted, by the posts' ids."""
        rows = await reader.all(
            "SELECT post_id FROM retweets WHERE account_id = $1 ORDER BY post_id DESC LIMIT $2", account_id, limit
        )
        return [row[0] for row in rows]

    async def newest_of_author(self, reader: Reader, author_id: int, before: int, limit: int) -> list[int]:
        """Return an author's newest posts below an id, newest first."""
        rows = await reader.all(
            "SELECT id FROM posts WHERE author_id = $1 AND id < $2 AND NOT deleted ORDER BY id DESC LIMIT $3",
            author_id, before, limit,
        )  # fmt: skip
        return [row[0] for row in rows]

    async def newest_originals_of_author(
        self, reader: Reader, author_id: int, before: int, limit: int
    ) -> list[int]:  # fmt: skip
        """Return an author's newest posts that are no replies, newest first."""
        rows = await reader.all(
            "SELECT id FROM posts WHERE author_id = $1 AND id < $2 AND NOT deleted AND reply_to IS NULL"
            " ORDER BY id DESC LIMIT $3",
            author_id, before, limit,
        )  # fmt: skip
        return [row[0] for row in rows]

    async def newest_with_media_of_author(
        self, reader: Reader, author_id: int, before: int, limit: int
    ) -> list[int]:  # fmt: skip
        """Return an author's newest posts that show pictures, newest first."""
        rows = await reader.all(
            "SELECT id FROM posts WHERE author_id = $1 AND id < $2 AND NOT deleted AND has_media"
            " ORDER BY id DESC LIMIT $3",
            author_id, before, limit,
        )  # fmt: skip
        return [row[0] for row in rows]

    async def newest_id_of_each(self, reader: Reader, author_ids: Sequence[int], before: int) -> dict[int, int]:
        """Return the newest post below an id of those of the authors that have one, by author."""
        row = await reader.first(
            "SELECT string_agg(int8send(author_id), ''), string_agg(int8send(newest), '') FROM (SELECT a.id AS"
            " author_id, coalesce((SELECT max(id) FROM posts WHERE author_id = a.id AND id < $2 AND NOT deleted), 0)"
            " AS newest FROM unnest($1::bigint[]) AS a(id)) AS each",
            author_ids, before,
        )  # fmt: skip
        return _by_author(row)

    async def oldest_id_of_each(self, reader: Reader, author_ids: Sequence[int], after: int) -> dict[int, int]:
        """Return the oldest post above an id of those of the authors that have one, by author."""
        row = await reader.first(
            "SELECT string_agg(int8send(author_id), ''), string_agg(int8send(oldest), '') FROM (SELECT a.id AS"
            " author_id, coalesce((SELECT min(id) FROM posts WHERE author_id = a.id AND id > $2 AND NOT deleted), 0)"
            " AS oldest FROM unnest($1::bigint[]) AS a(id)) AS each",
            author_ids, after,
        )  # fmt: skip
        return _by_author(row)

    async def newest_of_each(
        self, reader: Reader, author_ids: Sequence[int], before: int, limit: int, least: int = 0
    ) -> "dict[int, array[int]]":
        """Return the newest `limit` posts of each author in [`least`, `before`), newest first."""
        rows = await reader.all(
            "SELECT a.id, (SELECT string_agg(int8send(id), '') FROM (SELECT id FROM posts WHERE author_id = a.id"
            " AND id < $2 AND id >= $4 AND NOT deleted ORDER BY id DESC LIMIT $3) AS newest)"
            " FROM unnest($1::bigint[]) AS a(id)",
            author_ids, before, limit, least,
        )  # fmt: skip
        return {row[0]: unpack(row[1]) for row in rows}

    async def oldest_of_each(
        self, reader: Reader, author_ids: Sequence[int], after: int, limit: int, most: int = MAX_ID
    ) -> "dict[int, array[int]]":
        """Return the oldest `limit` posts of each author in (`after`, `most`], oldest first."""
        rows = await reader.all(
            "SELECT a.id, (SELECT string_agg(int8send(id), '') FROM (SELECT id FROM posts WHERE author_id = a.id"
            " AND id > $2 AND id <= $4 AND NOT deleted ORDER BY id LIMIT $3) AS oldest)"
            " FROM unnest($1::bigint[]) AS a(id)",
            author_ids, after, limit, most,
        )  # fmt: skip
        return {row[0]: unpack(row[1]) for row in rows}

    async def newest_public(self, reader: Reader, before: int, limit: int) -> list[int]:
        """Return the newest posts and quotes of all that are no replies, newest first."""
        rows = await reader.all(
            "SELECT id FROM posts WHERE id < $1 AND NOT deleted AND reply_to IS NULL AND NOT is_retweet"
            " ORDER BY id DESC LIMIT $2",
            before, limit,
        )  # fmt: skip
        return [row[0] for row in rows]

    async def written_after(self, reader: Reader, after: int, limit: int) -> list[PostRow]:
        """Return the next posts of all by id that are no retweets and not deleted."""
        rows = await reader.all(
            f"SELECT {_COLUMNS} FROM posts WHERE id > $1 AND NOT deleted AND NOT is_retweet ORDER BY id LIMIT $2",  # noqa: S608
            after, limit,
        )  # fmt: skip
        return [_post(row) for row in rows]

    async def replies(self, reader: Reader, post_id: int, after: int, limit: int) -> list[int]:
        """Return the direct replies to a post, deleted ones too, oldest first."""
        rows = await reader.all(
            "SELECT id FROM posts WHERE reply_to = $1 AND id > $2 ORDER BY id LIMIT $3", post_id, after, limit
        )
        return [row[0] for row in rows]

    async def replies_of_each(self, reader: Reader, post_ids: Sequence[int], limit: int) -> list[tuple[int, int]]:
        """Return (parent id, reply id) of the direct replies to posts, deleted ones too, oldest first."""
        rows = await reader.all(
            "SELECT reply_to, id FROM posts WHERE reply_to = ANY($1) ORDER BY id LIMIT $2", post_ids, limit
        )
        return [(row[0], row[1]) for row in rows]

    async def ancestors(self, reader: Reader, post_id: int, limit: int) -> list[int]:
        """Return the chain of what a post replies to, nearest first, deleted ones too."""
        rows = await reader.all(
            "WITH RECURSIVE chain (id, depth) AS (SELECT reply_to, 1 FROM posts WHERE id = $1"
            " UNION ALL SELECT p.reply_to, depth + 1 FROM chain JOIN posts AS p ON p.id = chain.id WHERE depth < $2)"
            " SELECT id FROM chain WHERE id IS NOT NULL ORDER BY depth",
            post_id, limit,
        )  # fmt: skip
        return [row[0] for row in rows]

    async def retweet_ids(self, reader: Reader, post_id: int, limit: int) -> list[int]:
        """Return some retweets of a post."""
        rows = await reader.all("SELECT id FROM retweets WHERE post_id = $1 LIMIT $2", post_id, limit)
        return [row[0] for row in rows]

    async def posts_counts(self, reader: Reader, author_ids: Sequence[int]) -> dict[int, int]:
        """Return how many posts those of the authors have that have any; retweets are not counted."""
        rows = await reader.all(
            "SELECT author_id, count(*) FROM posts WHERE author_id = ANY($1) AND NOT deleted AND NOT is_retweet"
            " GROUP BY author_id",
            author_ids,
        )
        return {row[0]: row[1] for row in rows}

    async def replies_counts(self, reader: Reader, post_ids: Sequence[int]) -> dict[int, int]:
        """Return how many replies those of the posts have that have any."""
        rows = await reader.all(
            "SELECT reply_to, count(*) FROM posts WHERE reply_to = ANY($1) AND NOT deleted GROUP BY reply_to", post_ids
        )
        return {row[0]: row[1] for row in rows}

    async def retweets_counts(self, reader: Reader, post_ids: Sequence[int]) -> dict[int, int]:
        """Return how many retweets those of the posts have that have any."""
        rows = await reader.all(
            "SELECT post_id, count(*) FROM retweets WHERE post_id = ANY($1) GROUP BY post_id", post_ids
        )
        return {row[0]: row[1] for row in rows}

    async def miscounted_authors(self, reader: Reader) -> list[int]:
        """Return the accounts whose kept number of posts is not that of the rows."""
        rows = await reader.all(
            "SELECT id FROM accounts WHERE posts_count <>"
            " (SELECT count(*) FROM posts WHERE author_id = accounts.id AND NOT deleted AND NOT is_retweet)"
        )
        return [row[0] for row in rows]

    async def miscounted_replies(self, reader: Reader) -> list[int]:
        """Return the posts whose kept number of replies is not that of the rows."""
        rows = await reader.all(
            "SELECT p.id FROM post_counts AS c JOIN posts AS p ON p.id = c.post_id WHERE NOT p.deleted AND c.replies <>"
            " (SELECT count(*) FROM posts AS r WHERE r.reply_to = c.post_id AND NOT r.deleted)"
        )
        return [row[0] for row in rows]

    async def miscounted_retweets(self, reader: Reader) -> list[int]:
        """Return the posts whose kept number of retweets is not that of the rows."""
        rows = await reader.all(
            "SELECT p.id FROM post_counts AS c JOIN posts AS p ON p.id = c.post_id WHERE NOT p.deleted"
            " AND c.retweets <> (SELECT count(*) FROM retweets AS r WHERE r.post_id = c.post_id)"
        )
        return [row[0] for row in rows]

    async def kept_counts(self, reader: Reader, column: str, post_ids: Sequence[int]) -> dict[int, int]:
        """Return one of the counts of those of the posts that are not deleted."""
        rows = await reader.all(
            f"SELECT c.post_id, c.{column} FROM post_counts AS c JOIN posts AS p ON p.id = c.post_id"  # noqa: S608
            " WHERE c.post_id = ANY($1) AND NOT p.deleted",
            post_ids,
        )
        return {row[0]: row[1] for row in rows}

    async def set_counts(self, tx: Transaction, column: str, counts: Mapping[int, int]) -> None:
        """Replace one of the counts of many posts."""
        await tx.run_many(
            f"UPDATE post_counts SET {column} = $2 WHERE post_id = $1",  # noqa: S608
            sorted(counts.items()),
        )
