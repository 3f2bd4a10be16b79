"""Counts of what is used, under redelivery and crashes, against a loop over the posts that are there."""

import contextlib
import os
import random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chirrup.accounts import Viewer
from chirrup.commands.bench.judge.stage import PASSWORD, Stage
from chirrup.platform.errors import Refusal
from chirrup.posts import Draft
from chirrup.posts.text import Entity, tags_of
from chirrup.trends.handlers import COUNT
from chirrup.trends.models import HOUR
from chirrup.trends.subjects import subjects_of

PEOPLE = 4
TEXTS = (
    "#Spring",
    "#spring #larks",
    "https://example.org/a?utm_id=1 #Spring #SPRING",
    "no tag",
    "https://example.org/a",
)
NAMES = (
    "post", "post", "post", "retweet", "delete", "delete", "leave", "sleep", "wake", "crash", "rewind", "rewind",
    "hours", "pass", "check",
)  # fmt: skip
EXAMPLES = int(os.environ.get("CHIRRUP_MODEL_EXAMPLES", "15"))
Act = tuple[str, int, int]


class Flock:
    """The people of one history."""

    def __init__(self, stage: Stage) -> None:
        stage.ready()
        stage.number += 1
        # what was posted before has smaller ids than these people
        stage.clock.move(1)
        self.stage = stage
        self.people = stage.add_people([f"t{stage.number}_{number}" for number in range(PEOPLE)])
        self.posts: list[int] = []

    def play(self, acts: list[Act]) -> None:
        """Play a history, and compare at its end what is counted."""
        for name, one, number in acts:
            self.stage.clock.move(1)
            # what is refused has no effect
            with contextlib.suppress(Refusal):
                self.act(name, one, number)
        self.check()

    def act(self, name: str, one: int, number: int) -> None:
        stage, app, viewer = self.stage, self.stage.app(0), Viewer(self.people[one % PEOPLE], 0)
        post = self.posts[-1 - number % min(len(self.posts), 5)] if self.posts else 0
        match name:
            case "post":
                draft = Draft(text=f"{number} {TEXTS[number % len(TEXTS)]}")
                self.posts.append(stage.do(app.posts.publish(viewer, draft)))
            case "retweet":
                stage.do(app.posts.retweet(viewer, post))
            case "delete":
                stage.do(app.posts.delete(viewer, post))
            case "leave" if one == number:
                stage.do(app.accounts.delete(viewer, PASSWORD))
            case "sleep" | "wake":
                getattr(stage, name)()
            case "crash":
                stage.crash(one, number * 3)
            case "rewind":
                stage.rewind(COUNT, number)
            case "hours":
                stage.do(app.trending.counting.count_hours())
            case "pass":
                stage.clock.move(60 * (number + 1))
            case "check":
                self.check()

    def check(self) -> None:
        """Compare uses and hashtags with the posts that are there."""
        self.stage.settle()
        app = self.stage.app(0)
        mine = sorted(self.people)
        rows = self.stage.do(app.db.read.all(
            "SELECT id, author_id, entities FROM posts WHERE author_id = ANY($1) AND NOT deleted AND NOT is_retweet",
            mine,
        ))  # fmt: skip
        posts = [(row[0], row[1], msgspec.json.decode(row[2], type=list[Entity])) for row in rows]
        uses = self.stage.do(
            app.db.read.all("SELECT post_id, subject, author_id FROM trend_uses WHERE author_id = ANY($1)", mine)
        )
        assert sorted(map(tuple, uses)) == sorted(
            (post_id, subject, author_id) for post_id, author_id, found in posts for subject in subjects_of(found, "")
        )
        tagged = self.stage.do(app.db.read.all("SELECT post_id, tag FROM post_hashtags WHERE post_id >= $1", mine[0]))
        wanted = sorted((post_id, tag) for post_id, _, found in posts for tag in tags_of(found))
        assert sorted(map(tuple, tagged)) == wanted


@pytest.fixture
def calm(stage: Stage) -> Stage:
    """The stage, an hour after the history before it."""
    stage.clock.move(3 * HOUR / 1000)
    return stage


@pytest.mark.embedded
def test_every_use_of_every_history_is_counted_once(calm: Stage) -> None:
    acts = st.tuples(st.sampled_from(NAMES), st.integers(0, PEOPLE - 1), st.integers(0, 7))

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
    @given(st.lists(acts, max_size=50))
    def judge(history: list[Act]) -> None:
        Flock(calm).play(history)

    judge()


@pytest.mark.parametrize("number", range(4))
def test_every_use_of_a_random_history_is_counted_once(calm: Stage, number: int) -> None:
    chance = random.Random(number)
    Flock(calm).play([(chance.choice(NAMES), chance.randrange(PEOPLE), chance.randrange(8)) for _ in range(100)])
