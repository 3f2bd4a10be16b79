"""What happens in the demo community: who follows whom, who says what when, and who likes and passes on what.

Follows grow by preferential attachment (Barabási and Albert, 1999), threads by answering either the start or somebody
further down, both soon after; hours follow each author's own day.
"""

import math
import random
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, cycle

from chirrup.demo.grammar import Kind, Language, Opening, Speaker
from chirrup.demo.people import Persona
from chirrup.demo.scenes import SKIES, Face, Landscape, face, landscape

_HOUR = 3_600_000
_DAY = 24 * _HOUR
# how much is said in each hour of one's own day
_RHYTHM = [1, 0.5, 0.3, 0.2, 0.5, 2, 5, 9, 9, 7, 6, 6, 8, 7, 5, 5, 6, 8, 10, 11, 11, 9, 6, 3]
_DEEPEST = 7
PAST_OCCASIONS = 4
"""How many occasions of a language lie in the past; its others are for those who live on."""
_LARGEST_CROWD = 26
_FACES = 15
_PICTURED = "en"
_PICTURES = (1, 1, 1, 2, 4)
_MEASURE = re.compile(r"\{(\w+)\}")


@dataclass(slots=True)
class Post:
    """A post, reply, quote or retweet; `number` orders posts by when they were made up, not by time."""

    number: int
    author: int
    at: int
    text: str = ""
    reply_to: "Post | None" = None
    quote_of: "Post | None" = None
    retweet_of: "Post | None" = None
    kind: Kind | None = None
    topic: dict[str, str] = field(default_factory=dict)
    depth: int = 0
    pictures: list[Landscape] = field(default_factory=list)
    likers: dict[int, int] = field(default_factory=dict)
    """When each account liked it."""


@dataclass(slots=True)
class History:
    """All that happened; accounts by their place in `people`, times in milliseconds since the Unix epoch."""

    people: list[Persona]
    joined: list[int] = field(default_factory=list)
    follows: dict[tuple[int, int], int] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    faces: dict[int, Face] = field(default_factory=dict)
    """Who has an avatar."""


class Imagination:
    """Makes up a history that ends now."""

    def __init__(
        self, people: list[Persona], tongues: dict[str, Language], chance: random.Random, now: int, days: int
    ) -> None:
        self.history = History(people)
        self._speakers = {code: Speaker(language, chance) for code, language in tongues.items()}
        self._chance = chance
        self._now = now
        self._start = now - days * _DAY
        self._followers: list[list[int]] = [[] for _ in people]
        self._following: list[list[int]] = [[] for _ in people]
        self._of_language: dict[str, list[int]] = {}
        for index, person in enumerate(people):
            self._of_language.setdefault(person.language, []).append(index)

    def live(self, posts: int, pictures: int) -> History:
        """Return a history with about so many posts, replies included, of which so many show pictures."""
        self._join()
        self._follow()
        roots = [*self._write(int(posts * 0.45)), *self._gather(), *self._illustrate(pictures)]
        for root in roots:
            self._converse(root)
        self._quote(int(posts * 0.06))
        self._like()
        self._retweet()
        self._post_by_the_clock()
        self.history.posts.sort(key=lambda post: (post.at, post.number))
        return self.history

    def _join(self) -> None:
        earliest = self._start - 400 * _DAY
        self.history.joined = [
            int(earliest + (self._start - earliest) * self._chance.random() ** 0.7) for _ in self.history.people
        ]

    def _follow(self) -> None:
        people = self.history.people
        weights = [person.fame for person in people]
        for index in self._chance.sample(range(len(people)), len(people)):
            wanted = int(self._chance.lognormvariate(3.2, 0.7)) if index else 70
            if people[index].bot:
                wanted = self._chance.randrange(4)
            self._follow_some(index, min(wanted, len(people) // 2), weights)

    def _follow_some(self, index: int, wanted: int, weights: list[float]) -> None:
        people = self.history.people
        own = people[index].language
        fit = [1.0 if people[other].language == own else 0.12 for other in range(len(people))]
        cumulated = list(accumulate(weight * factor for weight, factor in zip(weights, fit, strict=True)))
        for other in set(self._chance.choices(range(len(people)), cum_weights=cumulated, k=wanted)) - {index}:
            self._add_follow(index, other, weights)
            if self._chance.random() < 0.25 and not people[other].bot:
                self._add_follow(other, index, weights)

    def _add_follow(self, follower: int, followee: int, weights: list[float]) -> None:
        if (follower, followee) in self.history.follows:
            return
        begin = max(self.history.joined[follower], self.history.joined[followee])
        at = int(begin + (self._now - _HOUR - begin) * self._chance.random())
        self.history.follows[follower, followee] = at
        self._followers[followee].append(follower)
        self._following[follower].append(followee)
        # who has followers gets more
        weights[followee] += 0.35

    def _write(self, number: int) -> list[Post]:
        people = [index for index, person in enumerate(self.history.people) if person.bot is None]
        # few write much; the guest has a profile worth looking at
        activity = [self._chance.paretovariate(1.3) if index else 12.0 for index in people]
        authors = self._chance.choices(people, activity, k=number)
        return [self._root(author) for author in authors]

    def _root(self, author: int) -> Post:
        person = self.history.people[author]
        opening = self._speakers[person.language].begin(person.role, self._friend_of(author))
        return self._open(author, self._moment(person), opening)

    def _gather(self) -> list[Post]:
        """Have many talk about the same for some hours, so that it trends."""
        posts = []
        for code, speaker in self._speakers.items():
            crowd = [index for index in self._of_language.get(code, []) if self.history.people[index].bot is None]
            for occasion in speaker.occasions[:PAST_OCCASIONS]:
                size = min(len(crowd) // 3, _LARGEST_CROWD, int(3 + 3 * self._chance.paretovariate(0.8)))
                begins = self._now - self._chance.uniform(1.5, 5) * _HOUR
                for author in self._chance.sample(crowd, size):
                    at = int(begins + (self._now - begins) * self._chance.random() ** 0.8)
                    posts.append(self._open(author, at, speaker.join(occasion, self._friend_of(author))))
        return posts

    def _illustrate(self, number: int) -> list[Post]:
        """Have some whom the guest follows post pictures in the last two days, and the best-known have faces."""
        if not number:
            return []
        people = self.history.people
        known = sorted(range(1, len(people)), key=lambda index: -len(self._followers[index]))
        for index in [0, *known[:_FACES]]:
            self.history.faces[index] = face(self._chance, people[index].username)
        skies = cycle(self._chance.sample(SKIES, len(SKIES)))
        authors = [
            index
            for index in self._following[0] or known
            if people[index].language == _PICTURED and people[index].bot is None
        ]
        posts = []
        for place in range(number):
            author = self._chance.choice(authors)
            at = self._now - int(2 * _DAY * ((place + self._chance.random()) / number) ** 2)
            speaker = self._speakers[_PICTURED]
            post = self._open(author, at, speaker.show(self._friend_of(author)))
            several = self._chance.choice(_PICTURES)
            post.pictures = [landscape(self._chance, next(skies)) for _ in range(several)]
            posts.append(post)
        return posts

    def _open(self, author: int, at: int, opening: Opening) -> Post:
        return self._add(Post(0, author, at, opening.text, kind=opening.kind, topic=opening.topic))

    def _friend_of(self, author: int) -> str:
        own = self.history.people[author].language
        friends = [other for other in self._following[author] if self.history.people[other].language == own]
        friend = self._chance.choice(friends or self._of_language[own])
        return self.history.people[friend].username

    def _moment(self, person: Persona) -> int:
        """Return a time in the days of this history, at an hour that fits the person's day."""
        while True:
            at = int(self._start + (self._now - self._start) * self._chance.random() ** 0.85)
            hour = (at // _HOUR + person.offset) % 24
            if self._chance.random() * 11 < _RHYTHM[hour]:
                return at

    def _converse(self, root: Post) -> None:
        """Have people answer a post: most posts get nothing or little, some a crowd."""
        reach = len(self._followers[root.author])
        size = int(self._chance.paretovariate(1.15) * math.log2(2 + reach) / 4.4 - 0.7)
        thread = [root]
        # neither does anybody answer the same post twice, nor do two people have the same idea
        answered: set[tuple[int, int]] = set()
        said: set[str] = set()
        for _ in range(max(0, min(size, 24))):
            parent = root if self._chance.random() < 0.55 else self._chance.choice(thread)
            author = self._answering(root, parent)
            if (author, parent.number) in answered:
                continue
            answered.add((author, parent.number))
            reply = self._answer(root, parent, author, said)
            if reply is not None:
                thread.append(reply)

    def _answer(self, root: Post, parent: Post, author: int, said: set[str]) -> Post | None:
        kind = root.kind
        if kind is None or parent.depth >= _DEEPEST:
            return None
        at = parent.at + int(self._chance.lognormvariate(math.log(18), 1.3) * 60_000)
        if author == parent.author or at >= self._now:
            return None
        others = kind.replies if parent is root else kind.banter
        choices = kind.answers if author == root.author else others
        fresh = [template for template in choices if template not in said]
        if not fresh:
            return None
        speaker = self._speakers[self.history.people[root.author].language]
        template = speaker.choose(fresh)
        said.add(template)
        text = speaker.say([template], dict(root.topic), kind.topic)
        if self._chance.random() < 0.06:
            text += f" @{self._friend_of(author)}"
        return self._add(
            Post(0, author, at, text, reply_to=parent, kind=kind, topic=root.topic, depth=parent.depth + 1)
        )

    def _answering(self, root: Post, parent: Post) -> int:
        """Return who answers: the thread's author, or a follower who speaks its language."""
        if parent is not root and self._chance.random() < 0.5:
            return root.author
        own = self.history.people[root.author].language
        likely = [
            other
            for other in self._followers[root.author]
            if self.history.people[other].language == own and self.history.people[other].bot is None
        ]
        return self._chance.choice(likely or self._of_language[own])

    def _quote(self, number: int) -> None:
        originals = [post for post in self.history.posts if post.reply_to is None and post.kind is not None]
        fame = [1 + len(self._followers[post.author]) for post in originals]
        for original in self._chance.choices(originals, fame, k=number):
            author = self._answering(original, original)
            at = original.at + int(self._chance.lognormvariate(math.log(90), 1.1) * 60_000)
            if original.kind is None or author == original.author or at >= self._now:
                continue
            speaker = self._speakers[self.history.people[original.author].language]
            text = speaker.say(original.kind.quotes, dict(original.topic), original.kind.topic)
            self._add(Post(0, author, at, text, quote_of=original))

    def _like(self) -> None:
        everyone = range(len(self.history.people))
        for post in self.history.posts:
            audience = self._followers[post.author]
            charm = self._chance.paretovariate(1.2) * (0.5 if post.reply_to else 1.0)
            wanted = min(int(charm * math.sqrt(1 + len(audience)) * 0.36), len(audience) + 6)
            for _ in range(wanted):
                near = audience and self._chance.random() < 0.85
                liker = self._chance.choice(audience) if near else self._chance.choice(everyone)
                at = post.at + int(self._chance.lognormvariate(math.log(55), 1.5) * 60_000)
                if liker != post.author and at < self._now and self.history.people[liker].bot is None:
                    post.likers.setdefault(liker, at)

    def _retweet(self) -> None:
        for post in list(self.history.posts):
            wanted = int(
                len(post.likers) * self._chance.betavariate(1, 4) * (0.2 if post.reply_to else 1.0)
                + self._chance.random() * 0.4
            )
            for author in self._chance.sample(sorted(post.likers), min(wanted, len(post.likers))):
                at = post.likers[author] + self._chance.randrange(2_000, 600_000)
                if at < self._now:
                    self._add(Post(0, author, at, retweet_of=post))

    def _post_by_the_clock(self) -> None:
        for index, person in enumerate(self.history.people):
            if person.bot is None:
                continue
            hours = sorted(person.bot.hours)
            texts = list(person.bot.texts)
            for hour in range(-(-self._start // _HOUR), self._now // _HOUR + 1):
                at = hour * _HOUR + 4_000 + index
                if hour % 24 in hours and at < self._now:
                    text = texts[bisect_left(hours, hour % 24) % len(texts)] if len(hours) > 1 else texts[0]
                    texts.append(texts.pop(0))
                    self._add(Post(0, index, at, self._measured(text)))

    def _measured(self, text: str) -> str:
        chance = self._chance
        measures: dict[str, Callable[[], str]] = {
            "metres": lambda: f"{chance.uniform(0.6, 5.8):.1f}",
            "wind": lambda: chance.choice(["light easterly", "south-westerly, fresh", "calm", "northerly, biting"]),
            "thousands": lambda: f"{chance.randrange(12, 480) * 1000:,}",
            "small": lambda: str(chance.randrange(1, 24)),
            "percent": lambda: str(chance.randrange(4, 99)),
        }
        return _MEASURE.sub(lambda slot: measures[slot[1]](), text)

    def _add(self, post: Post) -> Post:
        post.number = len(self.history.posts)
        self.history.posts.append(post)
        return post


def imagine(
    people: list[Persona],
    tongues: dict[str, Language],
    chance: random.Random,
    *,
    now: int,
    days: int,
    posts: int,
    pictures: int,
) -> History:
    """Return a history of `days` that ends `now`, in milliseconds since the Unix epoch."""
    return Imagination(people, tongues, chance, now, days).live(posts, pictures)


def counts(history: History) -> Sequence[tuple[str, int]]:
    """Return what there is of each."""
    posts = history.posts
    return [
        ("accounts", len(history.people)),
        ("follows", len(history.follows)),
        ("posts", sum(post.retweet_of is None for post in posts)),
        ("replies", sum(post.reply_to is not None for post in posts)),
        ("quotes", sum(post.quote_of is not None for post in posts)),
        ("retweets", sum(post.retweet_of is not None for post in posts)),
        ("pictures", sum(len(post.pictures) for post in posts)),
        ("likes", sum(len(post.likers) for post in posts)),
    ]
