"""Work on many rows in small transactions, so that nobody else waits long."""

from collections.abc import Awaitable, Callable

from chirrup.platform.ports import Database, Transaction


async def in_steps(db: Database, size: int, change: Callable[[Transaction], Awaitable[int]]) -> None:
    """Call `change`, each time in a transaction of its own, until it changes fewer than `size` rows."""
    changed = size
    while changed == size:
        async with db.transaction() as tx:
            changed = await change(tx)
