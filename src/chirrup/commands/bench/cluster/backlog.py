"""Posts that wait to be pushed, so many that a worker always has some to push."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Literal

from chirrup.bootstrap import Application
from chirrup.commands.bench.cluster.bulk import Filler
from chirrup.posts import PostPublished
from chirrup.settings import Settings

_LEVEL = 100
_AT_ONCE = 50
_LOOK = 0.05
_WITHIN = 120.0


class Backlog:
    """Publishes posts of some authors in turn; their rows are written before their events."""

    def __init__(self, app: Application, settings: Settings, authors: Sequence[int], followers: int) -> None:
        """Take authors, all of whom have as many followers."""
        self._followers = followers
        self._app = app
        self._filler = Filler(settings.database_url)
        self._authors = authors
        self._published: list[int] = []

    async def publish(self, count: int) -> None:
        """Publish some posts in one transaction."""
        authors = [self._authors[(len(self._published) + number) % len(self._authors)] for number in range(count)]
        post_ids = await self._filler.posts(authors)
        async with self._app.db.transaction() as tx:
            for author_id, post_id in zip(authors, post_ids, strict=True):
                tx.publish(
                    PostPublished(
                        post_id=post_id, author_id=author_id, reply_to=None, reply_to_author_id=None, retweet_of=None,
                        is_retweet=False, conversation_id=post_id, mentioned_ids=(),
                    )
                )  # fmt: skip
        self._published += post_ids

    async def delivered(self) -> int:
        """Return how many timelines posts have been pushed to, by the record of the steps of fan-outs."""
        return await self._sum("reached")

    @asynccontextmanager
    async def kept(self, *, wanted: bool) -> AsyncIterator[None]:
        """Have posts wait for as long as the block lasts, if that is wanted."""
        if not wanted:
            yield
            return
        await self._top_up()
        task = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def drain(self) -> None:
        """Wait until nothing is left to push, nor anything else to do."""
        async with asyncio.timeout(_WITHIN):
            # a step makes the next, of which the bus knows only then
            while await self._sum("visited") < len(self._published) * self._followers:  # noqa: ASYNC110
                await asyncio.sleep(_LOOK)
            await self._app.bus.caught_up()

    async def _sum(self, column: Literal["visited", "reached"]) -> int:
        row = await self._app.db.read.first(f"SELECT coalesce(sum({column}), 0) FROM fan_out_steps")  # noqa: S608
        return int(row[0]) if row else 0

    async def _keep(self) -> None:
        while True:
            await self._top_up()
            await asyncio.sleep(_LOOK)

    async def _top_up(self) -> None:
        row = await self._app.db.read.first("SELECT count(*) FROM fan_out_steps WHERE after = 0")
        waiting = len(self._published) - (row[0] if row else 0)
        while waiting < _LEVEL:
            await self.publish(_AT_ONCE)
            waiting += _AT_ONCE
