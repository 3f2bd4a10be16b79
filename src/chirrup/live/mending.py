"""Bringing viewers up to date by the database: each is looked after once, however often it is said to be due."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

_AT_ONCE = 8

T = TypeVar("T")


class Mending(Generic[T]):
    """Those for whom the database is to be asked, a few at a time."""

    def __init__(self) -> None:
        self._due: dict[T, None] = {}
        self._something = asyncio.Event()

    def add(self, those: Iterable[T]) -> None:
        """Have some looked after."""
        self._due.update(dict.fromkeys(those))
        if self._due:
            self._something.set()

    async def run(self, mend: Callable[[T], Awaitable[None]]) -> None:
        """Look after them until cancelled."""
        while True:
            await self._something.wait()
            some = list(self._due)[:_AT_ONCE]
            for one in some:
                del self._due[one]
            if not self._due:
                self._something.clear()
            await asyncio.gather(*map(mend, some))
