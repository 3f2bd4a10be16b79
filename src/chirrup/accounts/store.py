"""All SQL of accounts and sessions."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from chirrup.accounts.models import USERNAME, Account, Counter, Role, Status, has_control_characters
from chirrup.platform.ports import Reader, Row, Transaction

_COLUMNS = (
    "id, username, email, display_name, bio, avatar_url, banner_url, role, status, verified, is_bot,"
    " followers_count, following_count, posts_count"
)


class SessionRow(msgspec.Struct, frozen=True):
    """A session; times in milliseconds since the Unix epoch."""

    id: int
    account_id: int
    created_at: int
    last_used_at: int
    expires_at: int
    user_agent: str
    address: str


class AccountStore:
    """Queries over accounts."""

    def __init__(self, portraits: str = "/media/") -> None:
        """`portraits` is what the addresses of avatars and banners begin with, of which rows have the rest."""
        self._portraits = portraits

    def _account(self, row: Row) -> Account:
        fields = dict(zip(Account.__struct_fields__, row, strict=True))
        for field in ("avatar_url", "banner_url"):
            if fields[field] is not None:
                fields[field] = self._portraits + fields[field]
        return msgspec.convert(fields, Account, strict=False)

    async def insert(
        self, tx: Transaction, account_id: int, username: str, email: str | None, password_hash: str | None,
        display_name: str,
    ) -> bool:  # fmt: skip
        """Return whether the id was free."""
        return await tx.run(
            "INSERT INTO accounts (id, username, email, password_hash, display_name)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            account_id, username, email, password_hash, display_name,
        ) == 1  # fmt: skip

    async def claim(self, tx: Transaction, login: str, account_id: int) -> bool:
        """Return whether a lower-case username or an e-mail address was free, and now leads to the account."""
        return await tx.run(
            "INSERT INTO logins (login, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", login, account_id
        ) == 1  # fmt: skip

    async def by_ids(self, reader: Reader, account_ids: Sequence[int]) -> dict[int, Account]:
        """Return the accounts that exist, in whatever status."""
        rows = await reader.all(f"SELECT {_COLUMNS} FROM accounts WHERE id = ANY($1)", account_ids)  # noqa: S608
        return {row[0]: self._account(row) for row in rows}

    async def id_by_username(self, reader: Reader, username: str) -> int | None:
        """Return the account of a name, without regard to case, in whatever status."""
        # addresses lead to accounts, too, but are nobody's business
        if not USERNAME.fullmatch(username):
            return None
        row = await reader.first("SELECT account_id FROM logins WHERE login = $1", username.lower())
        return row[0] if row else None

    async def ids_by_username(self, reader: Reader, usernames: Sequence[str]) -> dict[str, tuple[int, str]]:
        """Return id and spelling of the active accounts of lower-case names."""
        rows = await reader.all(
            "SELECT login, id, username FROM logins JOIN accounts ON accounts.id = account_id"
            " WHERE login = ANY($1) AND status = 'active'",
            usernames,
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    async def credentials(self, reader: Reader, login: str) -> tuple[int, str | None, Status] | None:
        """Return id, password hash and status by username or e-mail."""
        if has_control_characters(login):
            return None
        row = await reader.first(
            "SELECT id, password_hash, status FROM accounts WHERE id ="
            " (SELECT account_id FROM logins WHERE login = $1)",
            login.lower(),
        )
        return (row[0], row[1], Status(row[2])) if row else None

    async def password_hash(self, reader: Reader, account_id: int) -> str | None:
        """Return the password hash of an account."""
        row = await reader.first("SELECT password_hash FROM accounts WHERE id = $1", account_id)
        return row[0] if row else None

    async def set_password_hash(self, tx: Transaction, account_id: int, password_hash: str) -> None:
        """Replace the password hash of an account."""
        await tx.run("UPDATE accounts SET password_hash = $2 WHERE id = $1", account_id, password_hash)

    async def set_portrait(
        self, tx: Transaction, account_id: int, portrait: Literal["avatar", "banner"], name: str | None
    ) -> None:
        """Replace or remove one of an account's pictures."""
        await tx.run(f"UPDATE accounts SET {portrait}_url = $2 WHERE id = $1", account_id, name)  # noqa: S608

    async def set_profile(self, tx: Transaction, account_id: int, display_name: str, bio: str, is_bot: bool) -> None:
        """Replace what an account says of itself."""
        await tx.run(
            "UPDATE accounts SET display_name = $2, bio = $3, is_bot = $4 WHERE id = $1",
            account_id, display_name, bio, is_bot,
        )  # fmt: skip

    async def set_status(self, tx: Transaction, account_id: int, old: Status, new: Status) -> bool:
        """Return whether the account had the old status and now has the new one."""
        return (
            await tx.run(
                "UPDATE accounts SET status = $3 WHERE id = $1 AND status = $2", account_id, old.value, new.value
            )
            == 1
        )

    async def set_role(self, tx: Transaction, account_id: int, role: Role) -> None:
        """Give an account a role."""
        await tx.run("UPDATE accounts SET role = $2 WHERE id = $1", account_id, role)

    async def set_verified(self, tx: Transaction, account_id: int, *, verified: bool) -> None:
        """Mark an account as the one that it says it is, or not."""
        await tx.run("UPDATE accounts SET verified = $2 WHERE id = $1", account_id, verified)

    async def erase(self, tx: Transaction, account_id: int) -> None:
        """Remove what is personal; the name stays taken, so that nobody can pose as its last owner."""
        await tx.run("DELETE FROM logins WHERE login = (SELECT email FROM accounts WHERE id = $1)", account_id)
        await tx.run(
            "UPDATE accounts SET status = 'deleted', email = NULL, password_hash = NULL, display_name = '', bio = '',"
            " avatar_url = NULL, banner_url = NULL, role = 'member' WHERE id = $1",
            account_id,
        )

    async def add_counts(self, tx: Transaction, counter: Counter, deltas: Mapping[int, int]) -> None:
        """Add to one counter of many accounts."""
        await tx.run_many(
            f"UPDATE accounts SET {counter} = greatest(0, {counter} + $2) WHERE id = $1",  # noqa: S608
            [(account_id, delta) for account_id, delta in sorted(deltas.items()) if delta],
        )

    async def set_counts(self, tx: Transaction, counter: Counter, counts: Mapping[int, int]) -> None:
        """Replace one counter of many accounts."""
        await tx.run_many(
            f"UPDATE accounts SET {counter} = $2 WHERE id = $1",  # noqa: S608
            sorted(counts.items()),
        )

    async def after(self, reader: Reader, after: int, limit: int) -> list[Account]:
        """Return the next accounts by id, in whatever status."""
        rows = await reader.all(
            f"SELECT {_COLUMNS} FROM accounts WHERE id > $1 ORDER BY id LIMIT $2",  # noqa: S608
            after,
            limit,
        )
        return [self._account(row) for row in rows]

    async def kept_counts(self, reader: Reader, counter: Counter, account_ids: Sequence[int]) -> dict[int, int]:
        """Return one counter of many accounts."""
        rows = await reader.all(
            f"SELECT id, {counter} FROM accounts WHERE id = ANY($1)",  # noqa: S608
            account_ids,
        )
        return {row[0]: row[1] for row in rows}


class SessionStore:
    """Queries over sessions and refresh tokens."""

    async def insert(self, tx: Transaction, session: SessionRow) -> None:
        """Add a session."""
        await tx.run(
            "INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at, user_agent, address)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            *(getattr(session, field) for field in SessionRow.__struct_fields__),
        )

    async def insert_token(self, tx: Transaction, token_hash: bytes, session_id: int) -> None:
        """Add a refresh token."""
        await tx.run("INSERT INTO refresh_tokens (token_hash, session_id) VALUES ($1, $2)", token_hash, session_id)

    async def token(self, reader: Reader, token_hash: bytes) -> tuple[int, bool] | None:
        """Return the session of a refresh token and whether the token is spent."""
        row = await reader.first(
            "SELECT session_id, spent_at IS NOT NULL FROM refresh_tokens WHERE token_hash = $1", token_hash
        )
        return (row[0], bool(row[1])) if row else None

    async def spend(self, tx: Transaction, token_hash: bytes, now: int) -> bool:
        """Mark a refresh token as used; return whether it was not yet."""
        return await tx.run(
            "UPDATE refresh_tokens SET spent_at = $2 WHERE token_hash = $1 AND spent_at IS NULL", token_hash, now
        ) == 1  # fmt: skip

    async def owner(self, reader: Reader, session_id: int, now: int) -> int | None:
        """Return the active account of a session that is alive."""
        row = await reader.first(
            "SELECT account_id FROM sessions JOIN accounts ON accounts.id = account_id"
            " WHERE sessions.id = $1 AND revoked_at IS NULL AND expires_at > $2 AND status = 'active'",
            session_id, now,
        )  # fmt: skip
        return row[0] if row else None

    async def touch(
        self, tx: Transaction, session_id: int, now: int, expires_at: int, user_agent: str, address: str
    ) -> None:
        """Record the use of a session."""
        await tx.run(
            "UPDATE sessions SET last_used_at = $2, expires_at = $3, user_agent = $4, address = $5 WHERE id = $1",
            session_id, now, expires_at, user_agent, address,
        )  # fmt: skip

    async def revoke(self, tx: Transaction, session_id: int, account_id: int, now: int) -> bool:
        """Return whether a living session of this account has been ended."""
        return await tx.run(
            "UPDATE sessions SET revoked_at = $3 WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL",
            session_id, account_id, now,
        ) == 1  # fmt: skip

    async def alive(self, reader: Reader, account_id: int, now: int) -> list[SessionRow]:
        """Return the living sessions of an account, last used first."""
        rows = await reader.all(
            "SELECT id, account_id, created_at, last_used_at, expires_at, user_agent, address FROM sessions"
            " WHERE account_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY last_used_at DESC, id DESC",
            account_id, now,
        )  # fmt: skip
        return [SessionRow(*row) for row in rows]

    async def delete_expired(self, tx: Transaction, before: int) -> int:
        """Delete sessions that ended, and tokens that were spent, before a moment; return how many rows."""
        spent = await tx.run("DELETE FROM refresh_tokens WHERE spent_at < $1", before)
        ended = await tx.run(
            "DELETE FROM refresh_tokens WHERE session_id IN"
            " (SELECT id FROM sessions WHERE expires_at < $1 OR revoked_at < $1)",
            before,
        )
        return spent + ended + await tx.run("DELETE FROM sessions WHERE expires_at < $1 OR revoked_at < $1", before)
