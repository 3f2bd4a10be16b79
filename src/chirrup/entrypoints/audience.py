"""Whether anybody looks at what a server serves."""

from uvicorn.server import ServerState

from chirrup.platform.clock import Clock

_LINGER = 180_000


class Audience:
    """Notices who comes, from what the HTTP server counts anyway."""

    def __init__(self, state: ServerState, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._requests = state.total_requests
        self._until = 0

    def there(self) -> bool:
        """Return whether somebody is connected, or has asked for something in the last three minutes."""
        now = self._clock.now()
        if self._state.connections or self._state.total_requests != self._requests:
            self._requests = self._state.total_requests
            self._until = now + _LINGER
        return now < self._until
