"""What the rows of any database must say of each other."""

from collections.abc import Iterator

import msgspec

SHOWN = 5
"""How many examples a finding names."""

# table, the column that names a row of another table, and that table
_REFERENCES = (
    ("logins", "account_id", "accounts"),
    ("follows", "follower_id", "accounts"),
    ("follows", "followee_id", "accounts"),
    ("blocks", "blocker_id", "accounts"),
    ("blocks", "blocked_id", "accounts"),
    ("mutes", "muter_id", "accounts"),
    ("mutes", "muted_id", "accounts"),
    ("posts", "author_id", "accounts"),
    ("posts", "reply_to", "posts"),
    ("posts", "conversation_id", "posts"),
    ("posts", "retweet_of", "posts"),
    ("likes", "account_id", "accounts"),
    ("likes", "post_id", "posts"),
    ("media", "owner_id", "accounts"),
    ("media", "file_id", "media_files"),
    ("media", "post_id", "posts"),
    ("retweets", "account_id", "accounts"),
    ("retweets", "post_id", "posts"),
    ("retweets", "id", "posts"),
)


class Finding(msgspec.Struct, frozen=True):
    """What one examination found; `detail` is empty where nothing is wrong."""

    examined: str
    wrong: int
    detail: str = ""


class Question(msgspec.Struct, frozen=True):
    """What to look for: a query that counts, and one whose first column gives examples of what is wrong."""

    examined: str
    count: str
    examples: str
    meaning: str
    """What the examples are."""

    def finding(self, wrong: int, examples: list[object]) -> Finding:
        """Return the answer."""
        detail = f"{self.meaning} {', '.join(map(str, examples))}" if wrong else ""
        return Finding(self.examined, wrong, detail)


def questions() -> Iterator[Question]:
    """Yield what to ask of every database."""
    for table, column, other in _REFERENCES:
        strays = f"WHERE t.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {other} AS o WHERE o.id = t.{column})"  # noqa: S608
        yield _ask(f"{table}.{column}", f"t.{column}", f"{table} AS t {strays}", f"no {other}")
    yield _ask(
        "post_counts",
        "p.id",
        "posts AS p WHERE NOT EXISTS (SELECT 1 FROM post_counts AS c WHERE c.post_id = p.id)",
        "no counts of posts",
    )
    yield _ask(
        "logins",
        "a.id",
        "accounts AS a WHERE NOT EXISTS"
        " (SELECT 1 FROM logins AS l WHERE l.login = lower(a.username) AND l.account_id = a.id)",
        "no name leads to accounts",
    )


def _ask(examined: str, column: str, rows: str, meaning: str) -> Question:
    return Question(
        examined,
        f"SELECT count(*) FROM {rows}",  # noqa: S608 - constants
        f"SELECT DISTINCT {column} FROM {rows} LIMIT {SHOWN}",  # noqa: S608
        meaning,
    )
