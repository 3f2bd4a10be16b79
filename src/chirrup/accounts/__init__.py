"""Who is here: accounts, their profiles, passwords, sessions and tokens.

Publishes AccountRegistered, ProfileChanged, AccountBanned, AccountUnbanned, AccountDeleted,
SessionEnded. Listens to nothing.
"""

from chirrup.accounts.events import (
    AccountBanned,
    AccountDeleted,
    AccountRegistered,
    AccountUnbanned,
    ProfileChanged,
    SessionEnded,
)
from chirrup.accounts.models import Account, Counter, Summary, Viewer
from chirrup.accounts.service import Accounts
from chirrup.accounts.sessions import Sessions

__all__ = [
    "Account",
    "AccountBanned",
    "AccountDeleted",
    "AccountRegistered",
    "AccountUnbanned",
    "Accounts",
    "Counter",
    "ProfileChanged",
    "SessionEnded",
    "Sessions",
    "Summary",
    "Viewer",
]
