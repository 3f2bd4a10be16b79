"""Rules of which author is pushed and which is merged at read, and what each comes to over a workload.

What a server can know without asking anybody: an author's followers; how often the author posts, by the recent posts;
which share of the followers a fan-out has reached; how often a timeline is read on average. `adaptive` uses no more.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from chirrup.commands.bench.follow_graph import FollowGraph
from chirrup.commands.bench.population import Counts, Floats
from chirrup.commands.bench.replay.costs import Costs
from chirrup.commands.bench.replay.workload import Flags, Workload


@dataclass(frozen=True, slots=True)
class Scene:
    """What all policies have in common."""

    graph: FollowGraph
    load: Workload
    reached: Counts
    """How many timelines each post's fan-out finds."""
    followers: Counts
    reads: Counts
    """Of each account, in the whole time."""
    posts: Counts
    """Of each account, in the whole time."""
    audience: Floats
    """Of each account, how many reads its followers made."""
    following: Floats

    @property
    def share(self) -> float:
        """Which share of the visited followers had a timeline, over all posts."""
        return float(self.reached.sum() / max(1, self.followers[self.load.authors].sum()))

    @property
    def reads_per_timeline(self) -> float:
        """How often a day a timeline is read, on average, in the week before."""
        known = self.load.known_reads
        return float(known.sum() / max(1, np.count_nonzero(known)))


def scene(graph: FollowGraph, load: Workload, reached: Counts) -> Scene:
    """Count what all policies need."""
    accounts = graph.accounts
    reads = np.bincount(load.readers, minlength=accounts)
    audience = np.zeros(accounts)
    for followers, followees in graph.blocks():
        audience += np.bincount(followees, reads[followers], accounts)
    return Scene(
        graph=graph,
        load=load,
        reached=reached,
        followers=np.diff(graph.offsets),
        reads=reads,
        posts=np.bincount(load.authors, minlength=accounts),
        audience=audience,
        following=graph.sums(np.ones(accounts)),
    )


@dataclass(frozen=True, slots=True)
class Run:
    """What a policy did, in numbers of things."""

    pushed: Flags
    """Of each post, whether it was pushed."""
    pulled: Flags
    """Of each account, whether it is merged at read, at the end."""
    merged: Counts
    """How many reads merged so many authors, by that number."""
    merges: Floats
    """Of each author, in how many reads it was merged."""
    catch_ups: list[tuple[int, int]] = field(default_factory=list)
    """Of each return to push: (author, how many posts were pushed belatedly)."""
    switches: int = 0


def fixed(scene: Scene, pulled: Flags) -> Run:
    """Replay with modes that stay as they are."""
    authors = _pulled_followees(scene, pulled)
    return Run(
        pushed=~pulled[scene.load.authors],
        pulled=pulled,
        merged=np.bincount(authors[scene.load.readers], minlength=1),
        merges=np.where(pulled, scene.audience, 0.0),
    )


def _pulled_followees(scene: Scene, pulled: Flags) -> Counts:
    """Return of each account how many of those it follows are pulled."""
    return scene.graph.sums(pulled.astype(np.float64)).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When an adaptive policy changes its mind."""

    costs: Costs
    """What it believes that things cost."""
    cap: float = np.inf
    """Above this many followers an author is pulled, whatever it costs."""
    margin: float = 1.0
    """How many times cheaper pulling must be, since merging makes reads slower and pushing does not."""
    hysteresis: float = 1.5
    """By which factor the other way must be cheaper."""
    dwell: float = 0.25
    """For how many days a decision holds at least."""
    memory: float = 3.0
    """After how many days a post counts for the rate by a factor of e less."""

    def push_over_pull(self, rate: float, followers: int, share: float, reads: float) -> float:
        """Return how many times as much it costs to push an author as to pull.

        The rates are posts a day, and reads a day of one timeline; the share is that of followers with a timeline.
        """
        if followers > self.cap:
            return math.inf
        costs = self.costs
        active = followers * share
        push = rate * (followers * costs.visit + active * costs.delivery)
        pull = active * reads * costs.merge + rate * costs.reload
        return push / pull if pull else 0.0


class _Adapting:
    """The state of the adaptive policy: all that it has measured, for each account."""

    def __init__(self, scene: Scene, rule: Rule) -> None:
        self.rule = rule
        self.reads = scene.reads_per_timeline
        self.expected = scene.share
        self.followers: list[int] = scene.followers.tolist()
        self.share = [self.expected] * len(self.followers)
        self.count: list[float] = (scene.load.known_posts * rule.memory).tolist()
        self.seen = [0.0] * len(self.followers)
        self.since = [-rule.dwell] * len(self.followers)
        self.missed = [0] * len(self.followers)
        self.pulled = [
            rule.push_over_pull(rate, followers, self.expected, self.reads) > rule.margin
            for rate, followers in zip(scene.load.known_posts.tolist(), self.followers, strict=True)
        ]

    def take(self, author: int, time: float) -> bool:
        """Take one post into account; return whether its author's mode changes."""
        rule = self.rule
        self.count[author] = self.count[author] * math.exp((self.seen[author] - time) / rule.memory) + 1
        self.seen[author] = time
        if time - self.since[author] < rule.dwell:
            return False
        rate = self.count[author] / rule.memory
        ratio = rule.push_over_pull(rate, self.followers[author], self.share[author], self.reads) / rule.margin
        changes = ratio * rule.hysteresis < 1 if self.pulled[author] else ratio > rule.hysteresis
        if changes:
            self.pulled[author] = not self.pulled[author]
            self.since[author] = time
        return changes

    def learn(self, author: int, reached: int) -> None:
        """Note which share of the followers a fan-out has reached."""
        # one follower more or less must not make a small account look unread, or read by all
        self.share[author] = (reached + self.expected) / (self.followers[author] + 1)


def adaptive(scene: Scene, rule: Rule) -> Run:
    """Replay with modes that follow what is measured on the way."""
    load = scene.load
    state = _Adapting(scene, rule)
    merged = _Merged(scene, np.array(state.pulled))
    pushed = np.ones(len(load.authors), np.bool_)
    catch_ups = []
    switches = 0
    for place, (author, time) in enumerate(zip(load.authors.tolist(), load.post_times.tolist(), strict=True)):
        if state.take(author, time):
            switches += 1
            merged.change(author, time, pulled=state.pulled[author])
            if not state.pulled[author]:
                catch_ups.append((author, state.missed[author]))
                state.missed[author] = 0
        if state.pulled[author]:
            pushed[place] = False
            state.missed[author] += 1
        else:
            state.learn(author, int(scene.reached[place]))
    merged.end()
    return Run(pushed, np.array(state.pulled), merged.histogram, merged.of_author, catch_ups, switches)


class _Merged:
    """How many authors each read merges, while modes change."""

    def __init__(self, scene: Scene, pulled: Flags) -> None:
        self.scene = scene
        self.authors_of = _pulled_followees(scene, pulled)
        self.histogram = np.zeros(1, np.int64)
        self.of_author = np.where(pulled, scene.audience, 0.0)
        self.place = 0

    def change(self, author: int, time: float, *, pulled: bool) -> None:
        """Count the reads up to a change, and go on with it."""
        load = self.scene.load
        self._count(int(np.searchsorted(load.read_times, time)))
        followers = self.scene.graph.of(author)
        self.authors_of[followers] += 1 if pulled else -1
        # as if the audience read evenly over the time
        rest = self.scene.audience[author] * (1 - time / load.days)
        self.of_author[author] += rest if pulled else -rest

    def end(self) -> None:
        """Count the remaining reads."""
        self._count(len(self.scene.load.readers))

    def _count(self, until: int) -> None:
        counted = np.bincount(self.authors_of[self.scene.load.readers[self.place : until]], minlength=1)
        if len(counted) > len(self.histogram):
            counted[: len(self.histogram)] += self.histogram
            self.histogram = counted
        else:
            self.histogram[: len(counted)] += counted
        self.place = until


def best_in_hindsight(scene: Scene, costs: Costs, cap: float = np.inf) -> Flags:
    """Return which authors would have cost less pulled, by what really happened: no rule by author does better."""
    reached = np.bincount(scene.load.authors, scene.reached, scene.graph.accounts)
    push = scene.posts * scene.followers * costs.visit + reached * costs.delivery
    pull = scene.audience * costs.merge + scene.posts * costs.reload
    flags: Flags = (pull < push) | (scene.followers > cap)
    return flags


def best_by_edge(scene: Scene, costs: Costs) -> tuple[float, float]:
    """Return (microseconds, share of follows that are pushed) if each follow is pushed or pulled as is cheaper.

    The lower bound of Silberstein et al., "Feeding frenzy", SIGMOD 2010, by what really happened; those pushed are
    found at no cost.
    """
    each_push = scene.posts * (costs.visit + costs.delivery)
    each_pull = scene.reads * costs.merge
    total = 0.0
    pushed = 0
    for followers, followees in scene.graph.blocks():
        push, pull = each_push[followees], each_pull[followers]
        total += float(np.minimum(push, pull).sum())
        pushed += int(np.count_nonzero(push < pull))
    return total, pushed / max(1, len(scene.graph.followers))
