"""Where reading stopped."""

from dataclasses import dataclass

from chirrup.accounts import Viewer
from chirrup.platform.clock import Clock
from chirrup.platform.ports import Database
from chirrup.platform.repeating import repeatable
from chirrup.timelines.store import TimelineTables

HOME = "home"


@dataclass(frozen=True, slots=True)
class Markers:
    """The verbs of markers: one place in a timeline, the same on all of an account's devices."""

    db: Database
    tables: TimelineTables
    clock: Clock

    async def home(self, viewer: Viewer) -> tuple[int, int] | None:
        """Return (post id, when it was set, in milliseconds since the Unix epoch), if it ever was."""
        return await self.tables.marker(self.db.read, viewer.id, HOME)

    @repeatable
    async def set_home(self, viewer: Viewer, post_id: int, *, force: bool) -> None:
        """Move the marker; an older device's late write moves it backwards only by force."""
        async with self.db.transaction() as tx:
            await self.tables.set_marker(tx, viewer.id, HOME, post_id, self.clock.now(), force=force)
