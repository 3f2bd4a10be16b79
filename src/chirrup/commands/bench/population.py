"""A synthetic community as data: who is followed how much, posts how much and reads how much.

Its laws are fitted to what was published of Twitter; what nobody published is called an assumption. The follows
themselves are drawn in `follow_graph`; `strata` gives the same laws for communities that are too large to draw.

Sources:

- Kwak et al., "What is Twitter, a social network or a news media?", WWW 2010: 41.7 M accounts, 1.47 G follows; the
  distribution's exponent is 2.276, up to 100,000; above, accounts have more followers than that predicts.
- Bruner, "Tweets loud and quiet", O'Reilly Radar 2013, 400,000 accounts: of those that posted in the last 30 days, the
  median has 61 followers, the 96th percentile 1,000, the 99th 3,000; the median of all accounts has one follower.
- Gabielkov et al., "Studying social networks at scale", SIGMETRICS 2014: 505 M accounts in July 2012; Twitter's
  prospectus of October 2013 (form S-1): 151 M monthly active accounts in that quarter; a year later 218.3 M, of which
  100 M daily, 500 M tweets a day and 150.9 G timeline views in a quarter.
- Pew Research Center, "Sizing up Twitter users", 2019: a tenth of the accounts writes 80 % of the tweets; 81 % of these
  visit daily; they follow 456 at the median, the others 74.
- Krikorian, "Timelines at scale", QCon 2012, as summed up by High Scalability in July 2013: 300,000
  home reads and 6,000 posts a second, 150 M active accounts, the most followed with 31 M followers.
- Red Planet Labs, "Twitter-scale Mastodon", 2023: 700 followers of Twitter's average post's author.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_TAIL = 1.276
"""The exponent of the share of accounts with more than so many followers: Kwak's 2.276 is the density's."""
_CENT = np.log([1.0, 2.0, 25.0, 100.0])
_FOLLOWERS = np.log([1.0, 61.0, 1000.0, 3000.0])
"""Bruner's followers at one account in 1, 2, 25 and 100; that the least followed have one is an assumption."""
_SLEEPING_FOLLOWERS = 1
_POSTS_SIGMA = 2.123
"""A log-normal law in which a tenth writes 80 %: the normal quantiles of 0.8 and 0.9 together."""
_READS_SIGMA = 2.38
"""A log-normal law with a mean of 7.6 views a day in which 46 % of the monthly active come on a given day."""
_FOLLOWING_SIGMA = 1.3
"""An assumption; Pew's two medians ask for at least 0.93."""
_POSTS_AND_FOLLOWERS = 0.25
"""With this correlation the average post's author has about 750 followers where the median has 61, and Twitter's had
some 700. Pew's medians of followers would ask for 0.75, and that average would be 6,300; it is what a fan-out pays."""
_POSTS_AND_READS = 0.55
"""With this, 80 % of the tenth that posts most read daily."""
_POSTS_AND_FOLLOWING = 0.72
"""With this, the medians of followees in the two groups stand as 456 to 74."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What a community is like; means are a day's, and of accounts that are awake."""

    follows: float = 50.0
    """How many accounts an account follows on average, those asleep included (Kwak: 35)."""
    posts: float = 2.29
    """500 M tweets a day by 218.3 M accounts."""
    reads: float = 7.6
    """150.9 G views in 91 days by 218.3 M accounts. By clients that ask unbidden it was 173 in Krikorian's talk."""
    awake: float = 0.30
    """The share that comes in a month: 151 M of 505 M. That the others read and post nothing is an assumption."""
    largest: float = 0.2
    """The most followed account's share of all accounts as followers: 31 M of 150 M."""
    most_posts: float = 150.0
    """How many posts a day Chirrup's limits allow in the long run."""
    most_reads: float = 2880.0
    """An assumption: a client that asks every half minute, day and night."""


@dataclass(frozen=True, slots=True)
class Community:
    """Accounts by number from 0: all arrays have one element for each."""

    law: Law
    followers: Counts
    following: Floats
    """How likely each is to be somebody's follower, as a number of follows; their sum is that of `followers`."""
    posts: Floats
    """A day; 0 of those asleep."""
    reads: Floats
    """Home reads a day; 0 of those asleep."""

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return len(self.followers)


@dataclass(frozen=True, slots=True)
class Strata:
    """A community of any size as groups of awake accounts, from the most to the least followed.

    All arrays have one element for each group; those asleep are left out, but count among the followers.
    """

    law: Law
    accounts: Floats
    """How many accounts a group has."""
    followers: Floats
    """How many followers each of them has."""
    posts: Floats
    """How many posts a day each of them writes on average."""
    reads: Floats
    """How many home reads a day each of them makes on average."""

    def visits(self, threshold: float = np.inf) -> float:
        """Return how many followers a day a fan-out visits that pushes up to this many followers."""
        pushed = self.followers <= threshold
        return float((self.accounts * self.posts * self.followers)[pushed].sum())

    def above(self, threshold: float) -> float:
        """Return how many accounts have more followers than this."""
        return float(self.accounts[self.followers > threshold].sum())


def community(accounts: int, law: Law, seed: int) -> Community:
    """Return a community of so many accounts; the same seed makes the same one."""
    rng = np.random.default_rng(seed)
    awake = _awake_count(accounts, law)
    ranks = (np.arange(awake) + 0.5) / awake
    mean = _mean_of_awake(accounts, law)
    wanted = _followers_at(ranks, np.ones(awake), mean, law.largest * accounts)
    followers = np.full(accounts, _SLEEPING_FOLLOWERS if accounts > 1 else 0, np.int64)
    followers[:awake] = np.minimum(_rounded(wanted, rng), accounts - 1)
    return _shuffled(_peopled(followers, None, law, rng), rng)


def peopled(followers: Counts, following: Counts, law: Law, seed: int) -> Community:
    """Return a community with follows that are given: who posts and reads how much is drawn.

    That those with the most followers are the ones awake, in the share that the law says, is an assumption.
    """
    rng = np.random.default_rng(seed)
    # those with equally many in random order
    order = np.lexsort((rng.random(len(followers)), -followers))
    drawn = _peopled(followers[order], following[order].astype(np.float64), law, rng)
    back = np.argsort(order)
    return _taken(drawn, back)


def strata(accounts: float, law: Law, parts: int = 4096) -> Strata:
    """Return a community of any size by its laws alone, in groups of equal ratios of rank."""
    awake = max(1.0, accounts * law.awake)
    edges = np.concatenate(([0.0], np.geomspace(1.0, awake, parts)))
    sizes = np.diff(edges)
    top = (edges[:-1] + edges[1:]) / 2 / awake
    followers = _followers_at(top, sizes, _mean_of_awake(accounts, law), law.largest * accounts)
    normal = NormalDist()
    z = np.array([normal.inv_cdf(1.0 - share) for share in top])
    posts = _given(z, _POSTS_AND_FOLLOWERS, _POSTS_SIGMA, sizes, law.posts, law.most_posts)
    reads = _given(z, _POSTS_AND_FOLLOWERS * _POSTS_AND_READS, _READS_SIGMA, sizes, law.reads, law.most_reads)
    return Strata(law, sizes, followers, posts, reads)


def reading_within(reads: Floats, hours: float) -> Floats:
    """Return the chance that each has read within the last hours: whether there is a timeline."""
    chances: Floats = -np.expm1(-reads * (hours / 24))
    return chances


def _awake_count(accounts: int, law: Law) -> int:
    return max(1, round(accounts * law.awake))


def _mean_of_awake(accounts: float, law: Law) -> float:
    """Return the mean number of followers of those awake; that of those asleep is one."""
    awake = max(1.0, accounts * law.awake)
    return max(1.0, (law.follows * accounts - _SLEEPING_FOLLOWERS * (accounts - awake)) / awake)


def _followers_at(top: Floats, weights: Floats, mean: float, most: float) -> Floats:
    """Return the followers of accounts at the top so-and-so much, in a community with this mean and this most."""
    rank = -np.log(top)
    tail = _FOLLOWERS[-1] + (rank - _CENT[-1]) / _TAIL
    shape = np.exp(np.where(rank > _CENT[-1], tail, np.interp(rank, _CENT, _FOLLOWERS)))
    return _with_mean(shape, weights, mean, most)


def _with_mean(shape: Floats, weights: Floats, mean: float, most: float = np.inf) -> Floats:
    """Return values in the ratios of a shape, but for those cut at the most, with a weighted mean."""
    low, high = -60.0, 60.0
    share = weights / weights.sum()
    for _ in range(60):
        middle = (low + high) / 2
        if float(np.minimum(shape * np.exp(middle), most) @ share) < mean:
            low = middle
        else:
            high = middle
    values: Floats = np.minimum(shape * np.exp(high), most)
    return values


def _given(z: Floats, correlation: float, sigma: float, weights: Floats, mean: float, most: float) -> Floats:
    """Return the means of a log-normal law, cut at the most, given a normal variable that it correlates with."""
    nodes, shares = np.polynomial.hermite_e.hermegauss(64)
    shape = np.exp(sigma * (correlation * z[:, None] + np.sqrt(1 - correlation**2) * nodes))
    shares = shares / shares.sum()
    values = _with_mean(shape.ravel(), np.outer(weights, shares).ravel(), mean, most)
    means: Floats = values.reshape(shape.shape) @ shares
    return means


def _peopled(followers: Counts, following: Floats | None, law: Law, rng: np.random.Generator) -> Community:
    """Draw what the accounts do, for numbers of followers in falling order, of which the first are awake."""
    accounts = len(followers)
    awake = _awake_count(accounts, law)
    popular = np.sort(rng.standard_normal(awake))[::-1]
    posting = _correlated(popular, _POSTS_AND_FOLLOWERS, rng)
    reading = _correlated(posting, _POSTS_AND_READS, rng)
    every = np.ones(awake)
    posts, reads = np.zeros(accounts), np.zeros(accounts)
    posts[:awake] = _with_mean(np.exp(_POSTS_SIGMA * posting), every, law.posts, law.most_posts)
    reads[:awake] = _with_mean(np.exp(_READS_SIGMA * reading), every, law.reads, law.most_reads)
    if following is None:
        curious = rng.standard_normal(accounts)
        curious[:awake] = _correlated(posting, _POSTS_AND_FOLLOWING, rng)
        following = _with_mean(
            np.exp(_FOLLOWING_SIGMA * curious), np.ones(accounts), float(followers.mean()), accounts - 1.0
        )
    return Community(law, followers, following, posts, reads)


def _correlated(z: Floats, correlation: float, rng: np.random.Generator) -> Floats:
    own: Floats = rng.standard_normal(len(z))
    correlated: Floats = correlation * z + np.sqrt(1 - correlation**2) * own
    return correlated


def _rounded(values: Floats, rng: np.random.Generator) -> Counts:
    """Return whole numbers with the same expected sum."""
    return np.floor(values + rng.random(len(values))).astype(np.int64)


def _shuffled(drawn: Community, rng: np.random.Generator) -> Community:
    return _taken(drawn, rng.permutation(drawn.accounts))


def _taken(drawn: Community, order: Counts) -> Community:
    columns = (drawn.followers, drawn.following, drawn.posts, drawn.reads)
    return Community(drawn.law, *(column[order] for column in columns))  # type: ignore[arg-type]
