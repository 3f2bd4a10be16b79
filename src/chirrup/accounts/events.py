"""What happens to accounts."""

from chirrup.platform.events import Event


class AccountEvent(Event, frozen=True, kw_only=True):
    """Something that happened to one account."""

    family = "accounts"

    account_id: int

    @property
    def key(self) -> int:
        """Events of one account stay in order."""
        return self.account_id


class AccountRegistered(AccountEvent, frozen=True, kw_only=True):
    """Somebody has joined."""


class ProfileChanged(AccountEvent, frozen=True, kw_only=True):
    """What others see of an account is no longer the same."""


class AccountBanned(AccountEvent, frozen=True, kw_only=True):
    """A moderator has shut an account out; nothing of it is shown."""


class AccountUnbanned(AccountEvent, frozen=True, kw_only=True):
    """A moderator has let an account in again."""


class AccountDeleted(AccountEvent, frozen=True, kw_only=True):
    """The owner has deleted the account; what it made is to be removed."""


class SessionEnded(AccountEvent, frozen=True, kw_only=True):
    """A session of an account has been ended, before its time."""

    session_id: int


EVENTS = (AccountRegistered, ProfileChanged, AccountBanned, AccountUnbanned, AccountDeleted, SessionEnded)
