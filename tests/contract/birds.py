"""Birds that sing, and those who listen to them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from chirrup.platform.events import Event
from chirrup.platform.ports import Batch, Database, Subscription
from tests.contract.adapters import Sang

WREN, ROBIN = 1, 2
Handler = Callable[[Batch], Awaitable[None]]


async def sing(database: Database, *songs: int, bird: int = WREN) -> None:
    """Publish songs in one transaction."""
    async with database.transaction() as tx:
        for song in songs:
            tx.publish(Sang(bird=bird, song=song))


async def until(happened: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while True:
            if await happened():
                return
            await asyncio.sleep(0.005)


def wanting(handler: Handler, *events: type[Event], name: str = "listener") -> Subscription:
    return Subscription(name, events or [Sang], handler)


class Listener:
    """Remembers what it has heard, and fails where it is told to."""

    def __init__(self, fails: Callable[[Sequence[int]], bool] = lambda _songs: False) -> None:
        self.heard: list[tuple[int, int]] = []
        self.fails = fails

    async def __call__(self, batch: Batch) -> None:
        songs = [delivery.event for delivery in batch.deliveries]
        assert all(isinstance(song, Sang) for song in songs)
        if self.fails([song.song for song in songs if isinstance(song, Sang)]):
            raise ValueError("out of tune")
        self.heard += [(song.bird, song.song) for song in songs if isinstance(song, Sang)]

    def songs(self, bird: int = WREN) -> list[int]:
        return [song for singer, song in self.heard if singer == bird]


async def tally(batch: Batch) -> None:
    """Count songs in the database: adding, so that handling one twice shows."""
    async with batch.transaction() as tx:
        for delivery in batch.deliveries:
            assert isinstance(delivery.event, Sang)
            await tx.run(
                "INSERT INTO post_counts (post_id, likes) VALUES ($1, 1)"
                " ON CONFLICT (post_id) DO UPDATE SET likes = post_counts.likes + 1",
                delivery.event.song,
            )


async def tallied(database: Database) -> dict[int, int]:
    return {row[0]: row[1] for row in await database.read.all("SELECT post_id, likes FROM post_counts")}
