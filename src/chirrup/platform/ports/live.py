"""Channels that lead to connected viewers."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

Hear = Callable[[str, bytes], None]
"""Takes a channel and a message that was published on it."""


Miss = Callable[[Collection[str]], None]
"""Takes channels on which messages may have passed unheard, once they are heard again."""


class LiveChannel(Protocol):
    """Passes short messages to the processes that listen at that moment; nobody keeps them.

    What is published after a subscription has returned is heard, of each publisher in order; where a message may have
    been lost, the subscriber is told so. Channels are named by `kind:id`.
    """

    def listen(self, hear: Hear, miss: Miss) -> None:
        """Have messages handed to `hear`, and losses told to `miss`, of which there is one each in a process."""

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Publish messages, each on a channel; when that fails, some may have been published.

        Raises:
            Unavailable: not all of them could be published.
        """

    async def subscribe(self, channels: Collection[str]) -> None:
        """Hear what is published on channels from now on; those that are heard already go on.

        Raises:
            Unavailable: not all of them can be heard; none of the new ones is then subscribed to.
        """

    async def unsubscribe(self, channels: Collection[str]) -> None:
        """Hear channels no longer."""
