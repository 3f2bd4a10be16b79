"""The connected viewers of this process, and how messages come to them."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import msgspec
import structlog

from chirrup.accounts import Sessions, Viewer
from chirrup.live import models, schemas
from chirrup.live.connection import Connection
from chirrup.live.counting import Counting
from chirrup.live.expiry import Expiry
from chirrup.live.interests import Interests
from chirrup.live.mending import Mending
from chirrup.live.models import CATCH_UP, Close, Ended
from chirrup.live.window import Position
from chirrup.platform.clock import Clock
from chirrup.platform.errors import Refusal
from chirrup.platform.ids import compose
from chirrup.platform.ports import LiveChannel
from chirrup.platform.telemetry import Telemetry
from chirrup.posts import PostReader
from chirrup.posts.store import Counts
from chirrup.timelines.news import HomeEntry, HomeNews

HEARTBEAT_SECONDS = 20.0
"""How often a silent connection is sent a sign of life."""
_PRESUMED_MS = 60_000
"""How far back entries count as known to a client that says nothing about it, and is about to load its page."""
_LONGEST_QUEUE = 10_000
_AT_ONCE = 64
_VIEWERS_AT_ONCE = 500

_TOLD: Mapping[type[models.Signal], str] = {models.Deleted: "delete", models.Noticed: "notification"}
_decoder = msgspec.json.Decoder(models.AnySignal)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections there may be: in this process, and of one account in this process."""

    connections: int
    of_account: int


class Seat:
    """A viewer with at least one connection."""

    def __init__(self, viewer_id: int) -> None:
        self.viewer_id = viewer_id
        self.connections: list[Connection] = []
        self.authors: frozenset[int] = frozenset()
        """Whose posts are listened to, beside the viewer's own."""
        self.listening = asyncio.Lock()
        self.stale = False
        """Whether clients have to load their pages anew, whatever has changed."""

    @property
    def viewer(self) -> Viewer:
        """The viewer, by any of the connections."""
        return self.connections[0].viewer


Listener = Seat | Connection


class Hub:
    """Whom this process tells of what. All work is done for those who are connected, and none for others."""

    def __init__(
        self,
        channel: LiveChannel,
        news: HomeNews,
        reader: PostReader,
        sessions: Sessions,
        clock: Clock,
        telemetry: Telemetry,
        limits: Limits,
    ) -> None:
        self._news = news
        self._reader = reader
        self._expiry = Expiry(sessions, clock)
        self._clock = clock
        self._limits = limits
        self._telemetry = telemetry
        self._interests: Interests[Listener] = Interests(channel)
        self._seats: dict[int, Seat] = {}
        self._signals: asyncio.Queue[tuple[str, models.AnySignal]] = asyncio.Queue(_LONGEST_QUEUE)
        self._counting = Counting(reader)
        self._tasks: list[asyncio.Task[None]] = []
        self._mending: Mending[Seat] = Mending()
        self._count = 0
        self._closing = False
        channel.listen(self.hear, self.miss)
        telemetry.live_connections.read_from(lambda: [((), self._count)])
        telemetry.live_channels.read_from(lambda: [((), self._interests.channels)])

    @property
    def full(self) -> bool:
        """Whether no more connections are taken."""
        return self._closing or self._count >= self._limits.connections

    async def join(self, connection: Connection, resume: Position | set[int] | None) -> None:
        """Tell a connection of everything from now on, and before that of what it lacks.

        Raises:
            Ended: there are too many connections, or live messages cannot be heard at the moment.
        """
        viewer = connection.viewer
        seat = self._seats.setdefault(viewer.id, Seat(viewer.id))
        if self.full:
            raise Ended(Close.TRY_AGAIN, "The server has as many connections as it takes.")
        if len(seat.connections) >= self._limits.of_account:
            raise Ended(Close.TOO_MANY, f"An account has at most {self._limits.of_account} connections.")
        seat.connections.append(connection)
        self._count += 1
        self._start_work()
        try:
            await self._listen(seat)
            since = self._since(resume)
            entries = await self._news.above(viewer, since, CATCH_UP)
            if entries is None:
                connection.start_anew(*await self._lately(viewer), HEARTBEAT_SECONDS)
            else:
                connection.start(entries, since, resume, HEARTBEAT_SECONDS)
        except Refusal as refusal:
            raise Ended(Close.TRY_AGAIN, refusal.detail) from refusal

    def leave(self, connection: Connection) -> None:
        """Tell a connection nothing more; for one that has not joined, nothing happens."""
        seat = self._seats.get(connection.viewer.id)
        if seat is None:
            return
        self._unwatch(connection, connection.watched)
        if connection in seat.connections:
            seat.connections.remove(connection)
            self._count -= 1
        if not seat.connections:
            del self._seats[seat.viewer_id]
            self._quit(seat)

    async def watch(self, connection: Connection, post_ids: Collection[int]) -> None:
        """Tell a connection of the counts of these posts from now on, and of no others.

        Raises:
            Ended: live messages cannot be heard at the moment.
        """
        wanted = frozenset(post_ids)
        fresh = wanted - connection.watched
        self._unwatch(connection, connection.watched - wanted)
        connection.watched = wanted
        try:
            await self._interests.add(connection, map(models.post_channel, fresh))
            counts = await self._reader.visible_counts(sorted(fresh), connection.viewer) if fresh else {}
        except Refusal as refusal:
            raise Ended(Close.TRY_AGAIN, refusal.detail) from refusal
        for post_id in sorted(fresh):
            if post_id in counts:
                connection.tell(schemas.counts(post_id, counts[post_id]))
                self._counting.seen(post_id, counts[post_id])
            else:
                connection.hide(post_id)
        hidden = fresh.difference(counts)
        self._unwatch(connection, hidden)
        connection.watched -= hidden

    def hear(self, channel: str, message: bytes) -> None:
        """Take a message of a channel."""
        try:
            self._signals.put_nowait((channel, _decoder.decode(message)))
        except msgspec.DecodeError as error:
            # a newer version of the program may say more
            log.warning("live.unknown_signal", channel=channel, reason=str(error))
        except asyncio.QueueFull:
            log.warning("live.overrun", signals=_LONGEST_QUEUE)
            while not self._signals.empty():
                self._signals.get_nowait()
            self._mending.add(self._seats.values())

    def miss(self, channels: Collection[str]) -> None:
        """Make up for messages that may have been missed."""
        listeners = {listener for channel in channels for listener in self._interests.at(channel)}
        self._mending.add(listener for listener in listeners if isinstance(listener, Seat))
        for channel in channels:
            kind, _, key = channel.partition(":")
            if kind == "post":
                self._counting.changed(int(key))

    def note_end(self, end: Ended) -> None:
        """Count a connection that the server has ended."""
        self._telemetry.live_ends.labels(str(int(end.code))).inc()

    def stop(self) -> None:
        """End all connections, and take no more: the process is about to end."""
        self._closing = True
        self.end_all()

    def end_all(self) -> None:
        """End all connections; clients connect anew."""
        for connection in self._all():
            connection.end(Close.RESTART, "The server restarts.")

    async def close(self) -> None:
        """Stop all work."""
        self.stop()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._interests.close()

    def _since(self, resume: Position | set[int] | None) -> int:
        if isinstance(resume, Position):
            return resume.since
        return min(resume) - 1 if resume else compose(self._clock.now() - _PRESUMED_MS, 0, 0)

    async def _lately(self, viewer: Viewer) -> tuple[list[HomeEntry], int]:
        """Return entries that a page which is loaded now has, and an id above which these are all."""
        now = self._clock.now()
        since = compose(now - _PRESUMED_MS, 0, 0)
        entries = await self._news.above(viewer, since, CATCH_UP)
        return (entries, since) if entries is not None else ([], compose(now, 0, 0))

    def _unwatch(self, connection: Connection, post_ids: Iterable[int]) -> None:
        for post_id in post_ids:
            name = models.post_channel(post_id)
            self._interests.drop(connection, [name])
            if not self._interests.at(name):
                self._counting.forget(post_id)

    async def _listen(self, seat: Seat) -> bool:
        """Listen to the viewer, and to whom the viewer follows by now; return whether the latter has changed."""
        async with seat.listening:
            viewer_id = seat.viewer_id
            # first to what tells of changes, so that none comes between the look and the listening
            await self._interests.add(seat, _own(viewer_id))
            authors = (await self._reader.graph.relations(Viewer(viewer_id, 0))).following
            before, seat.authors = seat.authors, authors
            self._interests.drop(seat, map(models.author_channel, before - authors))
            # also to those that another connection waits for at the moment
            await self._interests.add(seat, map(models.author_channel, authors))
        if self._seats.get(viewer_id) is not seat:
            # the last connection has gone meanwhile
            self._quit(seat)
        return authors != before

    def _quit(self, seat: Seat) -> None:
        self._interests.drop(seat, _own(seat.viewer_id))
        self._interests.drop(seat, map(models.author_channel, seat.authors))

    def _start_work(self) -> None:
        if not self._tasks:
            work = (
                self._deliver(),
                self._expiry.run(self._all),
                self._counting.run(self._tell_counts),
                self._mending.run(self._mend),
            )
            self._tasks = [asyncio.create_task(one) for one in work]

    async def _deliver(self) -> None:
        while True:
            signals = [await self._signals.get()]
            while len(signals) < _AT_ONCE and not self._signals.empty():
                signals.append(self._signals.get_nowait())
            try:
                await self._handle(signals)
            except Refusal as refusal:
                log.warning("live.not_delivered", signals=len(signals), reason=refusal.detail)
                self._mending.add(self._seats.values())
            except Exception:
                log.exception("live.failed")
                self._mending.add(self._seats.values())

    async def _handle(self, signals: Iterable[tuple[str, models.AnySignal]]) -> None:
        audience: dict[int, set[Seat]] = {}
        later: list[tuple[str, models.AnySignal]] = []
        for channel, signal in signals:
            if isinstance(signal, models.Published):
                audience.setdefault(signal.post_id, set()).update(self._seats_at(channel))
            else:
                later.append((channel, signal))
        await self._show(audience)
        for channel, signal in later:
            self._take(channel, signal)

    async def _show(self, audience: Mapping[int, Collection[Seat]]) -> None:
        """Tell of posts those of their audience who are shown them; a giant's holds up nobody else for long."""
        pairs = [(post_id, seat.viewer) for post_id, seats in audience.items() for seat in seats if seat.connections]
        for start in range(0, len(pairs), _VIEWERS_AT_ONCE):
            viewers: dict[int, list[Viewer]] = {}
            for post_id, viewer in pairs[start : start + _VIEWERS_AT_ONCE]:
                viewers.setdefault(post_id, []).append(viewer)
            told = 0
            for viewer, entry in await self._news.shown_to(viewers):
                seat = self._seats.get(viewer.id)
                for connection in seat.connections if seat else ():
                    connection.show(entry)
                    told += 1
            self._telemetry.live_events.labels("post").inc(told)
            await asyncio.sleep(0)

    def _take(self, channel: str, signal: models.AnySignal) -> None:
        if isinstance(signal, models.Counted):
            self._counting.changed(signal.post_id)
        elif isinstance(signal, models.Related | models.Vanished):
            seats = self._seats_at(channel)
            for seat in seats:
                seat.stale = seat.stale or isinstance(signal, models.Vanished)
            self._mending.add(seats)
        else:
            told = _TOLD.get(type(signal))
            for connection in self._connections(channel):
                connection.take(signal)
                if told:
                    self._telemetry.live_events.labels(told).inc()

    def _all(self) -> list[Connection]:
        return [connection for seat in self._seats.values() for connection in seat.connections]

    def _seats_at(self, channel: str) -> list[Seat]:
        return [listener for listener in self._interests.at(channel) if isinstance(listener, Seat)]

    def _connections(self, channel: str) -> list[Connection]:
        found: list[Connection] = []
        for listener in self._interests.at(channel):
            found += listener.connections if isinstance(listener, Seat) else [listener]
        return found

    def _tell_counts(self, post_id: int, counts: Counts) -> None:
        event = schemas.counts(post_id, counts)
        for listener in self._interests.at(models.post_channel(post_id)):
            if isinstance(listener, Connection):
                listener.tell(event)
                self._telemetry.live_events.labels("counts").inc()

    async def _mend(self, seat: Seat) -> None:
        """Bring a viewer up to date with changed follows and blocks, and with messages that may have been lost."""
        if not seat.connections:
            return
        try:
            stale, seat.stale = seat.stale, False
            stale = await self._listen(seat) or stale
            for connection in list(seat.connections):
                since = connection.since
                if since is None:
                    # it is about to be told what the database has
                    continue
                had = connection.look()
                entries = None if stale else await self._news.above(connection.viewer, since, CATCH_UP)
                if entries is None:
                    connection.reload(*await self._lately(connection.viewer))
                else:
                    connection.mend(had, entries)
                await self._look_at_watched(connection)
        except Refusal as refusal:
            for connection in seat.connections:
                connection.end(Close.TRY_AGAIN, refusal.detail)
        except Exception:
            log.exception("live.not_mended")
            for connection in seat.connections:
                connection.end(Close.TRY_AGAIN, "The server could not bring this connection up to date.")

    async def _look_at_watched(self, connection: Connection) -> None:
        """Watch no posts that the viewer may not see any more."""
        watched = connection.watched
        seen = await self._reader.visible_counts(sorted(watched), connection.viewer) if watched else {}
        for post_id in sorted(watched.difference(seen)):
            connection.hide(post_id)
        self._unwatch(connection, watched.difference(seen))
        connection.watched = connection.watched.intersection(seen)


def _own(viewer_id: int) -> list[str]:
    """Return what is listened to for a viewer, whomever the viewer follows."""
    return [models.viewer_channel(viewer_id), models.author_channel(viewer_id)]
