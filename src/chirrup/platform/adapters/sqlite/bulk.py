"""Loading a follow graph into SQLite, in batches that are sorted and written in the order of the tables.

Each batch is one transaction: its accounts, its follows and their counts are there together or not at all, so that
what was loaded stays right whenever the process ends, and loading it again adds nothing. The account of a number has an
id made from the number alone; where somebody has the name `u<number>` already, that account is meant.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from chirrup.platform.adapters.sqlite.database import connect
from chirrup.platform.ids import EPOCH

NUMBERS = 1 << 40
"""Numbers of accounts are below this."""
_DIGITS = len(str(NUMBERS))
_CACHE_KIB = 262_144
_INDEX = "CREATE UNIQUE INDEX IF NOT EXISTS follows_of_followee ON follows (followee_id, id, follower_id)"

# ids of accounts: milliseconds from the number's high bits, shard 0, the sequence from its low 12 bits
_ID = "((({0} >> 12) + 1) << 22 | ({0} & 4095))"
_NUMBER = "((({0} >> 22) - 1) << 12 | ({0} & 4095))"

_SCHEMA = """
CREATE TEMP TABLE pairs (follower INTEGER NOT NULL, followee INTEGER NOT NULL);
CREATE TEMP TABLE taken (number INTEGER PRIMARY KEY, id INTEGER NOT NULL);
CREATE TEMP TABLE fresh (n INTEGER PRIMARY KEY, follower_id INTEGER NOT NULL, followee_id INTEGER NOT NULL);
"""
# a name that somebody chose, or an account of ours that its owner has deleted (which is not to be followed again)
_TAKEN = f"""
SELECT substr(login, 2), account_id, status FROM logins JOIN accounts ON accounts.id = account_id
WHERE login >= 'u0' AND login < 'u:'
AND login NOT GLOB 'u*[^0-9]*' AND login NOT GLOB 'u0?*'
AND (status = 'deleted' OR account_id <> {_ID.format("CAST(substr(login, 2) AS INTEGER)")})
"""  # noqa: S608 - no values from outside
_FORGET_KNOWN = """
DELETE FROM fresh WHERE EXISTS (
    SELECT 1 FROM follows WHERE follows.follower_id = fresh.follower_id AND follows.followee_id = fresh.followee_id
)
"""
_NEW = f"""
(SELECT id, 'u' || {_NUMBER.format("id")} AS name
FROM (SELECT follower_id AS id FROM fresh UNION SELECT followee_id FROM fresh) AS named
WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = named.id))
"""  # noqa: S608
_NEW_LOGINS = f"INSERT INTO logins (login, account_id) SELECT name, id FROM {_NEW} ORDER BY name"  # noqa: S608
_NEW_ACCOUNTS = f"INSERT INTO accounts (id, username, display_name) SELECT id, name, name FROM {_NEW} ORDER BY id"  # noqa: S608
_COUNT = """
UPDATE accounts SET {counter} = {counter} + added.n
FROM (SELECT {side} AS id, count(*) AS n FROM fresh GROUP BY {side}) AS added WHERE accounts.id = added.id
"""


class GraphLoad:
    """One load; the caller holds the data directory alone."""

    def __init__(self, database: Path, now: int) -> None:
        """Open the database; `now`, in milliseconds since the Unix epoch, is when the follows begin."""
        self._connection = connect(database)
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._connection.execute("PRAGMA temp_store = FILE")
        self._connection.execute("PRAGMA busy_timeout = 30000")
        self._connection.executescript(_SCHEMA)
        self._start = now - EPOCH
        self.deleted: frozenset[int] = frozenset()
        self._any_taken = False
        self._numbered = 0
        self.follows = 0
        self.accounts = 0
        self._remember_taken()

    def __enter__(self) -> "GraphLoad":
        """Go on."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget what was not saved."""
        self._connection.close()

    @staticmethod
    def repair() -> str:
        """Return the SQL that must run after a load, also one that was interrupted."""
        return _INDEX

    def is_first(self) -> bool:
        """Return whether nobody follows anybody yet."""
        return self._connection.execute("SELECT 1 FROM follows LIMIT 1").fetchone() is None

    def drop_index(self) -> None:
        """Drop the index by followee: making it once, at the end, takes a fraction of the time of keeping it."""
        self._connection.execute("DROP INDEX IF EXISTS follows_of_followee")

    def add(self, followers: Sequence[int], followees: Sequence[int]) -> None:
        """Add follows, by the numbers of their accounts, to the batch."""
        if not self._connection.in_transaction:
            # touches temporary tables only, and locks nobody out
            self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO pairs VALUES (?, ?)", zip(followers, followees, strict=True))

    def save(self) -> None:
        """Write the batch; it is on disk when this returns."""
        if not self._connection.in_transaction:
            return
        run = self._connection.execute
        run("COMMIT")
        run("BEGIN IMMEDIATE")
        follower, followee = _ID.format("follower"), _ID.format("followee")
        if self._any_taken:
            follower = f"coalesce((SELECT id FROM taken WHERE number = follower), {follower})"  # noqa: S608
            followee = f"coalesce((SELECT id FROM taken WHERE number = followee), {followee})"  # noqa: S608
        # grouping sorts, so that all that follows goes through the tables in their order
        run(
            "INSERT INTO fresh (follower_id, followee_id)"  # noqa: S608 - no values from outside
            f" SELECT {follower} AS a, {followee} AS b FROM pairs GROUP BY a, b ORDER BY a, b"
        )
        numbered = run("SELECT coalesce(max(n), 0) FROM fresh").fetchone()[0]
        run(_FORGET_KNOWN)
        run(_NEW_LOGINS)
        self.accounts += run(_NEW_ACCOUNTS).rowcount
        # ids as `platform.ids` makes them, distinct over the whole load; the odd factor scatters the sequence
        run(
            "INSERT INTO follows (follower_id, followee_id, id) SELECT follower_id, followee_id,"
            " ($1 + (($2 + n) >> 12)) << 22 | (follower_id & 1023) << 12 | (($2 + n) * 2531 & 4095)"
            " FROM fresh ORDER BY n",
            (self._start, self._numbered),
        )
        run(_COUNT.format(counter="following_count", side="follower_id"))
        run(_COUNT.format(counter="followers_count", side="followee_id"))
        self.follows += run("SELECT count(*) FROM fresh").fetchone()[0]
        self._numbered += numbered
        run("DELETE FROM fresh")
        run("DELETE FROM pairs")
        run("COMMIT")

    def _remember_taken(self) -> None:
        rows = self._connection.execute(_TAKEN).fetchall()
        known = [(int(digits), account_id, status) for digits, account_id, status in rows if len(digits) <= _DIGITS]
        self.deleted = frozenset(number for number, _, status in known if status == "deleted")
        self._connection.executemany("INSERT INTO taken VALUES (?, ?)", [row[:2] for row in known])
        self._any_taken = bool(known)
