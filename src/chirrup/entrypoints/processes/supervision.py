"""The parent: holds the listening sockets, and keeps one child alive for each of its slots."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from chirrup.entrypoints.processes.orders import LEAVE, READY, STOP, Order, encode
from chirrup.platform.errors import StartRefused

READY_SECONDS = 60.0
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_SOUND_SECONDS = 60.0
_KILLED_SECONDS = 5.0

log = structlog.get_logger()


class Child:
    """A process that has been started."""

    def __init__(self, process: asyncio.subprocess.Process, order: Order) -> None:
        self.name = order.name
        self.ended = asyncio.ensure_future(process.wait())
        self.started_at = time.monotonic()
        self._process = process

    @classmethod
    async def start(cls, order: Order) -> "Child":
        """Start a process with its order."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "chirrup.entrypoints.processes.child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[descriptor for descriptor in (order.own, order.shared) if descriptor is not None],
            # what a terminal sends to the parent is the parent's to pass on
            process_group=0,
        )
        child = cls(process, order)
        child.tell(encode(order))
        return child

    @property
    def pid(self) -> int:
        """The process' number."""
        return self._process.pid

    def tell(self, word: bytes) -> None:
        """Say something, if anybody listens any more."""
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(word)

    async def ready(self) -> bool:
        """Wait until the child serves; return whether it does."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(READY_SECONDS):
                serves = await self._process.stdout.readline() == READY
        except TimeoutError:
            return False
        if serves:
            log.info("process.ready", name=self.name, pid=self.pid)
        return serves

    async def end(self, word: bytes, seconds: float) -> None:
        """Ask the child to end, and see to it that it does."""
        self.tell(word)
        _, late = await asyncio.wait({self.ended}, timeout=seconds)
        if late:
            log.error("process.killed", name=self.name, pid=self.pid, seconds=seconds)
            await self.kill()

    async def kill(self) -> None:
        """End the child at once."""
        self.kill_soon()
        await asyncio.wait({self.ended}, timeout=_KILLED_SECONDS)

    def kill_soon(self) -> None:
        """End the child at once, without waiting for that."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()


@dataclass
class _Slot:
    number: int
    child: Child | None = None
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)


class Supervisor:
    """Keeps a number of children, restarts those that end, and replaces all of them one by one when asked to."""

    def __init__(self, orders: Callable[[int], Order], processes: int, patience: float) -> None:
        """`orders` makes the order for a slot, anew for each start; a child may take `patience` seconds to end."""
        self._orders = orders
        self._patience = patience
        self._slots = [_Slot(number) for number in range(processes)]
        self._alive: set[Child] = set()
        self._stopping = asyncio.Event()
        self._replacing = asyncio.Event()

    def stop(self) -> None:
        """Ask all children to end; a second call ends them at once."""
        if self._stopping.is_set():
            for child in self._alive:
                child.kill_soon()
        self._stopping.set()

    def replace(self) -> None:
        """Replace the children one by one: each leaves when its successor serves."""
        self._replacing.set()

    async def run(self, started: Callable[[], None]) -> int:
        """Keep the children until asked to stop, and say when all serve; return an exit code."""
        keeping = asyncio.ensure_future(self._keep_all(started))
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({keeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            return await keeping
        await asyncio.gather(*(child.end(STOP, self._patience) for child in self._alive))
        return 0

    async def _keep_all(self, started: Callable[[], None]) -> int:
        """Return the exit code of the first child where that cannot start: the others could not either."""
        first = self._orders(0)
        child = await self._start(first)
        if not await child.ready():
            await child.end(STOP, self._patience)
            return child.ended.result() or 1
        self._slots[0].child = child
        await asyncio.gather(*(self._fill(slot) for slot in self._slots[1:]))
        started()
        async with asyncio.TaskGroup() as group:
            for slot in self._slots:
                group.create_task(self._keep(slot))
            group.create_task(self._replace_when_asked())
        return 1

    async def _keep(self, slot: _Slot) -> None:
        """Start a child anew whenever it has ended, after a pause that grows while it does not last."""
        pause = _FIRST_PAUSE
        while True:
            child = slot.child
            if child is not None:
                await asyncio.wait({child.ended})
                if slot.child is not child:
                    continue
                slot.child = None
                log.error("process.ended", name=child.name, pid=child.pid, code=child.ended.result())
                if time.monotonic() - child.started_at > _SOUND_SECONDS:
                    pause = _FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            async with slot.changing:
                if slot.child is None:
                    await self._fill(slot)

    async def _replace_when_asked(self) -> None:
        while True:
            await self._replacing.wait()
            self._replacing.clear()
            log.info("processes.replacing", processes=len(self._slots))
            done = [await self._succeed(slot) for slot in self._slots]
            log.info("processes.replaced", processes=sum(done))

    async def _succeed(self, slot: _Slot) -> bool:
        """Have a successor take the place of a child; where it does not serve, the old one stays."""
        async with slot.changing:
            old = slot.child
            if not await self._fill(slot):
                return False
        if old is not None:
            await old.end(LEAVE, self._patience)
        return True

    async def _fill(self, slot: _Slot) -> bool:
        """Start a child for a slot; return whether it serves, and only then give it the place."""
        try:
            child = await self._start(self._orders(slot.number))
        except StartRefused as refusal:
            log.error("process.not_started", slot=slot.number, reason=str(refusal))
            return False
        if not await child.ready():
            log.error("process.not_ready", name=child.name, pid=child.pid)
            await child.kill()
            return False
        slot.child = child
        return True

    async def _start(self, order: Order) -> Child:
        child = await Child.start(order)
        self._alive.add(child)
        child.ended.add_done_callback(lambda _: self._alive.discard(child))
        return child


async def supervise(supervisor: Supervisor, started: Callable[[], None]) -> int:
    """Run a supervisor under the signals of an operator: SIGTERM and SIGINT stop, SIGHUP replaces."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop)
    loop.add_signal_handler(signal.SIGHUP, supervisor.replace)
    return await supervisor.run(started)
