"""What trends in random flocks, against plain loops over who posted what, when, and who follows whom."""

import random
from typing import Any

import pytest

from chirrup.bootstrap import Application
from chirrup.platform.ids import time_of
from chirrup.trends.models import HOUR
from chirrup.trends.scoring import LEAST_SCORE, score
from chirrup.trends.trust import ESTABLISHED, MOST_SUBJECTS, Standing, weight
from tests.clock import HandClock
from tests.flock import DAY, MINUTE, Flock

HALF_LIFE = 2 * HOUR
TAGS = ("spring", "larks", "comet", "nest", "seeds")
Post = tuple[int, int, str]
"""Its id, its author and its hashtag."""


@pytest.fixture
def clock() -> HandClock:
    """The time, which stands still unless a test moves it."""
    return HandClock()


class Oracle:
    """What a random flock has done, and what trends by that."""

    def __init__(self, chance: random.Random, flock: Flock) -> None:
        self.chance = chance
        self.flock = flock
        self.posts: list[Post] = []
        self.follows: set[tuple[int, int]] = set()

    async def live(self) -> None:
        """Have accounts of all ages follow each other and post, and some posts deleted, over some hours."""
        birds = [(await self.flock.hatch(1, days=days))[0] for days in (0.2, 3, 6, 8, 9, 10, 12, 20, 40, 60, 70, 80)]
        pairs = [(one, other) for one in birds for other in birds if one != other]
        self.follows = set(self.chance.sample(pairs, 60))
        await self.flock.follow(sorted(self.follows))
        for _ in range(60):
            self.flock.clock.move(self.chance.randrange(8) * MINUTE)
            author, tag = self.chance.choice(birds), self.chance.choice(TAGS)
            (post_id,) = await self.flock.say(f"see #{tag}", [author])
            self.posts.append((post_id, author, tag))
            if self.chance.random() < 0.1:
                gone = self.posts.pop(self.chance.randrange(len(self.posts)))
                await self.delete(gone[0])

    async def delete(self, post_id: int) -> None:
        posts = self.flock.app.posts
        async with self.flock.app.db.transaction() as tx:
            await posts.remove(tx, (await posts.store.by_ids(tx, [post_id]))[post_id])

    def trends(self) -> dict[str, tuple[int, float]]:
        """Return how many accounts each trend has, and what these weigh."""
        now = self.flock.clock.now()
        recent = [post for post in self.posts if time_of(post[0]) >= now - 6 * HALF_LIFE]
        found = {}
        for tag in TAGS:
            users = {author for _, author, used in recent if used == tag}
            firsts = {bird: min(key for key, author, used in recent if (author, used) == (bird, tag)) for bird in users}
            weights = {bird: self.weight(bird, users, recent) for bird in users}
            left = {bird: weights[bird] * 0.5 ** ((now - time_of(firsts[bird])) / HALF_LIFE) for bird in users}
            trusted = {bird for bird in users if weights[bird] >= ESTABLISHED}
            known = sum(left[bird] for bird in trusted)
            observed = known + min(known, sum(left[bird] for bird in users - trusted))
            if len(trusted) >= 3 and score(observed, 0) >= LEAST_SCORE:
                found[tag] = (len(users), observed)
        return found

    def weight(self, bird: int, users: set[int], recent: list[Post]) -> float:
        followers = {one for one, other in self.follows if other == bird}
        subjects = len({used for _, author, used in recent if author == bird})
        assert subjects <= MOST_SUBJECTS
        known_by = [one for one in followers - users if self.age(one) >= 7]
        return weight(Standing(self.age(bird), len(known_by), subjects), 7)

    def age(self, bird: int) -> float:
        return (self.flock.clock.now() - time_of(bird)) / (DAY * 1000)


@pytest.mark.parametrize("number", range(3))
async def test_what_trends_is_what_plain_loops_say(app: Application, clock: HandClock, number: int) -> None:
    oracle = Oracle(random.Random(number), Flock(app, clock))
    seen = 0
    for _ in range(2):
        await oracle.live()
        listed: dict[str, Any] = {trend.name: (trend.authors, trend.observed) for trend in await oracle.flock.trends()}
        expected = oracle.trends()
        assert listed == {tag: (authors, pytest.approx(sum_, abs=0.001)) for tag, (authors, sum_) in expected.items()}
        seen += len(expected)
        clock.move(2 * DAY)
    assert seen
