"""Sessions: one a device, kept alive by refresh tokens that are spent at each use.

A refresh token that comes back after it was spent has been copied, so its whole session ends
(rotation with reuse detection, RFC 9700 section 4.14).
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from chirrup.accounts.events import SessionEnded
from chirrup.accounts.models import Status, Viewer
from chirrup.accounts.passwords import Passwords, check_password
from chirrup.accounts.store import AccountStore, SessionRow, SessionStore
from chirrup.accounts.tokens import Tokens
from chirrup.platform.clock import Clock
from chirrup.platform.errors import Forbidden, NotAuthenticated, NotFound
from chirrup.platform.ids import IdGenerator
from chirrup.platform.ports import Cache, Database, Transaction
from chirrup.platform.repeating import repeatable

_DAY = 86_400_000


class Device(msgspec.Struct, frozen=True):
    """Where a session is used from."""

    user_agent: str
    address: str


class Grant(msgspec.Struct, frozen=True):
    """What a login gives; `expires_in` in seconds."""

    account_id: int
    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Sessions:
    """The verbs of sessions."""

    db: Database
    accounts: AccountStore
    store: SessionStore
    passwords: Passwords
    tokens: Tokens
    ids: IdGenerator
    clock: Clock
    cache: Cache
    lifetime: int
    """Milliseconds that a session lives after its last refresh."""

    async def log_in(self, login: str, password: str, device: Device) -> Grant:
        """Open a session by username or e-mail and password.

        Raises:
            NotAuthenticated: they do not fit.
            Forbidden: they fit, and the account is banned.
        """
        found = await self.accounts.credentials(self.db.read, login)
        account_id, kept, status = found or (0, None, Status.ACTIVE)
        right, better = await self.passwords.verify(password, kept)
        if not right:
            raise NotAuthenticated("Username or password is wrong.")
        if status is not Status.ACTIVE:
            raise Forbidden("This account is banned.")
        if better is not None:
            async with self.db.transaction() as tx:
                await self.accounts.set_password_hash(tx, account_id, better)
        return await self.open(account_id, device)

    @repeatable
    async def open(self, account_id: int, device: Device) -> Grant:
        """Open a session of an account."""
        now = self.clock.now()
        session_id = self.ids.new(account_id)
        session = SessionRow(
            session_id, account_id, now, now, now + self.lifetime, device.user_agent[:200], device.address
        )
        refresh_token, token_hash = _new_token()
        async with self.db.transaction() as tx:
            await self.store.insert(tx, session)
            await self.store.insert_token(tx, token_hash, session_id)
        return self._grant(account_id, session_id, refresh_token)

    @repeatable
    async def refresh(self, refresh_token: str, device: Device) -> Grant:
        """Exchange a refresh token, which is spent by that, for a fresh pair.

        Raises:
            NotAuthenticated: it is unknown or its session has ended; where it was spent before, the session ends now.
        """
        now = self.clock.now()
        token_hash = _hash(refresh_token)
        fresh_token, fresh_hash = _new_token()
        account_id = None
        async with self.db.transaction() as tx:
            session_id, spent = await self.store.token(tx, token_hash) or (0, False)
            account_id = await self.store.owner(tx, session_id, now)
            if account_id is not None and (spent or not await self.store.spend(tx, token_hash, now)):
                await self._revoke(tx, session_id, account_id, now)
                account_id = None
            elif account_id is not None:
                await self.store.insert_token(tx, fresh_hash, session_id)
                await self.store.touch(
                    tx, session_id, now, now + self.lifetime, device.user_agent[:200], device.address
                )
        if account_id is None:
            raise NotAuthenticated("The session has ended; log in again.")
        return self._grant(account_id, session_id, fresh_token)

    async def continue_with(self, refresh_token: str) -> Grant:
        """Return a fresh access token for an unspent refresh token, which stays as it is.

        Raises:
            NotAuthenticated: it is unknown or spent, or its session has ended.
        """
        session_id, spent = await self.store.token(self.db.read, _hash(refresh_token)) or (0, True)
        account_id = await self.store.owner(self.db.read, session_id, self.clock.now())
        if spent or account_id is None:
            raise NotAuthenticated("The session has ended; log in again.")
        return self._grant(account_id, session_id, refresh_token)

    @repeatable
    async def log_out(self, refresh_token: str) -> None:
        """End the session of a refresh token; one that is over already stays so."""
        now = self.clock.now()
        async with self.db.transaction() as tx:
            session_id, _ = await self.store.token(tx, _hash(refresh_token)) or (0, False)
            account_id = await self.store.owner(tx, session_id, now)
            if account_id is not None:
                await self._revoke(tx, session_id, account_id, now)

    @repeatable
    async def change_password(self, viewer: Viewer, current: str, new: str) -> None:
        """Replace the password and end all other sessions of the account.

        Raises:
            Forbidden: the current password is wrong.
            RuleBroken: the new one is not allowed.
        """
        account = (await self.accounts.by_ids(self.db.read, [viewer.id]))[viewer.id]
        right, _ = await self.passwords.verify(current, await self.accounts.password_hash(self.db.read, viewer.id))
        if not right:
            raise Forbidden("The current password is wrong.", field="current_password")
        check_password(new, account.username)
        password_hash = await self.passwords.hash(new)
        async with self.db.transaction() as tx:
            await self.accounts.set_password_hash(tx, viewer.id, password_hash)
            await self.revoke_all(tx, viewer.id, but=viewer.session_id)

    async def revoke_all(self, tx: Transaction, account_id: int, but: int = 0) -> None:
        """End the sessions of an account, all but one if that is named."""
        now = self.clock.now()
        for session in await self.store.alive(tx, account_id, now):
            if session.id != but:
                await self._revoke(tx, session.id, account_id, now)

    async def alive(self, viewer: Viewer) -> list[SessionRow]:
        """Return the living sessions of the viewer, last used first."""
        return await self.store.alive(self.db.read, viewer.id, self.clock.now())

    @repeatable
    async def end(self, viewer: Viewer, session_id: int) -> None:
        """End one session of the viewer.

        Raises:
            NotFound: the viewer has no such living session.
        """
        async with self.db.transaction() as tx:
            if not await self._revoke(tx, session_id, viewer.id, self.clock.now()):
                raise NotFound("There is no such session.")

    async def authenticate(self, access_token: str) -> Viewer:
        """Return who sends an access token.

        Raises:
            NotAuthenticated: the token is not valid, or its session has ended.
        """
        claims = self.tokens.verify(access_token)
        viewer: Viewer | None = await self.cache.fetch_one("session", claims.session_id, self._load_viewers)
        if viewer is None or viewer.id != claims.account_id:
            raise NotAuthenticated("The session has ended; log in again.")
        return viewer

    def expiry(self, access_token: str) -> int:
        """Return when a token expires, in milliseconds since the Unix epoch.

        Raises:
            NotAuthenticated: it is not valid.
        """
        return self.tokens.verify(access_token).expires * 1000

    async def living(self, session_ids: Sequence[int]) -> set[int]:
        """Return those of the sessions that have not ended."""
        found = await self.cache.fetch("session", session_ids, self._load_viewers)
        return {session_id for session_id, viewer in zip(session_ids, found, strict=True) if viewer is not None}

    async def delete_expired(self) -> int:
        """Delete what has been over for a week; return how many rows."""
        async with self.db.transaction() as tx:
            return await self.store.delete_expired(tx, self.clock.now() - 7 * _DAY)

    async def _revoke(self, tx: Transaction, session_id: int, account_id: int, now: int) -> bool:
        """End a session of an account, and return whether it was alive."""
        revoked = await self.store.revoke(tx, session_id, account_id, now)
        if revoked:
            tx.publish(SessionEnded(account_id=account_id, session_id=session_id))
            tx.forget("session", session_id)
        return revoked

    async def _load_viewers(self, session_ids: list[int]) -> dict[int, Viewer]:
        now = self.clock.now()
        owners = {key: await self.store.owner(self.db.read, key, now) for key in session_ids}
        return {key: Viewer(owner, key) for key, owner in owners.items() if owner is not None}

    def _grant(self, account_id: int, session_id: int, refresh_token: str) -> Grant:
        return Grant(account_id, self.tokens.sign(account_id, session_id), refresh_token, self.tokens.lifetime)


def _new_token() -> tuple[str, bytes]:
    token = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return token, _hash(token)


def _hash(token: str) -> bytes:
    # a random token of 256 bits needs no slow hash
    return hashlib.sha256(token.encode()).digest()
