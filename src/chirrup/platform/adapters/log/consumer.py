"""One subscription at the log: each event once, in order by shard, whatever the log loses or repeats.

A position is the number of the last event handled in a shard, and moves in the transaction of what the handler
writes. Each next number is one more, so a repeated event shows by its number, and a missing one by the next: what is
missing, or cannot be read, is taken from the outbox, which keeps everything until all have handled it.
"""

import asyncio
from collections.abc import Sequence

import structlog

from chirrup.platform.adapters.log.log import Log, Reading, Record
from chirrup.platform.adapters.log.places import Place
from chirrup.platform.adapters.postgres.outbox import Move, PostgresOutbox, Shard, ShardState
from chirrup.platform.delivery import Handling
from chirrup.platform.errors import Interrupted, StorageFull, Unavailable
from chirrup.platform.ports import Database, Transaction

BATCH = 500
IDLE = 1.0
LOOK = 1.0
"""Seconds between comparisons with the database."""
STAY = 10.0
"""Seconds after which the log hears of a member whose handler takes its time."""
_INTERRUPTED_PAUSE = 0.02
_COMPLAINT_SECONDS = 30.0

log = structlog.get_logger()


class Overtaken(Unavailable):
    """Another process has moved a position, or numbers turned out void: what is held may be handled already."""


class _UpTo:
    """Marks shards as handled, each up to a number."""

    def __init__(self, store: PostgresOutbox, consumer: str, ends: Sequence[tuple[Place, int]]) -> None:
        self._store = store
        self._consumer = consumer
        self._ends = ends

    async def write(self, tx: Transaction) -> None:
        moves = [Move(place.shard, place.state.timeline, place.position, seq) for place, seq in self._ends]
        if not await self._store.move(tx, self._consumer, moves):
            raise Overtaken("Another process has handled this.")

    def written(self) -> None:
        for place, seq in self._ends:
            place.handled(seq)


class LogConsumer:
    """Has one subscription's events handled, of the shards that fall to this process."""

    def __init__(self, db: Database, store: PostgresOutbox, source: Log, handling: Handling) -> None:
        self.name = handling.subscription.name
        self._db = db
        self._store = store
        self._log = source
        self._handling = handling
        self._topics = handling.subscription.topics
        self._places: dict[Shard, Place] = {}
        self._foreign: list[Record] = []
        self._looked = self._complained = float("-inf")

    async def run(self) -> None:
        """Deliver until cancelled; after a fault, go on from the recorded positions."""
        while True:
            self._places.clear()
            try:
                async with self._log.read(self._handling.subscription) as reading:
                    await self._follow(reading)
            except (StorageFull, Unavailable) as refusal:
                self._complain(refusal)
            except Exception:
                log.exception("bus.failed", consumer=self.name)
            await asyncio.sleep(IDLE)

    async def _follow(self, reading: Reading) -> None:
        while True:
            try:
                await self._step(reading)
            except Overtaken as reason:
                log.info("bus.overtaken", consumer=self.name, reason=reason.detail)
                self._places.clear()
            except Interrupted:
                await asyncio.sleep(_INTERRUPTED_PAUSE)
            except (StorageFull, Unavailable) as refusal:
                # the log is still there: wait for what is missing, however long that takes
                self._complain(refusal)
                await asyncio.sleep(IDLE)
                await reading.stay()

    async def _step(self, reading: Reading) -> None:
        """Fetch, handle, and look after what else there is, each where it is due."""
        quiet = False
        if not self._waiting():
            in_haste = self._foreign or any(place.missing for place in self._places.values())
            shards, begun = reading.shards, _now()
            records = await reading.fetch(BATCH, 0 if in_haste else IDLE)
            quiet = not records and reading.shards == shards and _now() - begun > IDLE / 2
            await self._keep(reading.shards)
            self._take(records)
        await self._give_up_foreign()
        await self._fill_in()
        await self._learn_states()
        if self._waiting():
            await self._handle(reading)
        await reading.acknowledge()
        if _now() - self._looked > LOOK:
            self._looked = _now()
            await self._record_seen()
            await self._handling.retry_dead_letters()
            await self._look(quiet=quiet)

    def _waiting(self) -> bool:
        return any(place.waiting for place in self._places.values())

    async def _keep(self, shards: frozenset[Shard]) -> None:
        """Have a place for each shard that this process has, and for no other."""
        for shard in self._places.keys() - shards:
            del self._places[shard]
        fresh = sorted(shards - self._places.keys())
        if fresh:
            async with self._db.transaction() as tx:
                positions = await self._store.join(tx, self.name, fresh)
            states = await self._store.states(self._db.read, self._topics)
            for shard in fresh:
                state = states.get(shard, ShardState())
                now = _now()
                self._places[shard] = Place(shard, state, positions[shard], self._handling.wanted, now)

    def _take(self, records: Sequence[Record]) -> None:
        now = _now()
        for record in records:
            if record.seq is None:
                self._foreign.append(record)
            elif place := self._places.get(record.shard):
                place.take(record, record.seq, now)

    async def _give_up_foreign(self) -> None:
        while self._foreign:
            record = self._foreign[0]
            await self._handling.give_up(record.entry, record.fault or "unreadable", 1)
            del self._foreign[0]

    async def _fill_in(self) -> None:
        """Take from the outbox what the log lacks, a page at a time."""
        room = BATCH
        for place in self._places.values():
            if place.missing and room > 0:
                events = await self._store.between(self._db.read, place.shard, place.seen, place.upto, room)
                log.info(
                    "bus.filled_in", consumer=self.name, topic=place.shard[0], shard=place.shard[1],
                    after=place.seen, upto=place.upto, events=len(events),
                )  # fmt: skip
                place.fill(events, room)
                room -= len(events)

    async def _learn_states(self) -> None:
        """Look shards up that had no event when this process began with them."""
        if any(place.seen > place.position and not place.state.timeline for place in self._places.values()):
            states = await self._store.states(self._db.read, self._topics)
            for shard, place in self._places.items():
                place.state = states.get(shard, place.state)

    async def _handle(self, reading: Reading) -> None:
        """Handle what waits; meanwhile, remain a member."""
        busy = [place for place in self._places.values() if place.waiting]
        waiting = [(place, seq, entry) for place in busy for seq, entry in place.waiting]
        whole = self._up_to([(place, place.seen) for place in busy])
        each = [self._up_to([(place, seq)]) for place, seq, _ in waiting]
        work = self._handling.deliver([entry for _, _, entry in waiting], whole, each)
        task = asyncio.create_task(work)
        try:
            while not (await asyncio.wait({task}, timeout=STAY))[0]:
                await reading.stay()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        task.result()

    async def _record_seen(self) -> None:
        """Record that events which nobody here wanted are behind."""
        ends = [(place, place.seen) for place in self._places.values() if place.seen > place.position]
        if ends:
            mark = self._up_to(ends)
            async with self._db.transaction() as tx:
                await mark.write(tx)
            mark.written()

    async def _look(self, *, quiet: bool) -> None:
        """Compare with the outbox: the log may have lost its end, and the database what was recorded last."""
        states = await self._store.states(self._db.read, self._topics)
        recorded = await self._store.position(self._db.read, self.name, self._topics)
        positions = {(topic, shard): position for topic, shard, position in recorded}
        for shard, place in list(self._places.items()):
            state = states.get(shard, place.state)
            replaced = state.timeline != place.state.timeline and place.state.timeline
            if replaced or positions[shard] != place.position:
                # begin with it anew, where the record says
                del self._places[shard]
            else:
                place.look(state, _now(), quiet=quiet)

    def _up_to(self, ends: Sequence[tuple[Place, int]]) -> _UpTo:
        return _UpTo(self._store, self.name, ends)

    def _complain(self, refusal: StorageFull | Unavailable) -> None:
        now = _now()
        if now - self._complained >= _COMPLAINT_SECONDS:
            self._complained = now
            log.warning("bus.paused", consumer=self.name, reason=refusal.detail)


def _now() -> float:
    return asyncio.get_running_loop().time()
