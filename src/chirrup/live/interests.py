"""Who in this process listens to what: each channel is subscribed to as long as somebody does."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Generic, TypeVar

import structlog

from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import LiveChannel

L = TypeVar("L")
_log = structlog.get_logger()


class Interests(Generic[L]):
    """Listeners by channel. What changes at the same time is subscribed to in one call."""

    def __init__(self, channel: LiveChannel) -> None:
        self._channel = channel
        self._listeners: dict[str, set[L]] = {}
        self._active: set[str] = set()
        self._changed: set[str] = set()
        self._waiting: list[asyncio.Future[None]] = []
        self._round: asyncio.Task[None] | None = None

    def at(self, channel: str) -> Collection[L]:
        """Return who listens to a channel."""
        return self._listeners.get(channel, ())

    @property
    def channels(self) -> int:
        """How many channels are subscribed to."""
        return len(self._active)

    async def add(self, listener: L, channels: Iterable[str]) -> None:
        """Listen to channels, from the moment of return.

        Raises:
            Unavailable: not all of them can be heard; the listener still has to be dropped from them.
        """
        fresh = []
        for name in channels:
            self._listeners.setdefault(name, set()).add(listener)
            if name not in self._active:
                fresh.append(name)
        if fresh:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            self._change(fresh)
            await waiting

    def drop(self, listener: L, channels: Iterable[str]) -> None:
        """Listen to channels no longer."""
        left = []
        for name in channels:
            listeners = self._listeners.get(name)
            if listeners is None:
                continue
            listeners.discard(listener)
            if not listeners:
                del self._listeners[name]
                left.append(name)
        if left:
            self._change(left)

    async def close(self) -> None:
        """Stop what is under way."""
        if self._round is not None:
            self._round.cancel()
            await asyncio.wait([self._round])

    def _change(self, names: Iterable[str]) -> None:
        self._changed.update(names)
        if self._round is None:
            self._round = asyncio.create_task(self._settle())
            self._round.add_done_callback(self._settled)

    def _settled(self, ended: "asyncio.Task[None]") -> None:
        self._round = None
        if ended.cancelled():
            for waiting in self._waiting:
                waiting.cancel()
            self._waiting.clear()
        elif self._changed:
            # these came between the last look and the end
            self._change(())

    async def _settle(self) -> None:
        while self._changed:
            changed, self._changed = self._changed, set()
            waiting, self._waiting = self._waiting, []
            try:
                await self._apply(changed)
            except Exception as fault:
                _end(waiting, fault)
                if not isinstance(fault, Unavailable):
                    raise
            else:
                _end(waiting, None)

    async def _apply(self, changed: set[str]) -> None:
        """Bring subscriptions in line with listeners."""
        idle = [name for name in changed if name in self._active and name not in self._listeners]
        fresh = [name for name in changed if name not in self._active and name in self._listeners]
        try:
            if idle:
                self._active.difference_update(idle)
                await self._channel.unsubscribe(idle)
            if fresh:
                await self._channel.subscribe(fresh)
                self._active.update(fresh)
        except Unavailable as fault:
            _log.warning("live.not_subscribed", channels=len(fresh), reason=fault.detail)
            raise


def _end(waiting: Iterable[asyncio.Future[None]], fault: Exception | None) -> None:
    for future in waiting:
        if future.done():
            continue
        if fault is None:
            future.set_result(None)
        else:
            future.set_exception(fault)
