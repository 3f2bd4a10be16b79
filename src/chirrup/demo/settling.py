"""What follows from a history, as if the server had been there: counts, what trends, what the guest has read."""

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application
from chirrup.notifications.models import KINDS
from chirrup.platform.ids import MAX_ID

_UNREAD = 7
_STEP = 500


async def settle(app: Application, guest_id: int) -> None:
    """Wait until all events are handled, rank what trends, and have the guest read all but the newest notifications."""
    await app.bus.caught_up()
    await app.trending.counting.count_hours()
    await app.trending.ranker.rank()
    guest, before, spared = Viewer(guest_id, 0), MAX_ID, _UNREAD
    while groups := await app.notifications.store.newest(app.db.read, guest_id, KINDS, before, _STEP):
        for group in groups[spared:]:
            await app.notifications.read(guest, group.id)
        before, spared = groups[-1].latest, 0
