"""Random histories: each act by its weight, and stretches of acts that belong together."""

from collections.abc import Callable, Sequence
from random import Random

from chirrup.commands.bench.judge import acts
from chirrup.commands.bench.judge.acts import BIRDS, AnyAct

_PEOPLE = len(BIRDS) + 2
_STARS = 2
_LATE = 20_000
"""Milliseconds that make what waits to be delivered late."""

Part = Callable[[], list[AnyAct]]


def random_history(seed: str, length: int, *, cluster: bool) -> tuple[AnyAct, ...]:
    """Return a history of at least some acts, the same for the same seed."""
    return Chance(Random(seed), cluster=cluster).history(length)  # noqa: S311 - no secret


class Chance:
    """Makes up a history."""

    def __init__(self, random: Random, *, cluster: bool) -> None:
        """Take the source of chance, and whether there are several processes and a Redis."""
        self._random = random
        self._keys = 0
        # what a handler waits for on a network takes many turns of the loop
        self._moments = (0, 1, 2, 4, 8, 15, 30, 60, 120, 250) + ((500, 1000, 2000) if cluster else ())
        deeds: list[tuple[float, Part]] = [
            (8, self._posts), (4, self._replies), (2, self._quotes), (5, self._retweets), (2, self._unretweets),
            (3, self._deletes), (5, self._follows), (4, self._unfollows), (2, self._blocks), (2, self._mutes),
            (1, self._bans), (0.4, self._leaves), (0.6, self._joins), (2, self._time), (4, self._fame), (3, self._fall),
            (3, self._rise_and_fall), (4, self._heard), (1.5, self._echoes), (1, self._curious),
            (2, self._settles), (0.7, self._compares), (6, self._reads),
            (3, self._reads_while_others_post), (4, self._at_once), (0.5, self._audits), (0.7, self._reviews),
        ]  # fmt: skip
        faults: list[tuple[float, Part]] = [
            (2, self._drops), (1.2, self._forgets), (0.8, self._flushes), (0.5, self._idle), (1, self._redelivers),
            (2, self._lags), (2.5, self._crashes), (0.5, self._restarts),
        ]  # fmt: skip
        if cluster:
            faults += [(0.4, self._redis_away), (0.6, self._one_away)]
        self._weights = [weight for weight, _ in deeds + faults]
        self._parts = [part for _, part in deeds + faults]

    def history(self, length: int) -> tuple[AnyAct, ...]:
        """Return at least `length` acts, after a beginning in which some follow each other and have posted."""
        pairs = [self._pair() for _ in range(self._random.randrange(41))]
        found: list[AnyAct] = [acts.Follow(pairs=tuple(pairs)), *self._songs(self._random.randrange(20))]
        while len(found) < length:
            [part] = self._random.choices(self._parts, self._weights)
            found += part()
        return tuple(found)

    def _bird(self) -> int:
        return self._random.randrange(_PEOPLE)

    def _birds(self, least: int, most: int) -> tuple[int, ...]:
        return tuple(self._bird() for _ in range(self._random.randint(least, most)))

    def _pair(self) -> tuple[int, int]:
        one, other = self._random.sample(range(_PEOPLE), 2)
        return one, other

    def _crowd(self, star: int) -> list[int]:
        others = [number for number in range(_PEOPLE) if number != star]
        return self._random.sample(others, self._random.randint(3, len(others)))

    def _star(self) -> int:
        return self._random.randrange(_STARS)

    def _new_keys(self, number: int = 1) -> int:
        self._keys += number
        return self._keys - number

    def _known(self) -> int:
        """Return the key of one of the later posts."""
        return max(0, self._keys - 1 - self._random.randrange(12))

    def _moment(self) -> int:
        return self._random.choice(self._moments)

    def _limits(self) -> tuple[int, ...]:
        return tuple(self._random.randint(1, 7) for _ in range(self._random.randint(1, 3)))

    def _songs(self, number: int, author: int | None = None) -> list[AnyAct]:
        """Return posts, each of a time of its own."""
        return [
            acts.Post(key=self._new_keys(), authors=(self._bird() if author is None else author,))
            for _ in range(number)
        ]

    def _readings(self, viewers: Sequence[int]) -> list[AnyAct]:
        return [acts.Read(viewer=viewer, limits=self._limits()) for viewer in viewers]

    def _posts(self) -> list[AnyAct]:
        if self._random.random() < 0.5:
            authors: tuple[int, ...] = (self._bird(),) * self._random.randint(1, 6)
        else:
            authors = self._birds(2, 8)
        return [acts.Post(key=self._new_keys(len(authors)), authors=authors)]

    def _replies(self) -> list[AnyAct]:
        return [acts.Reply(post=self._known(), author=self._bird(), key=self._new_keys())]

    def _quotes(self) -> list[AnyAct]:
        return [acts.Quote(post=self._known(), author=self._bird(), key=self._new_keys())]

    def _retweets(self) -> list[AnyAct]:
        return [acts.Retweet(post=self._known(), author=self._bird(), key=self._new_keys())]

    def _unretweets(self) -> list[AnyAct]:
        return [acts.Unretweet(author=self._bird(), post=self._known())]

    def _deletes(self) -> list[AnyAct]:
        return [acts.Delete(post=self._known())]

    def _follows(self) -> list[AnyAct]:
        pair = self._pair()
        reading = self._readings(pair[:1]) if self._random.random() < 0.4 else []
        return [acts.Follow(pairs=(pair,)), *reading]

    def _unfollows(self) -> list[AnyAct]:
        pair = self._pair()
        reading = self._readings(pair[:1]) if self._random.random() < 0.4 else []
        return [acts.Unfollow(pairs=(pair,)), *reading]

    def _blocks(self) -> list[AnyAct]:
        one, other = self._pair()
        undone = [acts.Unblock(one=one, other=other)] if self._random.random() < 0.5 else []
        return [acts.Block(one=one, other=other), *self._readings([one, other]), *undone]

    def _mutes(self) -> list[AnyAct]:
        one, other = self._pair()
        undone = [acts.Unmute(one=one, other=other)] if self._random.random() < 0.4 else []
        return [acts.Mute(one=one, other=other), *self._readings([one]), *undone]

    def _bans(self) -> list[AnyAct]:
        one = self._bird()
        return [acts.Ban(one=one), *self._readings(self._birds(1, 2)), *self._songs(2), acts.Unban(one=one)]

    def _leaves(self) -> list[AnyAct]:
        return [acts.Leave(one=self._bird())]

    def _joins(self) -> list[AnyAct]:
        pairs = tuple((self._random.randrange(len(BIRDS), _PEOPLE), self._bird()) for _ in range(4))
        return [acts.Join(), acts.Follow(pairs=tuple(pair for pair in pairs if pair[0] != pair[1]))]

    def _time(self) -> list[AnyAct]:
        return [acts.Pass(milliseconds=self._random.randint(-40, 40))]

    def _fame(self) -> list[AnyAct]:
        """Let many follow a star, whose fame is looked at when it posts."""
        star = self._star()
        pairs = tuple((number, star) for number in self._crowd(star))
        return [acts.Follow(pairs=pairs), *self._counted(), *self._songs(self._random.randint(1, 3), star)]

    def _fall(self) -> list[AnyAct]:
        star = self._star()
        pairs = tuple((number, star) for number in self._crowd(star))
        return [acts.Unfollow(pairs=pairs), *self._counted(), *self._songs(self._random.randint(1, 3), star)]

    def _counted(self) -> list[AnyAct]:
        return [acts.Settle()] if self._random.random() < 0.6 else []

    def _rise_and_fall(self) -> list[AnyAct]:
        """Have a star pulled, let a few read, and on the way back to being pushed let the same few read again."""
        star = self._star()
        others = [number for number in range(_PEOPLE) if number != star]
        loyal = self._random.sample(others, self._random.randint(1, 4))
        rest = [number for number in others if number not in loyal]
        return [
            acts.Follow(pairs=tuple((number, star) for number in others)),
            acts.Settle(),
            *self._songs(1, star),
            *self._readings(loyal),
            *self._songs(self._random.choice((0, 0, 1, 1, 2, 5)), star),
            *self._counted(),
            *self._readings(loyal),
            acts.Unfollow(pairs=tuple((number, star) for number in rest)),
            acts.Settle(),
            *(self._songs(1, star) if self._random.random() < 0.5 else self._reviews()),
            *([acts.Sleep(steps=self._moment())] if self._random.random() < 0.5 else []),
            *self._readings(loyal),
            acts.Wake(),
            *self._counted(),
            *self._songs(self._random.randint(0, 2), star),
            *self._readings(loyal),
        ]

    def _heard(self) -> list[AnyAct]:
        """Have a star post to many who have just read, and have all of them read again."""
        star = self._star()
        crowd = self._crowd(star)
        meanwhile = self._random.choice((self._counted, self._counted, self._crashes, self._posts, self._restarts))
        return [
            acts.Follow(pairs=tuple((number, star) for number in crowd)),
            *self._counted(),
            *self._readings(crowd),
            *self._songs(self._random.randint(1, 3), star),
            *meanwhile(),
            acts.Settle(),
            *self._readings(crowd),
        ]

    def _echoes(self) -> list[AnyAct]:
        """Have somebody retweet or answer one whom a reader mutes or does not follow."""
        viewer, singer, echo = self._random.sample(range(_PEOPLE), 3)
        key, other = self._new_keys(), self._new_keys()
        answer: AnyAct = (
            acts.Retweet(key=other, author=echo, post=key)
            if self._random.random() < 0.6
            else acts.Reply(key=other, author=echo, post=key)
        )
        change = self._random.choice((acts.Mute, acts.Block, None))
        return [
            acts.Follow(pairs=((viewer, echo),) if self._random.random() < 0.5 else ((viewer, echo), (viewer, singer))),
            acts.Post(key=key, authors=(singer,)),
            answer,
            *self._readings([viewer]),
            *([change(one=viewer, other=singer)] if change else []),
            *self._counted(),
            *self._readings([viewer]),
        ]

    def _curious(self) -> list[AnyAct]:
        """Have somebody follow everybody: more than fit into a timeline with a post each."""
        viewer = self._bird()
        pairs = tuple((viewer, number) for number in range(_PEOPLE) if number != viewer)
        chorus = tuple(self._random.sample(range(_PEOPLE), _PEOPLE))
        return [
            acts.Join(),
            acts.Join(),
            acts.Follow(pairs=pairs),
            acts.Post(key=self._new_keys(_PEOPLE), authors=chorus),
            acts.Drop(owners=(viewer,)),
            *self._readings([viewer]),
        ]

    def _settles(self) -> list[AnyAct]:
        return [acts.Settle()]

    def _compares(self) -> list[AnyAct]:
        return [acts.Compare(limits=self._limits())]

    def _audits(self) -> list[AnyAct]:
        return [acts.Audit()]

    def _reviews(self) -> list[AnyAct]:
        return [acts.Review()]

    def _reads(self) -> list[AnyAct]:
        return self._readings(self._birds(1, 4))

    def _reads_while_others_post(self) -> list[AnyAct]:
        authors = self._birds(1, 5)
        key = self._new_keys(len(authors))
        return [acts.Read(viewer=self._bird(), limits=self._limits(), key=key, authors=authors)]

    def _at_once(self) -> list[AnyAct]:
        """Let timelines be built while people post: what is pushed meanwhile has to be in them afterwards."""
        authors, viewers = self._birds(1, 5), self._birds(1, 5)
        return [
            *([acts.Drop(owners=viewers)] if self._random.random() < 0.6 else []),
            acts.AtOnce(
                key=self._new_keys(len(authors)),
                authors=authors,
                viewers=viewers,
                follows=tuple(self._pair() for _ in range(self._random.randrange(3))),
                unfollows=tuple(self._pair() for _ in range(self._random.randrange(3))),
                limit=self._random.randint(1, 9),
            ),
            *self._counted(),
            *self._readings(viewers),
        ]

    def _drops(self) -> list[AnyAct]:
        return [acts.Drop(owners=self._birds(1, 5))]

    def _forgets(self) -> list[AnyAct]:
        return [*self._counted(), acts.Forget()]

    def _flushes(self) -> list[AnyAct]:
        return [*self._songs(self._random.randrange(3)), acts.Flush(), *self._readings(self._birds(0, 3))]

    def _idle(self) -> list[AnyAct]:
        return [acts.Idle()]

    def _redelivers(self) -> list[AnyAct]:
        consumer = self._random.choice(acts.REDELIVERED)
        return [acts.Redeliver(consumer=consumer, events=self._random.randint(1, 30))]

    def _lags(self) -> list[AnyAct]:
        """Let the handlers stand still while accounts about the threshold post, so that deliveries come late."""
        star = self._star()
        late = [acts.Pass(milliseconds=_LATE)] if self._random.random() < 0.7 else []
        some = self._birds(1, 3)
        return [
            *(self._followed_by_few(star) if self._random.random() < 0.6 else []),
            *self._readings(some),
            acts.Sleep(),
            *self._songs(self._random.randint(1, 8), star),
            *self._songs(self._random.randrange(4)),
            *late,
            *self._readings(some),
            acts.Wake(),
            *self._songs(self._random.randrange(3), star),
            *self._readings(some),
            *self._counted(),
            *self._songs(self._random.randrange(4), star),
            *self._readings(some),
        ]

    def _followed_by_few(self, star: int) -> list[AnyAct]:
        """Give a star so many followers that it is pushed as long as nothing is late."""
        others = [number for number in range(_PEOPLE) if number != star]
        some = self._random.sample(others, self._random.randint(3, 5))
        return [
            acts.Unfollow(pairs=tuple((number, star) for number in others if number not in some)),
            acts.Follow(pairs=tuple((number, star) for number in some)),
            acts.Settle(),
            *self._songs(1, star),
        ]

    def _crashes(self) -> list[AnyAct]:
        songs = self._songs(self._random.randint(1, 3), self._star() if self._random.random() < 0.5 else None)
        return [*songs, acts.Crash(steps=self._moment(), process=self._random.randrange(2))]

    def _restarts(self) -> list[AnyAct]:
        return [acts.Restart(process=self._random.randrange(2))]

    def _redis_away(self) -> list[AnyAct]:
        inner = [act for _ in range(self._random.randint(1, 4)) for act in self._random.choice(self._simple())()]
        return [acts.Kill(), *inner, acts.Revive(), *self._readings(self._birds(1, 2))]

    def _one_away(self) -> list[AnyAct]:
        process = self._random.randrange(2)
        inner = [act for _ in range(self._random.randint(1, 5)) for act in self._random.choice(self._simple())()]
        return [acts.Stop(process=process), *inner, acts.Start(process=process)]

    def _simple(self) -> list[Part]:
        return [self._posts, self._retweets, self._follows, self._unfollows, self._blocks, self._mutes, self._reads]
