"""What can be done with an account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from chirrup.accounts.events import AccountBanned, AccountDeleted, AccountRegistered, AccountUnbanned, ProfileChanged
from chirrup.accounts.models import (
    BIO_LENGTH,
    DISPLAY_NAME_LENGTH,
    Account,
    Counter,
    Role,
    Status,
    Summary,
    Viewer,
    check_email,
    check_line,
    check_username,
)
from chirrup.accounts.passwords import Passwords, check_password
from chirrup.accounts.sessions import Sessions
from chirrup.accounts.store import AccountStore
from chirrup.platform.errors import Conflict, Forbidden, NotFound
from chirrup.platform.ids import IdGenerator
from chirrup.platform.ports import Cache, Database, Transaction
from chirrup.platform.repeating import repeatable


@dataclass(frozen=True, slots=True)
class Accounts:
    """The verbs of accounts."""

    db: Database
    store: AccountStore
    sessions: Sessions
    passwords: Passwords
    ids: IdGenerator
    cache: Cache

    @repeatable
    async def register(self, username: str, email: str | None, password: str, display_name: str | None) -> Account:
        """Make an account.

        Raises:
            RuleBroken: a field breaks its rule.
            Conflict: the username or the e-mail address is taken.
        """
        check_username(username)
        check_password(password, username)
        name = (display_name or "").strip() or username
        check_line(name, "display_name", DISPLAY_NAME_LENGTH)
        if email is not None:
            email = email.strip().lower()
            check_email(email)
        password_hash = await self.passwords.hash(password)
        account_id = self.ids.new(0)
        async with self.db.transaction() as tx:
            while not await self.store.insert(tx, account_id, username, email, password_hash, name):
                account_id = self.ids.new(0)
            if not await self.store.claim(tx, username.lower(), account_id):
                raise Conflict("This username is taken.", field="username")
            if email is not None and not await self.store.claim(tx, email, account_id):
                raise Conflict("There is an account with this e-mail address.", field="email")
            tx.publish(AccountRegistered(account_id=account_id))
        return await self.get(account_id)

    async def get(self, account_id: int) -> Account:
        """Return an account by id.

        Raises:
            NotFound: there is none that takes part.
        """
        return _visible(await self.cache.fetch_one("profile", account_id, self._load_accounts))

    async def named(self, username: str) -> Account:
        """Return an account by name, without regard to case.

        Raises:
            NotFound: there is none that takes part.
        """
        return _visible(await self.find(username))

    async def find(self, username: str) -> Account | None:
        """Return an account by name, without regard to case, in whatever status."""
        account_id = await self.store.id_by_username(self.db.read, username)
        if account_id is None:
            return None
        account: Account | None = await self.cache.fetch_one("profile", account_id, self._load_accounts)
        return account

    async def by_ids(self, account_ids: Sequence[int]) -> dict[int, Account]:
        """Return those of the accounts that take part."""
        found: list[Account | None] = await self.cache.fetch("profile", account_ids, self._load_accounts)
        return {account.id: account for account in found if account and account.status is Status.ACTIVE}

    async def mentioned(self, usernames: Sequence[str]) -> dict[str, tuple[int, str]]:
        """Return id and spelling for those lower-case names that belong to accounts that take part."""
        return await self.store.ids_by_username(self.db.read, usernames) if usernames else {}

    async def summaries(self, account_ids: Sequence[int]) -> list[Summary]:
        """Return what stands beside each post of these accounts, in their order."""
        known: list[Summary | None] = await self.cache.fetch("summary", account_ids, self._load_summaries)
        if all(known):
            return known  # type: ignore[return-value]  # the line above has ruled out None
        return [
            summary or Summary(key, "", visible=False, json=b"null")
            for key, summary in zip(account_ids, known, strict=True)
        ]

    async def _load_accounts(self, account_ids: list[int]) -> dict[int, Account]:
        return await self.store.by_ids(self.db.read, account_ids)

    async def _load_summaries(self, account_ids: list[int]) -> dict[int, Summary]:
        found = await self.store.by_ids(self.db.read, account_ids)
        return {key: _summary(account) for key, account in found.items()}

    @repeatable
    async def edit(
        self, viewer: Viewer, display_name: str | None, bio: str | None, is_bot: bool | None
    ) -> Account:  # fmt: skip
        """Change what an account says of itself; None leaves a field as it is.

        Raises:
            RuleBroken: a field breaks its rule.
        """
        old = await self.get(viewer.id)
        name = old.display_name if display_name is None else display_name.strip() or old.username
        text = old.bio if bio is None else bio.strip()
        check_line(name, "display_name", DISPLAY_NAME_LENGTH)
        check_line(text, "bio", BIO_LENGTH)
        async with self.db.transaction() as tx:
            await self.store.set_profile(tx, viewer.id, name, text, old.is_bot if is_bot is None else is_bot)
            tx.publish(ProfileChanged(account_id=viewer.id))
            forget(tx, viewer.id)
        return await self.get(viewer.id)

    async def set_portrait(
        self, tx: Transaction, account_id: int, portrait: Literal["avatar", "banner"], name: str | None
    ) -> None:
        """Have an account show a picture, or none; the name is what its address ends with."""
        await self.store.set_portrait(tx, account_id, portrait, name)
        tx.publish(ProfileChanged(account_id=account_id))
        forget(tx, account_id)

    @repeatable
    async def delete(self, viewer: Viewer, password: str) -> None:
        """Delete an account for good; what it made disappears at once and is removed soon after.

        Raises:
            Forbidden: the password is wrong.
        """
        kept = await self.store.password_hash(self.db.read, viewer.id)
        right, _ = await self.passwords.verify(password, kept)
        if not right:
            raise Forbidden("The password is wrong.", field="password")
        async with self.db.transaction() as tx:
            await self.store.erase(tx, viewer.id)
            tx.publish(AccountDeleted(account_id=viewer.id))
            await self.sessions.revoke_all(tx, viewer.id)
            forget(tx, viewer.id)

    @repeatable
    async def ban(self, account_id: int) -> None:
        """Shut an account out: its sessions end and nothing of it is shown; banning twice is banning once."""
        async with self.db.transaction() as tx:
            if await self.store.set_status(tx, account_id, Status.ACTIVE, Status.BANNED):
                tx.publish(AccountBanned(account_id=account_id))
                await self.sessions.revoke_all(tx, account_id)
                forget(tx, account_id)

    @repeatable
    async def unban(self, username: str) -> Account:
        """Let a banned account in again.

        Raises:
            NotFound: there is no account of this name that could take part.
        """
        account = await self.find(username)
        if account is None or account.status is Status.DELETED:
            raise NotFound("There is no such account.")
        async with self.db.transaction() as tx:
            if await self.store.set_status(tx, account.id, Status.BANNED, Status.ACTIVE):
                tx.publish(AccountUnbanned(account_id=account.id))
                forget(tx, account.id)
        return await self.get(account.id)

    @repeatable
    async def promote(self, account_id: int, role: Role) -> None:
        """Give an account a role."""
        async with self.db.transaction() as tx:
            await self.store.set_role(tx, account_id, role)
            forget(tx, account_id)

    async def check_role(self, account_id: int, role: Role) -> None:
        """Refuse what is for those with a role, or a higher one.

        Raises:
            Forbidden: the account has a lesser one.
        """
        account: Account | None = await self.cache.fetch_one("profile", account_id, self._load_accounts)
        if account is None or not account.is_at_least(role):
            raise Forbidden(f"This is for {role}s only.")

    async def add_counts(self, tx: Transaction, counter: Counter, deltas: Mapping[int, int]) -> None:
        """Add to one counter of many accounts."""
        await self.store.add_counts(tx, counter, deltas)
        tx.forget("profile", *deltas)


def forget(tx: Transaction, *account_ids: int) -> None:
    """Have caches read accounts anew that are no longer as they were."""
    tx.forget("profile", *account_ids)
    tx.forget("summary", *account_ids)


def _visible(account: Account | None) -> Account:
    if account is None or account.status is not Status.ACTIVE:
        raise NotFound("There is no such account.")
    return account


def _summary(account: Account) -> Summary:
    shown = {
        "id": str(account.id),
        "username": account.username,
        "display_name": account.display_name,
        "avatar_url": account.avatar_url,
        "verified": account.verified,
    }
    return Summary(account.id, account.username, account.status is Status.ACTIVE, msgspec.json.encode(shown))
