"""Live messages within one process."""

from collections.abc import Collection, Sequence

from chirrup.platform.ports import Hear, Miss


class MemoryLiveChannel:
    """The `LiveChannel` port: what is published is heard at once, and nothing is ever missed."""

    def __init__(self) -> None:
        self._channels: set[str] = set()
        self._hear: Hear | None = None

    def listen(self, hear: Hear, miss: Miss) -> None:  # noqa: ARG002 - there is nothing to miss
        """Have messages handed over."""
        self._hear = hear

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Hand over what somebody listens to."""
        for channel, message in messages:
            if channel in self._channels and self._hear is not None:
                self._hear(channel, message)

    async def subscribe(self, channels: Collection[str]) -> None:
        """Hear channels."""
        self._channels.update(channels)

    async def unsubscribe(self, channels: Collection[str]) -> None:
        """Hear channels no longer."""
        self._channels.difference_update(channels)
