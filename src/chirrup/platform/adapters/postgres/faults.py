"""Which errors of PostgreSQL and of the way to it are no fault of the program."""

from enum import Enum, auto

import asyncpg

from chirrup.platform.errors import Interrupted, StorageFull, Unavailable

CONNECT_FAULTS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What an attempt to connect may raise."""

_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # the server of a connection is a replica now; whoever is the primary has a fresh one
    asyncpg.ReadOnlySQLTransactionError,
    # what the driver says of a connection on which the server has said good-bye while it was idle
    asyncpg.InternalClientError,
)
_UNDONE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_BUSY = (
    TimeoutError,
    asyncpg.InsufficientResourcesError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
)


class Fault(Enum):
    """What is the matter."""

    LOST = auto()
    """The connection is of no use any more; what it was doing is undone, unless it was committing."""
    UNDONE = auto()
    """The transaction stood in another's way."""
    BUSY = auto()
    """The answer takes too long, or there is no room for one more."""
    FULL = auto()
    """The disk is full."""


def fault_of(error: BaseException, *, closed: bool = False) -> Fault | None:
    """Return what is the matter, on a connection that is `closed` or not; None where the program is wrong."""
    if isinstance(error, asyncpg.DiskFullError):
        return Fault.FULL
    if isinstance(error, _UNDONE):
        return Fault.UNDONE
    if isinstance(error, _BUSY):
        return Fault.BUSY
    if isinstance(error, (*_LOST, OSError)):
        return Fault.LOST
    if isinstance(error, asyncpg.InterfaceError) and closed:
        return Fault.LOST
    return None


def refusal(fault: Fault) -> StorageFull | Unavailable:
    """Return what the caller of a transaction that is not being committed gets; it has saved nothing."""
    match fault:
        case Fault.FULL:
            return StorageFull("The database's disk is full; nothing was saved.")
        case Fault.LOST | Fault.UNDONE:
            return Interrupted("The database gave up a change half-way; nothing was saved.")
        case Fault.BUSY:
            return Unavailable("The database takes too long; nothing was saved.")


def unreachable() -> Unavailable:
    """Return what the caller of a query gets that could not be answered."""
    return Unavailable("The database cannot be reached right now.")
