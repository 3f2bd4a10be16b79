"""How late deliveries come when many fan-outs share the workers: a simulation, event by event.

A worker process has one partition of posts and one of steps, and takes of both in turn, the oldest first. A post's
first chunk is taken where its author's posts lie; the rest is divided into lanes of about equally many chunks, and
each lane goes on in a partition of its own, one step after another (ADR 19). With one chunk a post it is the queue
with one server of the textbooks.
"""

import heapq
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil


@dataclass(frozen=True, slots=True, kw_only=True)
class Fabric:
    """What the work goes through; times in seconds."""

    workers: int
    lanes: int
    chunk: int
    step: float
    """How long a worker is busy with a step, whatever it holds."""
    visit: float
    """How long with each follower of it."""
    hop: float
    """From a commit, or from a step to the next, through outbox, relay and log."""

    def work(self, followers: int) -> float:
        """Return how long workers are busy with a post."""
        return max(1, ceil(followers / self.chunk)) * self.step + followers * self.visit


@dataclass(slots=True)
class _Post:
    came: float
    author: int
    followers: int
    open_lanes: int = 0
    done: float = 0.0


@dataclass(frozen=True, slots=True)
class _Step:
    post: _Post
    lane: int
    visits: int
    left: int
    """Followers of the lane behind this step."""


@dataclass(slots=True)
class _Worker:
    queues: tuple[deque[_Step], deque[_Step]] = field(default_factory=lambda: (deque(), deque()))
    turn: int = 0
    busy: bool = False

    def take(self) -> _Step | None:
        """Take the next step, of posts and of steps in turn."""
        for number in (self.turn, 1 - self.turn):
            if self.queues[number]:
                self.turn = 1 - number
                return self.queues[number].popleft()
        return None


def delays(
    fabric: Fabric, followers: Sequence[int], weights: Sequence[float], load: float, posts: int, seed: int
) -> list[tuple[int, float]]:
    """Return (followers, seconds from the commit to the last delivery) of posts that come at random.

    Args:
        fabric: what they go through.
        followers: how many followers the kinds of authors have.
        weights: how many posts each kind writes.
        load: which part of their time the workers are busy, below 1.
        posts: how many posts come; the first tenth, while queues fill, is left out.
        seed: the same one gives the same delays.
    """
    chance = random.Random(seed)  # noqa: S311 - a simulation
    sums = list(accumulate(weights))
    mean = sum(weight * fabric.work(count) for count, weight in zip(followers, weights, strict=True)) / sums[-1]
    rate = load * fabric.workers / mean
    came, now = [], 0.0
    for count in chance.choices(followers, cum_weights=sums, k=posts):
        now += chance.expovariate(rate)
        came.append(_Post(now, chance.randrange(1 << 20), count))
    _run(fabric, came)
    return [(post.followers, post.done - post.came) for post in came[posts // 10 :]]


def _run(fabric: Fabric, posts: Sequence[_Post]) -> None:
    """Take all steps in order of time."""
    workers = [_Worker() for _ in range(fabric.workers)]
    # (when, in which order, what: a step that arrives at a worker, or a worker that is ready with one)
    agenda: list[tuple[float, int, int, _Step | None]] = []
    for number, post in enumerate(posts):
        post.open_lanes = 1
        visits = min(post.followers, fabric.chunk)
        first = _Step(post, -1, visits, post.followers - visits)
        agenda.append((post.came + fabric.hop, number, post.author % fabric.workers, first))
    heapq.heapify(agenda)
    order = len(posts)
    taken: dict[int, _Step] = {}
    while agenda:
        now, _, place, arrived = heapq.heappop(agenda)
        worker = workers[place]
        if arrived is not None:
            worker.queues[arrived.lane >= 0].append(arrived)
        else:
            worker.busy = False
            for at, following in _finish(fabric, taken.pop(place), now):
                order += 1
                heapq.heappush(agenda, (now + fabric.hop, order, at, following))
        if not worker.busy and (step := worker.take()) is not None:
            worker.busy = True
            taken[place] = step
            order += 1
            heapq.heappush(agenda, (now + fabric.step + step.visits * fabric.visit, order, place, None))


def _finish(fabric: Fabric, step: _Step, now: float) -> list[tuple[int, _Step]]:
    """Return what follows a step: (worker, step)."""
    post = step.post
    if step.lane >= 0 and step.left:
        visits = min(step.left, fabric.chunk)
        following = _Step(post, step.lane, visits, step.left - visits)
        return [((post.author + step.lane) % fabric.workers, following)]
    post.open_lanes -= 1
    post.done = now
    if step.lane >= 0 or not step.left:
        return []
    width = max(fabric.chunk, ceil(step.left / fabric.lanes))
    parts = [min(width, step.left - start) for start in range(0, step.left, width)]
    post.open_lanes = len(parts)
    return [
        ((post.author + lane) % fabric.workers, _Step(post, lane, min(part, fabric.chunk), max(0, part - fabric.chunk)))
        for lane, part in enumerate(parts)
    ]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of them lies.

    Raises:
        ValueError: there are none.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("There is no percentile of nothing.")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
