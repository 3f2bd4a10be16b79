"""Writing home timelines: each post is pushed to its author's followers, in chunks, or left to be merged at read.

An author above the threshold is pulled: posts are not pushed, and readers merge them. While deliveries are late the
threshold is lower. On the way back, below four fifths of the threshold, the author's posts are pushed again and still
merged, until no timeline is left that lacks the posts in between: these are pushed too, chunk by chunk, or, if they
are many, the timelines are dropped and rebuilt when somebody reads them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec
import structlog

from chirrup.accounts import Accounts
from chirrup.graph.store import GraphStore
from chirrup.platform.clock import Clock
from chirrup.platform.events import Event
from chirrup.platform.ids import MAX_ID, compose, time_of
from chirrup.platform.ports import Batch, Cache, Database, Delivery, Subscription, TimelineStore, Transaction
from chirrup.platform.telemetry import Telemetry
from chirrup.platform.tracing import caused_by
from chirrup.posts import PostPublished
from chirrup.posts.store import PostStore
from chirrup.timelines.events import DrainStep, FanOutStep, PullReviewed
from chirrup.timelines.home import HomeTimelines
from chirrup.timelines.models import Pulled, StepTaken
from chirrup.timelines.pressure import Pressure
from chirrup.timelines.store import TimelineTables

# by how much clocks may differ, and a post's id may be older than its commit
_SKEW = 600_000

log = structlog.get_logger()


class _Done(msgspec.Struct, frozen=True):
    """What handling one event has led to."""

    taken: StepTaken | None = None
    following: Sequence[Event] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """The handlers that push posts; pushing twice is pushing once."""

    db: Database
    tables: TimelineTables
    home: HomeTimelines
    graph_store: GraphStore
    post_store: PostStore
    accounts: Accounts
    timelines: TimelineStore
    cache: Cache
    clock: Clock
    telemetry: Telemetry
    pressure: Pressure
    chunk: int
    """How many followers one step visits."""
    lanes: int
    """How many steps of one fan-out may be taken at the same time, and how many at once in this process."""
    catch_up: int
    """Up to how many posts are pushed on the way back; who has missed more has the timeline dropped."""
    keep_steps: bool
    """Whether the steps taken are written down."""

    def subscriptions(self) -> list[Subscription]:
        """Return what these handlers listen to: apart, so that a post never waits for the steps of a large fan-out."""
        return [
            Subscription("timelines.fan_out", [PostPublished, PullReviewed], self.begin),
            Subscription("timelines.steps", [FanOutStep, DrainStep], self.go_on),
        ]

    async def begin(self, batch: Batch) -> None:
        """Push what was published to the first followers of its author, unless the author is pulled."""
        deliveries = batch.deliveries
        self.pressure.measure("posts", [delivery.published_at for delivery in deliveries])
        authors = {delivery.event.key for delivery in deliveries}
        pulled = await self.home.pulled.all()
        modes = {author_id: pulled[author_id] for author_id in authors if author_id in pulled}
        changed = await self._changed_modes(authors, modes)
        modes |= changed
        done = await self._each(deliveries, lambda event: self._begin(event, modes))
        newest = deliveries[-1].event_id
        since = compose(min(delivery.published_at for delivery in deliveries) - _SKEW, 0, 0)
        async with batch.transaction() as tx:
            for author_id, draining in changed.items():
                await self.tables.set_pulled(tx, author_id, Pulled(since, newest if draining else 0))
                if draining:
                    tx.publish(DrainStep(author_id=author_id, after=0, drain=newest))
            if changed:
                self.home.pulled.change(tx)
            await self._record(tx, deliveries, done)

    async def go_on(self, batch: Batch) -> None:
        """Take the next steps of what has begun."""
        deliveries = batch.deliveries
        posts = [delivery.event.post_id for delivery in deliveries if isinstance(delivery.event, FanOutStep)]
        if posts:
            self.pressure.measure("steps", map(time_of, posts))
        done = await self._each(deliveries, self._go_on)
        async with batch.transaction() as tx:
            for delivery, one in zip(deliveries, done, strict=True):
                event = delivery.event
                if isinstance(event, DrainStep) and not one.following:
                    await self.tables.delete_drained(tx, event.author_id, event.drain)
                    self.home.pulled.change(tx)
            await self._record(tx, deliveries, done)

    async def review_pulled(self) -> None:
        """Have it looked at whether pulled authors can be pushed again, also of those who do not post."""
        pulled = [author_id for author_id, draining in (await self.home.pulled.all()).items() if not draining]
        accounts = await self.accounts.by_ids(pulled)
        fallen = [key for key, account in accounts.items() if self._fallen(account.followers_count)]
        if fallen:
            async with self.db.transaction() as tx:
                for author_id in fallen:
                    tx.publish(PullReviewed(author_id=author_id))

    async def _each(
        self, deliveries: Sequence[Delivery], handle: Callable[[Event], Awaitable[_Done]]
    ) -> list[_Done]:  # fmt: skip
        """Handle deliveries, a few at a time."""

        async def one(delivery: Delivery) -> _Done:
            with caused_by(delivery):
                return await handle(delivery.event)

        done: list[_Done] = []
        for start in range(0, len(deliveries), self.lanes):
            together = [one(delivery) for delivery in deliveries[start : start + self.lanes]]
            for result in await asyncio.gather(*together, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result
                done.append(result)
        return done

    async def _changed_modes(self, authors: set[int], modes: Mapping[int, bool]) -> dict[int, bool]:
        """Return the authors that are to be pulled from now on (False), or to be pushed again (True)."""
        accounts = await self.accounts.by_ids(list(authors))
        threshold = self.pressure.threshold
        changed = {}
        for author_id, account in accounts.items():
            mode = modes.get(author_id)
            if account.followers_count > threshold and mode is not False:
                changed[author_id] = False
            elif mode is False and self._fallen(account.followers_count):
                changed[author_id] = True
        return changed

    def _fallen(self, followers: int) -> bool:
        return self.pressure.relieved and followers * 5 < self.pressure.threshold * 4

    async def _begin(self, event: Event, modes: Mapping[int, bool]) -> _Done:
        if not isinstance(event, PostPublished):
            return _Done()
        if not modes.get(event.author_id, True):
            return _Done(StepTaken(event.post_id, 0, 0, None, None, self.clock.now()))
        first = FanOutStep(author_id=event.author_id, after=0, post_id=event.post_id)
        taken, rest = await self._push(first)
        return _Done(taken, await self._in_lanes(rest) if rest else ())

    async def _go_on(self, event: Event) -> _Done:
        if isinstance(event, DrainStep):
            return await self._drain(event)
        assert isinstance(event, FanOutStep)
        taken, rest = await self._push(event)
        return _Done(taken, [rest] if rest else ())

    async def _push(self, step: FanOutStep) -> tuple[StepTaken, FanOutStep | None]:
        """Push a post to one chunk of followers; return what was done, and the step for the rest."""
        followers, last = await self.graph_store.follower_ids(
            self.db.read, step.author_id, step.after, step.until, self.chunk
        )
        reached = await self.timelines.push(followers, [step.post_id])
        self.telemetry.fanout_visits.inc(len(followers))
        self.telemetry.fanout_deliveries.inc(reached)
        log.debug("timelines.pushed", post_id=step.post_id, visited=len(followers), reached=reached)
        more = len(followers) == self.chunk and last < step.until
        upto = last if more else step.until
        taken = StepTaken(step.post_id, step.after, upto, len(followers), reached, self.clock.now())
        return taken, msgspec.structs.replace(step, after=last) if more else None

    async def _in_lanes(self, rest: FanOutStep) -> Sequence[FanOutStep]:
        """Divide the rest of a fan-out into parts of about the same number of followers."""
        if self.lanes == 1:
            return [rest]
        marks: list[int] = await self.cache.fetch_one("lanes", rest.author_id, self._load_marks)
        bounds = [rest.after, *(mark for mark in marks if mark > rest.after), MAX_ID]
        return [
            msgspec.structs.replace(rest, after=after, until=until, lane=lane)
            for lane, (after, until) in enumerate(pairwise(bounds))
        ]

    async def _load_marks(self, author_ids: list[int]) -> dict[int, list[int]]:
        """Return the follows between lanes; they may be old, since lanes together hold all followers anyway."""
        accounts = await self.accounts.by_ids(author_ids)
        marks = {}
        for author_id in author_ids:
            followers = accounts[author_id].followers_count if author_id in accounts else 0
            width = max(self.chunk, -(-followers // self.lanes))
            marks[author_id] = await self.graph_store.follow_marks(self.db.scan, author_id, width)
        return marks

    async def _drain(self, step: DrainStep) -> _Done:
        """Bring the timelines of one chunk of followers up to date."""
        pulled = await self.tables.pulled(self.db.read, step.author_id)
        if pulled is None or pulled.draining != step.drain:
            return _Done()
        followers, last = await self.graph_store.follower_ids(
            self.db.read, step.author_id, step.after, MAX_ID, self.chunk
        )
        newest = await self.post_store.newest_of_author(self.db.read, step.author_id, MAX_ID, self.catch_up)
        missed = [post_id for post_id in newest if post_id >= pulled.since]
        if len(missed) == self.catch_up:
            await self.timelines.drop(followers)
        elif missed:
            self.telemetry.fanout_visits.inc(len(followers))
            await self.timelines.push(followers, missed)
        return _Done(following=[msgspec.structs.replace(step, after=last)] if len(followers) == self.chunk else ())

    async def _record(self, tx: Transaction, deliveries: Sequence[Delivery], done: Sequence[_Done]) -> None:
        """Write down what was done, and publish what is to follow."""
        for delivery, one in zip(deliveries, done, strict=True):
            with caused_by(delivery):
                for event in one.following:
                    tx.publish(event)
        if self.keep_steps:
            await self.tables.record_steps(tx, [one.taken for one in done if one.taken])
