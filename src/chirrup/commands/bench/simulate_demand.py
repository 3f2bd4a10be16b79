"""What people ask of a server: from a number of daily users and the laws of a community to rates."""

from dataclasses import dataclass

import numpy as np

from chirrup.commands.bench.population import Community, Law, Strata, community, reading_within, strata

_DAY = 86_400.0
_SAMPLE = 50_000
_SEED = 1
_GROUPS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What a daily user does, and by which rules fan-out goes."""

    reads: float = 100.0
    """Home reads a day."""
    writes: float = 10.0
    """Writes a day; each is taken to be a post, the most expensive kind."""
    threshold: int = 10_000
    chunk: int = 1000
    ttl_hours: float = 72.0


@dataclass(frozen=True, slots=True)
class People:
    """A community in proportions that hold at any size."""

    accounts: float
    """Accounts for each daily user."""
    timelines: float
    """Timelines that exist for each daily user: of those who came within the time to live."""
    rebuilds: float
    """Timelines built anew, a day, for each daily user: of those who come after the time to live."""
    reached: float
    """The share of followers who have a timeline."""
    followees: float
    """How many accounts the reader of the average page follows."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Means over a day; rates are of a second."""

    daily: float
    accounts: float
    follows: float
    timelines: float
    giants: float
    """Accounts above the threshold."""
    reads: float
    posts: float
    steps: float
    """Chunks of followers after the first of each post."""
    visits: float
    """Followers that fan-outs go by."""
    deliveries: float
    """Those of them who have a timeline."""
    rebuilds: float
    merged: float
    """Authors whose posts the average read merges."""


def people(sample: Community, ttl_hours: float) -> People:
    """Return the proportions of a community that is drawn or was read from a file."""
    daily = float(reading_within(sample.reads, 24).sum())
    alive = reading_within(sample.reads, ttl_hours)
    absent = np.exp(-sample.reads * (ttl_hours / 24))
    return People(
        accounts=sample.accounts / daily,
        timelines=float(alive.sum()) / daily,
        rebuilds=float((sample.reads * absent).sum()) / daily,
        reached=float((sample.following * alive).sum() / sample.following.sum()),
        followees=float((sample.following * sample.reads).sum() / sample.reads.sum()),
    )


def of_law(law: Law, ttl_hours: float) -> People:
    """Return the proportions of a law, from a community drawn by it: the same one each time."""
    return people(community(_SAMPLE, law, _SEED), ttl_hours)


def groups(daily: float, shares: People, law: Law) -> Strata:
    """Return the awake accounts of a community with so many daily users."""
    return strata(daily * shares.accounts, law, _GROUPS)


def groups_of(sample: Community, daily: float, shares: People) -> Strata:
    """Return the awake accounts of a given graph, each standing for as many as make so many daily users."""
    awake = sample.reads > 0
    each = daily * shares.accounts / sample.accounts
    return Strata(
        sample.law,
        np.full(int(awake.sum()), each),
        sample.followers[awake].astype(np.float64),
        sample.posts[awake],
        sample.reads[awake],
    )


def demand(daily: float, shares: People, awake: Strata, follows: float, habits: Habits) -> Demand:
    """Return what so many daily users ask for; `follows` is the mean of all accounts."""
    weights = awake.accounts * awake.posts
    posts = weights * (daily * habits.writes / _DAY / weights.sum())
    pushed = awake.followers <= habits.threshold
    visits = float((posts * awake.followers)[pushed].sum())
    chunks = np.maximum(1.0, np.ceil(awake.followers / habits.chunk))
    accounts = daily * shares.accounts
    of_giants = float((awake.accounts * awake.followers)[~pushed].sum()) / (accounts * follows)
    return Demand(
        daily=daily,
        accounts=accounts,
        follows=accounts * follows,
        timelines=daily * shares.timelines,
        giants=float(awake.accounts[~pushed].sum()),
        reads=daily * habits.reads / _DAY,
        posts=float(posts.sum()),
        steps=float((posts * (chunks - 1))[pushed].sum()),
        visits=visits,
        deliveries=visits * shares.reached,
        rebuilds=daily * shares.rebuilds / _DAY,
        merged=shares.followees * min(1.0, of_giants),
    )
