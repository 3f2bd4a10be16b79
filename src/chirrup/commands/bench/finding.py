"""What is searched in a benchmark, for what, and how long that takes: over HTTP, and the engine asked directly."""

import http.client
import json
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from urllib.parse import quote

from chirrup.commands.bench import harness
from chirrup.platform.clock import SystemClock
from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import SearchIndex
from chirrup.platform.searching import PostSearch, mark
from chirrup.platform.words import Phrase, phrase_of
from chirrup.search.documents import FROM

_SYLLABLES = "ba de fi go hu ka le mi no pu ra se ti vo zu cha rin lor sten wick".split()
_WORDS = 30_000
_LENGTHS = range(6, 21)
_PAGE = 20
_WITHIN = 30.0
_LOOK = 0.005
_SLOWEST = 0.95


class Corpus:
    """Texts whose words are as frequent as those of people: the n-th word is said once for every n-th of the first."""

    def __init__(self, posts: int, authors: int) -> None:
        chance = random.Random(7)  # noqa: S311 - the same texts each time
        self._words = [_spelled(number) for number in range(_WORDS)]
        weights = list(accumulate(1 / (rank + 2.7) for rank in range(_WORDS)))
        self.texts = [
            " ".join(chance.choices(self._words, cum_weights=weights, k=chance.choice(_LENGTHS))) for _ in range(posts)
        ]
        self.authors = [chance.randrange(authors) for _ in range(posts)]
        self._chance = chance

    def questions(self, count: int, account_ids: Sequence[int]) -> "list[Question]":
        """Return questions of five kinds in turn; `account_ids` and their usernames `bench<n>` are in order."""
        kinds: list[Callable[[], Question]] = [
            lambda: _asking("frequent_word", self._words[self._chance.randrange(20)]),
            lambda: _asking("rare_word", self._words[self._chance.randrange(_WORDS // 3, _WORDS)]),
            lambda: _asking("two_words", *self._chance.choices(self._words[:2000], k=2)),
            lambda: _phrase(self._chance.choice(self.texts).split()[1:3]),
            lambda: _of_author(self._words[self._chance.randrange(20)], self._chance.randrange(100), account_ids),
        ]
        return [kinds[number % len(kinds)]() for number in range(count)]


@dataclass(frozen=True, slots=True)
class Question:
    """One question, as people write it and as an engine gets it."""

    kind: str
    text: str
    search: PostSearch


@dataclass(slots=True)
class Times:
    """Seconds, by kind of question."""

    over_http: dict[str, list[float]] = field(default_factory=dict)
    directly: dict[str, list[float]] = field(default_factory=dict)
    found: int = 0

    def facts(self) -> dict[str, object]:
        """Return the middle and the slow end of each kind, and of all, in milliseconds."""
        shown: dict[str, object] = {}
        for kind, times in self.over_http.items():
            shown[f"{kind}_ms_p50"] = _ms(statistics.median(times))
            shown[f"{kind}_ms_p95"] = _ms(slow_end(times))
            shown[f"{kind}_engine_ms_p95"] = _ms(slow_end(self.directly[kind]))
        ours = slow_end([seconds for times in self.over_http.values() for seconds in times])
        engine = slow_end([seconds for times in self.directly.values() for seconds in times])
        shown |= {"ms_p95": _ms(ours), "engine_ms_p95": _ms(engine), "ratio": round(ours / engine, 2)}
        return shown | {"posts_found": self.found}


async def measure(url: str, index: SearchIndex, questions: Sequence[Question]) -> dict[str, object]:
    """Ask each question once, so that all is as warm as it gets, and then for the figures."""
    await _ask(url, index, questions)
    return (await _ask(url, index, questions)).facts()


async def _ask(url: str, index: SearchIndex, questions: Sequence[Question]) -> Times:
    """Put each question to the server and, in turn, to the engine."""
    times = Times()
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=_WITHIN)
    for question in questions:
        started = time.perf_counter()
        times.found += len(_search(connection, question.text))
        times.over_http.setdefault(question.kind, []).append(time.perf_counter() - started)
        started = time.perf_counter()
        await index.best_posts(question.search, SystemClock().now(), None, _PAGE + 1)
        times.directly.setdefault(question.kind, []).append(time.perf_counter() - started)
    connection.close()
    return times


def findable(url: str, token: str, posts: int) -> dict[str, object]:
    """Publish posts one after another, and return how long after its answer each is found.

    Raises:
        Unavailable: one is not found in time.
    """
    author = harness.Connection(url, token)
    reader = http.client.HTTPConnection(url.removeprefix("http://"), timeout=_WITHIN)
    waits: list[float] = []
    for number in range(posts):
        word = f"unheard{time.time_ns()}x{number}"
        post_id = author.post(f"Something {word} of.")
        answered = time.perf_counter()
        while post_id not in _search(reader, word):
            if time.perf_counter() - answered > _WITHIN:
                raise Unavailable(f"A post was not found within {_WITHIN:.0f} s.")
            time.sleep(_LOOK)
        waits.append(time.perf_counter() - answered)
    reader.close()
    return {"findable_ms_p50": _ms(statistics.median(waits)), "findable_ms_p95": _ms(slow_end(waits))}


def slow_end(times: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return sorted(times)[math.ceil(_SLOWEST * len(times)) - 1]


def _search(connection: http.client.HTTPConnection, text: str) -> list[str]:
    connection.request("GET", f"/api/v1/search?limit={_PAGE}&q={quote(text)}")
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise Unavailable(f"The search for {text!r} was answered with {answer.status}.")
    return [item["id"] for item in json.loads(body)["items"]]


def _spelled(number: int) -> str:
    word = ""
    while True:
        number, digit = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[digit]
        if not number:
            return word


def _asking(kind: str, *words: str) -> Question:
    phrases = [phrase for word in words if (phrase := phrase_of(word))]
    return Question(kind, " ".join(words), PostSearch(required=tuple(phrases)))


def _phrase(words: Sequence[str]) -> Question:
    return Question("phrase", f'"{" ".join(words)}"', PostSearch(required=(Phrase(tuple(words)),)))


def _of_author(word: str, number: int, account_ids: Sequence[int]) -> Question:
    required = (Phrase((word,)), Phrase((mark(FROM, account_ids[number]),)))
    return Question("of_one_author", f"{word} from:bench{number}", PostSearch(required=required))


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
