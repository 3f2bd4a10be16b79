"""A stretch of time of a community: who posts and who reads when, and which timelines there are meanwhile."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chirrup.commands.bench.follow_graph import FollowGraph
from chirrup.commands.bench.population import Community, Counts, Floats

_HISTORY_DAYS = 7
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Posts and reads in order of time; times are in days from the beginning."""

    days: float
    post_times: Floats
    authors: Counts
    """Who wrote each post."""
    read_times: Floats
    readers: Counts
    """Who made each home read."""
    expiry: Floats
    """Until when each account keeps a timeline without reading; 0 if it has none at the beginning."""
    first: Floats
    """When each account first reads; infinity if it does not."""
    known_posts: Floats
    """A day, of each account, as a server that looks at a week before the beginning sees it."""
    known_reads: Floats
    """A day, of each account, likewise."""

    def has_timeline(self, accounts: Counts | NDArray[np.int32], time: float) -> Flags:
        """Return which of the accounts have a timeline at a time."""
        flags: Flags = (time < self.expiry[accounts]) | (time >= self.first[accounts])
        return flags

    def rebuilds(self) -> int:
        """Return how many first reads find no timeline."""
        return int((np.isfinite(self.first) & (self.first >= self.expiry)).sum())


def workload(community: Community, days: float, ttl_days: float, seed: int) -> Workload:
    """Draw the posts and reads of a community; that both are spread evenly over the time is an assumption.

    The time is at most the time to live of a timeline, so that none that is read is dropped again.
    """
    assert days <= ttl_days
    rng = np.random.default_rng([seed, 2])
    post_times, authors = _events(rng, community.posts, days)
    read_times, readers = _events(rng, community.reads, days)
    first = np.full(community.accounts, np.inf)
    # the earliest is written last
    first[readers[::-1]] = read_times[::-1]
    with np.errstate(divide="ignore"):
        since_last_read = rng.standard_exponential(community.accounts) / community.reads
    return Workload(
        days=days,
        post_times=post_times,
        authors=authors,
        read_times=read_times,
        readers=readers,
        expiry=np.maximum(0.0, ttl_days - since_last_read),
        first=first,
        known_posts=rng.poisson(community.posts * _HISTORY_DAYS) / _HISTORY_DAYS,
        known_reads=rng.poisson(community.reads * _HISTORY_DAYS) / _HISTORY_DAYS,
    )


def reached(load: Workload, graph: FollowGraph) -> Counts:
    """Return how many followers of its author have a timeline when each post is written."""
    found = np.zeros(len(load.authors), np.int64)
    for place, (author, time) in enumerate(zip(load.authors.tolist(), load.post_times.tolist(), strict=True)):
        found[place] = np.count_nonzero(load.has_timeline(graph.of(author), time))
    return found


def _events(rng: np.random.Generator, rates: Floats, days: float) -> tuple[Floats, Counts]:
    who = np.repeat(np.arange(len(rates)), rng.poisson(rates * days))
    times = rng.random(len(who)) * days
    order = np.argsort(times)
    return times[order], who[order]
