"""One client that is connected: what waits to be sent to it, what it has, and when it ends."""

import asyncio
from collections.abc import Sequence

from chirrup.accounts import Viewer
from chirrup.live import models, schemas
from chirrup.live.models import CATCH_UP, CONNECTION_QUEUE, Close, Ended
from chirrup.live.window import Position, Window
from chirrup.timelines.news import HomeEntry


class Connection:
    """A queue of events, bounded, towards one client. Events before `start` wait until it is known what is new."""

    def __init__(self, viewer: Viewer, expires: int) -> None:
        """Take who connects, and when the token expires, in milliseconds since the Unix epoch."""
        self.viewer = viewer
        self.expires = expires
        self.watched: frozenset[int] = frozenset()
        self._window: Window | None = None
        self._held: list[HomeEntry] = []
        self._looking = True
        """Whether the database is being asked what there is."""
        self._gone: set[int] = set()
        """What has been deleted while it is asked: the answer may have it still."""
        self._queue: list[tuple[bytes, str | None]] = []
        self._something = asyncio.Event()
        self._end: Ended | None = None
        self._gone_away = False

    @property
    def since(self) -> int | None:
        """The id above which the client is told of every entry; None before the start."""
        return None if self._window is None else self._window.since

    def end(self, code: Close, reason: str) -> None:
        """Have the connection closed; the first reason counts."""
        if self._end is None:
            self._end = Ended(code, reason)
            self._something.set()

    def go(self) -> None:
        """Note that the client has gone."""
        self._gone_away = True
        self._something.set()

    def renew(self, viewer: Viewer, expires: int) -> None:
        """Take a newer token of the same account."""
        self.viewer = viewer
        self.expires = expires

    async def next(self) -> Sequence[tuple[bytes, str | None]] | None:
        """Return what is to be sent, as soon as there is something: events as JSON, and where they move it, the id.

        None when the client has gone.

        Raises:
            Ended: the server ends the connection.
        """
        await self._something.wait()
        if self._gone_away:
            return None
        if self._end is not None:
            raise self._end
        self._something.clear()
        waiting, self._queue = self._queue, []
        return waiting

    def tell(self, event: bytes, event_id: str | None = None) -> None:
        """Queue an event; a client that does not keep up is cut off."""
        if len(self._queue) >= CONNECTION_QUEUE:
            self._queue.clear()
            self.end(Close.TOO_SLOW, "The client does not keep up with its events.")
        elif self._end is None:
            self._queue.append((event, event_id))
            self._something.set()

    def start(
        self, entries: Sequence[HomeEntry], since: int, resume: Position | set[int] | None, heartbeat: float
    ) -> None:
        """Begin with what the database has above `since`: with the entries that the client lacks, or by a reload."""
        ids = [post_id for post_id, _ in entries]
        match resume:
            case Position():
                fits, had = resume.fits(ids), {post_id for post_id in ids if post_id <= resume.newest}
            case set():
                fits, had = True, resume
            case None:
                fits, had = True, set(ids)
        if not fits or len(self._held) > CATCH_UP:
            self.start_anew(entries, since, heartbeat)
            return
        window = self._window = Window(since, had.intersection(ids))
        self.tell(schemas.ready(window.event_id, heartbeat), window.event_id)
        for entry in entries:
            self.show(entry)
        if isinstance(resume, set):
            for post_id in sorted(resume.difference(ids)):
                self.tell(schemas.delete(window.event_id, post_id), window.event_id)
        self._release()

    def start_anew(self, entries: Sequence[HomeEntry], since: int, heartbeat: float) -> None:
        """Begin by telling the client to load its page, which will have these entries above `since`."""
        window = self._window = Window(since, (post_id for post_id, _ in entries))
        self.tell(schemas.ready(window.event_id, heartbeat), window.event_id)
        self.tell(schemas.reload(window.event_id), window.event_id)
        self._release()

    def reload(self, entries: Sequence[HomeEntry], since: int) -> None:
        """Tell the client to load its page anew, which will have these entries above `since`."""
        self._looked()
        self._window = Window(since, (post_id for post_id, _ in entries))
        self.tell(schemas.reload(self._window.event_id), self._window.event_id)

    def show(self, entry: HomeEntry) -> None:
        """Tell of an entry of the home timeline, once."""
        post_id, item = entry
        if self._window is None:
            if len(self._held) <= CATCH_UP:
                self._held.append(entry)
        elif self._window.add(post_id):
            event_id = self._window.event_id
            self.tell(schemas.post(event_id, item), event_id)

    def hide(self, post_id: int) -> None:
        """Tell that a post is gone."""
        if self._looking:
            self._gone.add(post_id)
        if self._window is not None:
            self._window.remove(post_id)
            event_id = self._window.event_id
            self.tell(schemas.delete(event_id, post_id), event_id)

    def take(self, signal: models.Signal) -> None:
        """Do what a message means to this client."""
        match signal:
            case models.Deleted(post_id=post_id):
                self.hide(post_id)
            case models.Noticed(notification_id=notification_id):
                self.tell(schemas.notification(notification_id))
            case models.LoggedOut(session_id=session_id) if session_id == self.viewer.session_id:
                self.end(Close.NOT_AUTHENTICATED, "The session has ended.")
            case models.Banned():
                self.end(Close.FORBIDDEN, "This account takes part no longer.")

    def look(self) -> set[int]:
        """Return the entries that the client has, before the database is asked for them; `mend` is to follow."""
        self._looking = True
        return self._window.claimed() if self._window is not None else set()

    def mend(self, had: set[int], entries: Sequence[HomeEntry]) -> None:
        """Make up for messages that were missed, by what the database has above `since`."""
        there = {post_id for post_id, _ in entries}
        gone = self._looked()
        for post_id in sorted(had - there - gone):
            self.hide(post_id)
        for entry in entries:
            if entry[0] not in gone:
                self.show(entry)

    def _looked(self) -> set[int]:
        """Return what has gone while the database was asked."""
        gone, self._gone = self._gone, set()
        self._looking = False
        return gone

    def _release(self) -> None:
        """Show what came before the start, and hide what went."""
        held, self._held = self._held, []
        for entry in held:
            self.show(entry)
        for post_id in sorted(self._looked()):
            self.hide(post_id)
