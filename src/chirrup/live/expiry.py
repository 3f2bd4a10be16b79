"""The end of connections whose token has expired or whose session has ended, should nobody have said so."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from chirrup.accounts import Sessions
from chirrup.live.connection import Connection
from chirrup.live.models import Close
from chirrup.platform.clock import Clock
from chirrup.platform.errors import Refusal

_LOOK_SECONDS = 1
_SESSIONS_SECONDS = 15
_AT_ONCE = 500
log = structlog.get_logger()


class Expiry:
    """Looks at the clock each second, and at the sessions four times a minute."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def run(self, connections: Callable[[], Sequence[Connection]]) -> None:
        """Look until cancelled."""
        seconds = 0
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            seconds += _LOOK_SECONDS
            now = self._clock.now()
            for connection in connections():
                if connection.expires <= now:
                    connection.end(Close.NOT_AUTHENTICATED, "The access token has expired.")
            if seconds % _SESSIONS_SECONDS == 0:
                try:
                    await self._look_at_sessions(connections())
                except Refusal as refusal:
                    # the next look comes soon
                    log.info("live.sessions_unknown", reason=refusal.detail)
                except Exception:
                    log.exception("live.sessions_unknown")

    async def _look_at_sessions(self, connections: Sequence[Connection]) -> None:
        for start in range(0, len(connections), _AT_ONCE):
            some = connections[start : start + _AT_ONCE]
            alive = await self._sessions.living([connection.viewer.session_id for connection in some])
            for connection in some:
                if connection.viewer.session_id not in alive:
                    connection.end(Close.NOT_AUTHENTICATED, "The session has ended.")
