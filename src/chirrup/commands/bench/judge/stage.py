"""The processes that carry histories one after another, on an event loop of their own."""

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from chirrup.bootstrap import Application, open_application
from chirrup.commands.bench.judge.clock import HandClock
from chirrup.entrypoints.worker import at_work
from chirrup.platform.adapters.sqlite import bus as sqlite_bus
from chirrup.platform.datadir import DataDir
from chirrup.posts import service as posts_service
from chirrup.settings import Settings
from chirrup.timelines import fanout

T = TypeVar("T")
PASSWORD = "four-small-feathers"  # noqa: S105 - of accounts that exist for a moment
PATIENCE = 30.0
"""Seconds after which what does not end is a fault."""
_SMALL: dict[str, object] = {
    "timeline_size": 8, "timeline_recent": 3, "timeline_ttl_hours": 1, "rate_limits": "off", "shutdown_seconds": 5,
}  # fmt: skip
_NARROW = {"fanout_chunk": 3, "fanout_threshold": 4}
_WIDE = {"fanout_chunk": 2, "fanout_threshold": 7}


class Memory(Protocol):
    """What a profile keeps outside of its database, and how it is lost."""

    async def flush(self, apps: Sequence[Application], /) -> None:
        """Lose everything."""

    async def forget(self, apps: Sequence[Application], /) -> None:
        """Lose what is cached; timelines stay."""

    def kill(self) -> bool:
        """Take it away; return whether it was there, and can be taken away."""

    def revive(self) -> bool:
        """Let it be there, empty; return whether it was taken away."""


class OwnMemory:
    """The embedded profile's, which is the process' own."""

    async def flush(self, apps: Sequence[Application], /) -> None:
        """Lose everything."""
        await self.forget(apps)
        for app in apps:
            app.timelines.clear()  # type: ignore[attr-defined]

    async def forget(self, apps: Sequence[Application], /) -> None:
        """Lose what is cached; timelines stay."""
        for app in apps:
            app.home.cache.clear()  # type: ignore[attr-defined]

    def kill(self) -> bool:
        """Do nothing: it ends with the process."""
        return False

    def revive(self) -> bool:
        """Do nothing."""
        return False


class Process:
    """One application, and its handlers, which may stand still."""

    def __init__(self, settings: Settings, clock: HandClock) -> None:
        self.app: Application | None = None
        self._settings = settings
        self._clock = clock
        self._application: AbstractAsyncContextManager[Application] | None = None
        self._work: AbstractAsyncContextManager[object] | None = None

    async def open(self) -> None:
        """Start, unless it runs."""
        if self._application is None:
            self._application = open_application(self._settings, self._clock)
            self.app = await self._application.__aenter__()
            await self.wake()

    async def close(self) -> None:
        """End, wherever the handlers are."""
        await self.sleep()
        application, self._application, self.app = self._application, None, None
        if application is not None:
            await application.__aexit__(None, None, None)

    async def wake(self) -> None:
        """Have the handlers work."""
        if self._work is None and self.app is not None:
            self._work = at_work(self.app)
            await self._work.__aenter__()

    async def sleep(self) -> None:
        """Stop the handlers wherever they are; what they are at is undone, and done again later."""
        work, self._work = self._work, None
        if work is not None:
            await work.__aexit__(None, None, None)


class Stage:
    """One or several processes over the same data."""

    def __init__(self, settings: Settings, memory: Memory, processes: int = 1) -> None:
        self.clock = HandClock()
        self.memory = memory
        self.number = 0
        """How many histories were played here."""
        self._loop = asyncio.new_event_loop()
        self._processes = [Process(settings, self.clock) for _ in range(processes)]
        self._password_hash = ""

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the processes until some work is done.

        Raises:
            TimeoutError: it is not done in time.
        """
        return self._loop.run_until_complete(asyncio.wait_for(work, PATIENCE))

    @property
    def apps(self) -> list[Application]:
        """The applications that run."""
        return [process.app for process in self._processes if process.app is not None]

    def app(self, number: int) -> Application:
        """Return one of the applications that run."""
        apps = self.apps
        return apps[number % len(apps)]

    def ready(self) -> None:
        """Let everything be there, and all handlers work."""
        self.memory.revive()
        for process in self._processes:
            self.do(process.open())
            self.do(process.wake())

    def wake(self) -> None:
        """Have all handlers work."""
        for process in self._processes:
            self.do(process.wake())

    def sleep(self, steps: int = 0) -> None:
        """Let all handlers go on for some turns of the loop, and stop them there."""
        self.do(_turns(steps))
        for process in self._processes:
            self.do(process.sleep())

    def crash(self, number: int, steps: int) -> None:
        """Let the handlers of a process work for some turns of the loop, and stop them there."""
        process = self._processes[number % len(self._processes)]
        self.do(process.wake())
        self.do(_turns(steps))
        self.do(process.sleep())
        self.do(process.wake())

    def restart(self, number: int) -> None:
        """End a process and start it."""
        process = self._processes[number % len(self._processes)]
        self.do(process.close())
        self.do(process.open())

    def stop(self, number: int) -> bool:
        """End a process, unless it is the last; return whether it ran."""
        process = self._processes[number % len(self._processes)]
        if process.app is None or len(self.apps) == 1:
            return False
        self.do(process.close())
        return True

    def start(self, number: int) -> bool:
        """Start a process; return whether it did not run."""
        process = self._processes[number % len(self._processes)]
        stopped = process.app is None
        self.do(process.open())
        return stopped

    def settle(self) -> None:
        """Handle all events, and those that handling them makes."""
        self.ready()
        app, newest = self.app(0), -1
        while (reached := self.do(app.outbox.newest(app.db.read))) != newest:
            newest = reached
            self.do(app.bus.caught_up())

    def rewind(self, consumer: str, events: int) -> None:
        """Let the positions of consumers be as before their last events, as after a crash."""
        self.sleep()
        self.do(self._rewind(consumer, events))
        self.wake()

    def add_people(self, names: Sequence[str]) -> list[int]:
        """Make accounts; return their ids."""
        return self.do(self._add_people(names))

    def close(self) -> None:
        """End everything."""
        for process in self._processes:
            self.do(process.close())
        self._loop.close()

    async def _rewind(self, consumer: str, events: int) -> None:
        async with self.app(0).db.transaction() as tx:
            await tx.run(
                "UPDATE consumers SET position = CASE WHEN position > $2 THEN position - $2 ELSE 0 END"
                " WHERE name = $1 OR name LIKE $3",
                consumer, events, f"{consumer}.%",
            )  # fmt: skip

    async def _add_people(self, names: Sequence[str]) -> list[int]:
        app = self.app(0)
        if not self._password_hash:
            self._password_hash = await app.accounts.passwords.hash(PASSWORD)
        account_ids = [app.ids.new(number) for number in range(len(names))]
        async with app.db.transaction() as tx:
            for account_id, name in zip(account_ids, names, strict=True):
                await app.accounts.store.insert(tx, account_id, name, None, self._password_hash, name)
                await app.accounts.store.claim(tx, name, account_id)
        return account_ids


async def _turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


def small(settings: Settings, *, wide: bool) -> Settings:
    """Return settings with limits so small that every history crosses them.

    Narrow ones have accounts pulled early; with wide ones a fan-out has several chunks and lanes.
    """
    return msgspec.structs.replace(settings, **_SMALL, **(_WIDE if wide else _NARROW))


@contextmanager
def shrunk(*others: tuple[object, str, object]) -> Iterator[None]:
    """Make limits small that are no settings, for as long as the block lasts; `others` are of a profile."""
    # all processes have one clock here; a generous allowance for skew would have every catch-up drop timelines
    limits = [(sqlite_bus, "BATCH", 3), (posts_service, "_RECENT", 4), (fanout, "_SKEW", 5), *others]
    with ExitStack() as stack:
        for module, name, value in limits:
            stack.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, value)
        yield


@contextmanager
def embedded_stage(*, wide: bool = False) -> Iterator[Stage]:
    """Open a new instance of the embedded profile, in memory where there is a file system for that."""
    shared_memory = Path("/dev/shm")  # noqa: S108 - a folder of one's own in it
    with shrunk(), tempfile.TemporaryDirectory(dir=shared_memory if shared_memory.is_dir() else None) as folder:
        data_dir = Path(folder) / "data"
        DataDir(data_dir).prepare()
        with closing(Stage(small(Settings(data_dir=data_dir), wide=wide), OwnMemory())) as stage:
            yield stage


@contextmanager
def closing(stage: Stage) -> Iterator[Stage]:
    """Start the processes of a stage, and end them."""
    try:
        stage.ready()
        yield stage
    finally:
        stage.close()
