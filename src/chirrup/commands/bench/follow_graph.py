"""Who follows whom: drawn for a community of `population`, or read from a file."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chirrup.commands import edges
from chirrup.commands.bench.population import Community, Counts, Floats, Law, peopled
from chirrup.platform.adapters.sqlite.bulk import NUMBERS

Accounts = NDArray[np.int32]

_BLOCK = 2_000_000
"""How many follows are drawn at a time, which bounds the memory beside the graph itself."""
_GIANT = 50
"""One account in so many follows a giant: there, drawing again what was drawn before would not end soon."""


@dataclass(frozen=True, slots=True)
class FollowGraph:
    """The followers of each account, ascending: `followers[offsets[a]:offsets[a + 1]]`."""

    offsets: Counts
    """One more than there are accounts."""
    followers: Accounts

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return len(self.offsets) - 1

    def of(self, account: int) -> Accounts:
        """Return the followers of an account."""
        return self.followers[self.offsets[account] : self.offsets[account + 1]]

    def blocks(self) -> Iterator[tuple[Accounts, Accounts]]:
        """Yield all follows as (followers, followees), some at a time."""
        for first, last in _blocks(np.diff(self.offsets)):
            counts = np.diff(self.offsets[first : last + 1])
            followees = np.repeat(np.arange(first, last, dtype=np.int32), counts)
            yield self.followers[self.offsets[first] : self.offsets[last]], followees

    def sums(self, weights: Floats) -> Floats:
        """Return for each account the sum of the weights of those it follows."""
        total = np.zeros(self.accounts)
        for followers, followees in self.blocks():
            total += np.bincount(followers, weights[followees], self.accounts)
        return total


def draw(community: Community, seed: int) -> FollowGraph:
    """Draw as many distinct followers of each account as the community says, the more curious ones more often.

    Takes 4 bytes a follow twice over, and some 100 MB.
    """
    # apart from the numbers that the community was drawn with
    rng = np.random.default_rng([seed, 1])
    accounts = community.accounts
    offsets = np.concatenate(([0], np.cumsum(community.followers)))
    followers = np.empty(offsets[-1], np.int32)
    curious = np.maximum(1, np.rint(community.following)).astype(np.int64)
    table = np.repeat(np.arange(accounts, dtype=np.int32), curious)
    small = np.where(community.followers * _GIANT > accounts, 0, community.followers)
    for first, last in _blocks(small):
        drawn = _draw_block(rng, table, accounts, first, small[first:last])
        owners = np.repeat(np.arange(first, last), small[first:last])
        if len(drawn) == offsets[last] - offsets[first]:
            followers[offsets[first] : offsets[last]] = drawn
        else:
            places = offsets[owners] + np.arange(len(owners)) - _starts(small[first:last])
            followers[places] = drawn
    for giant in np.flatnonzero(small != community.followers):
        followers[offsets[giant] : offsets[giant + 1]] = _draw_giant(
            rng, curious, int(giant), int(community.followers[giant])
        )
    return FollowGraph(offsets, followers)


def load(file: str, law: Law, seed: int) -> tuple[Community, FollowGraph]:
    """Read a graph of one `follower followee` pair a line, gzipped or not; draw who posts and reads how much."""
    with edges.opened(file) as (text, _):
        chunks = edges.read(text, NUMBERS, frozenset())
        pairs = [np.array([chunk.followees, chunk.followers], np.int64) for chunk in chunks]
    numbers, renumbered = np.unique(np.concatenate(pairs, axis=1), return_inverse=True)
    followees, followers = renumbered.reshape(2, -1)
    accounts = len(numbers)
    keys = _distinct(followees * accounts + followers)
    followees, followers = np.divmod(keys, accounts)
    counts = np.bincount(followees, minlength=accounts)
    graph = FollowGraph(np.concatenate(([0], np.cumsum(counts))), followers.astype(np.int32))
    return peopled(counts, np.bincount(followers, minlength=accounts), law, seed), graph


def _blocks(counts: Counts) -> Iterator[tuple[int, int]]:
    """Yield (first, last + 1) of accounts that have about a block of followers together."""
    ends = np.cumsum(counts)
    first = 0
    while first < len(counts):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + _BLOCK, "right")))
        yield first, last
        first = last


def _starts(counts: Counts) -> Counts:
    """Return for each of the counted things where those of its owner begin."""
    return np.repeat(np.cumsum(counts) - counts, counts)


def _draw_block(rng: np.random.Generator, table: Accounts, accounts: int, first: int, counts: Counts) -> Counts:
    """Draw distinct followers of neighbouring accounts; return them in order of account and follower."""
    keys = np.empty(0, np.int64)
    missing = counts
    while missing.any():
        owners = np.repeat(np.arange(len(counts)), missing)
        drawn = table[rng.integers(len(table), size=len(owners))]
        fresh = _distinct((owners * accounts + drawn)[drawn != owners + first])
        if len(keys):
            places = np.minimum(np.searchsorted(keys, fresh), len(keys) - 1)
            # two runs in order: a stable sort merges them
            fresh = np.concatenate((keys, fresh[keys[places] != fresh]))
            fresh.sort(kind="stable")
        keys = fresh
        missing = counts - np.bincount(keys // accounts, minlength=len(counts))
    return keys % accounts


def _distinct(keys: Counts) -> Counts:
    """Return the different ones of some numbers, ascending; `np.unique` hashes, and takes many times as long."""
    ordered = np.sort(keys)
    return ordered[np.diff(ordered, prepend=-1) > 0]


def _draw_giant(rng: np.random.Generator, curious: Counts, giant: int, count: int) -> Counts:
    """Draw the followers of one account, without replacement (Efraimidis and Spirakis, IPL 97, 2006)."""
    times = rng.standard_exponential(len(curious)) / curious
    times[giant] = np.inf
    return np.sort(np.argpartition(times, count - 1)[:count])
