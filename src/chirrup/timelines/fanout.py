"""Writing home timelines: each post is pushed to its author's followers, in chunks, or left to be merged at read.

An author above the threshold is pulled: posts are not pushed, and readers merge them. On the way back, below four
fifths of the threshold, the author's posts are pushed again and still merged, until no timeline is left that lacks
the posts in between (these are dropped, chunk by chunk, and rebuilt when somebody reads them).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import structlog

from chirrup.accounts import Accounts
from chirrup.graph.store import GraphStore
from chirrup.platform.events import Event
from chirrup.platform.ports import Batch, Database, Delivery, Subscription, TimelineStore
from chirrup.platform.telemetry import Telemetry
from chirrup.platform.tracing import caused_by
from chirrup.posts import PostPublished
from chirrup.timelines.events import DrainStep, FanOutStep
from chirrup.timelines.home import HomeTimelines
from chirrup.timelines.store import TimelineTables

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FanOut:
    """The handlers that push posts."""

    db: Database
    tables: TimelineTables
    home: HomeTimelines
    graph_store: GraphStore
    accounts: Accounts
    timelines: TimelineStore
    telemetry: Telemetry
    chunk: int
    """How many followers one step visits."""
    threshold: int
    """Above this many followers an author is pulled."""

    async def handle(self, batch: Batch) -> None:
        """Push what was published, and go on with what is under way; pushing twice is pushing once."""
        authors = {delivery.event.key for delivery in batch.deliveries if isinstance(delivery.event, PostPublished)}
        modes = dict(await self.home.pulled_authors())
        changed = await self._changed_modes(authors, modes)
        modes |= changed
        newest = batch.deliveries[-1]
        drain = newest.event_id
        next_steps: list[tuple[Delivery, Event]] = [
            (newest, DrainStep(author_id=key, after=0, drain=drain)) for key, draining in changed.items() if draining
        ]
        drained = []
        for delivery in batch.deliveries:
            with caused_by(delivery):
                step = await self._take(delivery.event, modes)
            if step is not None:
                next_steps.append((delivery, step))
            elif isinstance(delivery.event, DrainStep):
                drained.append((delivery.event.author_id, delivery.event.drain))
        async with batch.transaction() as tx:
            for author_id, draining in changed.items():
                await self.tables.set_pulled(tx, author_id, drain if draining else 0)
            for author_id, ended in drained:
                await self.tables.delete_drained(tx, author_id, ended)
            for cause, event in next_steps:
                with caused_by(cause):
                    tx.publish(event)
            if changed or drained:
                tx.forget("pulled", 0)

    async def _take(self, event: Event, modes: Mapping[int, bool]) -> Event | None:
        """Take one step, and return the next."""
        match event:
            case PostPublished(author_id=author_id, post_id=post_id) if modes.get(author_id, True):
                return await self._push(author_id, post_id, 0)
            case FanOutStep(author_id=author_id, post_id=post_id, after=after):
                return await self._push(author_id, post_id, after)
            case DrainStep():
                return await self._drop(event)
        return None

    async def _changed_modes(self, authors: set[int], modes: Mapping[int, bool]) -> dict[int, bool]:
        """Return the authors that are to be pulled from now on (False), or to be pushed again (True)."""
        accounts = await self.accounts.by_ids(list(authors))
        changed = {}
        for author_id, account in accounts.items():
            mode = modes.get(author_id)
            if account.followers_count > self.threshold and mode is not False:
                changed[author_id] = False
            elif account.followers_count * 5 < self.threshold * 4 and mode is False:
                changed[author_id] = True
        return changed

    async def _push(self, author_id: int, post_id: int, after: int) -> FanOutStep | None:
        """Push a post to one chunk of followers; return the step for the next."""
        followers, last = await self.graph_store.follower_ids(self.db.read, author_id, after, self.chunk)
        reached = await self.timelines.push(followers, [post_id])
        self.telemetry.fanout_visits.inc(len(followers))
        self.telemetry.fanout_deliveries.inc(reached)
        log.debug("timelines.pushed", post_id=post_id, visited=len(followers), reached=reached)
        if len(followers) < self.chunk:
            return None
        return FanOutStep(author_id=author_id, post_id=post_id, after=last)

    async def _drop(self, step: DrainStep) -> DrainStep | None:
        """Drop the timelines of one chunk of followers; return the step for the next."""
        followers, last = await self.graph_store.follower_ids(self.db.read, step.author_id, step.after, self.chunk)
        await self.timelines.drop(followers)
        return msgspec.structs.replace(step, after=last) if len(followers) == self.chunk else None

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to."""
        return [Subscription("timelines.fan_out", [PostPublished, FanOutStep, DrainStep], self.handle)]
