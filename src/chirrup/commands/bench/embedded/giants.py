"""What a post costs by how many followers its author has, and what others notice of a giant's."""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import regex

from chirrup.commands.bench import harness
from chirrup.commands.bench.embedded import community
from chirrup.commands.bench.embedded.filling import Filler
from chirrup.platform.errors import Unavailable

SMALL = 10
"""How many followers the account has that posts beside a giant."""
NEVER_LATE = 10**6
"""Seconds after which a delivery is late, where no author is to be pulled for that."""
_WITHIN = 120.0
_LOOK = 0.05
_VISITS = regex.compile(rb"(?m)^chirrup_fanout_visits_total ([\d.e+]+)")
_BETWEEN_POSTS = 0.03
_BETWEEN_GIANTS = 0.5


def giants(followers: Sequence[int], posts: int, threshold: int, *, as_json: bool) -> None:
    """Post by an author of each number of followers, of whom the last one reads."""
    facts: dict[str, object] = {"threshold": threshold, "posts_of_each": posts}
    with _stage(followers, threshold) as stage:
        for count in followers:
            facts |= stage.cost(count, posts)
    harness.report(facts, as_json=as_json)


def fairness(followers: int, posts: int, *, as_json: bool) -> None:
    """Post by a small account, alone and while a giant below the threshold is pushed again and again."""
    with _stage([SMALL, followers], 2 * followers) as stage:
        before = stage.visits()
        facts = {"followers_of_the_giant": followers} | beside_giant(stage, followers, posts)
        facts |= {"visits_meanwhile": stage.visits() - before}
    harness.report(facts, as_json=as_json)


def beside_giant(stage: "Stage", giant: int, posts: int) -> dict[str, object]:
    """Return how long posts of a small account take to be readable, alone and beside those of a giant."""
    alone = stage.delays(SMALL, posts)
    with stage.posting(giant):
        beside = stage.delays(SMALL, posts)
    return {
        "posts_of_the_small_account": posts,
        "alone_ms_p50": _ms(statistics.median(alone)),
        "alone_ms_p99": _ms(alone[int(len(alone) * 0.99)]),
        "beside_giant_ms_p50": _ms(statistics.median(beside)),
        "beside_giant_ms_p99": _ms(beside[int(len(beside) * 0.99)]),
        "ratio_p99": round(beside[int(len(beside) * 0.99)] / alone[int(len(alone) * 0.99)], 1),
    }


class Stage:
    """A server, an author for each number of followers, and the last follower of each."""

    def __init__(self, url: str, pid: int, authors: Mapping[int, str], readers: Mapping[int, str], pushed: int) -> None:
        self._url = url
        self._pid = pid
        self._tokens = authors
        self._authors = {count: harness.Connection(url, token) for count, token in authors.items()}
        self._readers = {count: harness.Connection(url, token) for count, token in readers.items()}
        self._pushed = pushed
        for count, reader in self._readers.items():
            reader.feed(1)
            # the first post of a giant makes it one that is pulled
            self._wait(count, self._authors[count].post("The first one"))

    def cost(self, count: int, posts: int) -> dict[str, object]:
        """Return what a post takes until it is answered, until the last follower can read it, and of the core."""
        answered, readable = [], []
        for number in range(posts):
            started = time.perf_counter()
            post_id = self._authors[count].post(f"Note {number}")
            answered.append(time.perf_counter() - started)
            self._wait(count, post_id)
            readable.append(time.perf_counter() - started)
        self._wait_for_visits(0)
        visits, seconds = self.visits(), harness.core_seconds(self._pid)
        for number in range(posts):
            post_id = self._authors[count].post(f"More {number}")
        self._wait_for_visits(visits + (count * posts if count <= self._pushed else 0))
        self._wait(count, post_id)
        seconds = harness.core_seconds(self._pid) - seconds
        return {
            f"answered_of_{count}_ms_p50": _ms(statistics.median(answered)),
            f"last_reads_of_{count}_ms_p50": _ms(statistics.median(readable)),
            f"core_of_{count}_ms_per_post": _ms(seconds / posts),
        }

    def delays(self, count: int, posts: int) -> list[float]:
        """Return how long each of some posts took to be readable, in order of that."""
        found = []
        for number in range(posts):
            started = time.perf_counter()
            self._wait(count, self._authors[count].post(f"Small note {number}"))
            found.append(time.perf_counter() - started)
            time.sleep(_BETWEEN_POSTS)
        return sorted(found)

    @contextmanager
    def posting(self, count: int) -> Iterator[None]:
        """Have an author post again and again for as long as the block lasts."""
        over = threading.Event()
        giant = harness.Connection(self._url, self._tokens[count])

        def post() -> None:
            while not over.is_set():
                giant.post("A giant's note")
                over.wait(_BETWEEN_GIANTS)

        thread = threading.Thread(target=post)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(_WITHIN)

    def visits(self) -> int:
        """Return how many followers have been visited."""
        found = _VISITS.search(harness.get(f"{self._url}/metrics", {}))
        return int(float(found[1])) if found else 0

    def _wait(self, count: int, post_id: str) -> None:
        deadline = time.monotonic() + _WITHIN
        while post_id not in self._readers[count].feed(1):
            if time.monotonic() > deadline:
                raise Unavailable(f"A post was not readable within {_WITHIN:.0f} s.")

    def _wait_for_visits(self, expected: int) -> None:
        """Wait until so many followers have been visited, and nothing is visited any more."""
        deadline = time.monotonic() + _WITHIN
        before = -1
        while (visits := self.visits()) < expected or visits != before:
            if time.monotonic() > deadline:
                raise Unavailable(f"The fan-out was not over within {_WITHIN:.0f} s.")
            before = visits
            time.sleep(_LOOK)


@contextmanager
def _stage(followers: Sequence[int], threshold: int) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        data_dir = Path(folder) / "data"
        filler = Filler(data_dir)
        authors = filler.accounts(len(followers), "giant")
        readers = filler.accounts(len(followers), "reader")
        for count, author in zip(followers, authors, strict=True):
            filler.crowd(author, count - 1)
        # who follows last is reached last
        filler.follows(list(zip(readers, authors, strict=True)))
        filler.count_followers()
        tokens = community.sign_in(data_dir, [*authors, *readers])
        by_author = dict(zip(followers, tokens, strict=False))
        by_reader = dict(zip(followers, tokens[len(followers) :], strict=True))
        settings = {"CHIRRUP_FANOUT_THRESHOLD": str(threshold), "CHIRRUP_FANOUT_LATE_SECONDS": str(NEVER_LATE)}
        with community.serving(data_dir, **settings) as (url, child):
            yield Stage(url, child.pid, by_author, by_reader, threshold)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
