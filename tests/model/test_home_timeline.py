"""The judge: random histories, whose every page of every home timeline has to be that of a naive oracle.

`CHIRRUP_MODEL_EXAMPLES` sets how many histories are tried; the default fits a run of all tests.
"""

import os
from collections.abc import Callable
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.model.community import FLOCK, Community

EXAMPLES = int(os.environ.get("CHIRRUP_MODEL_EXAMPLES", "40"))
STEPS = 40
REDELIVERED = ("timelines.fan_out", "posts.clean_up", "engagement.clean_up", "graph.forget_accounts")

bird = st.integers(0, len(FLOCK) + 1)
pick = st.integers(0, 15)
crowd = st.sets(bird, min_size=3)
star = st.integers(0, 1)
limits = st.lists(st.integers(1, 7), min_size=1, max_size=3)


class Histories(RuleBasedStateMachine):
    """Everything that can happen, in any order; reads in between, and a full comparison now and then."""

    def __init__(self, make: Callable[[], Community]) -> None:
        super().__init__()
        self.community = make()
        self.oracle = self.community.oracle

    def who(self, number: int) -> int:
        """Return one of those who take part."""
        active = sorted(self.oracle.active)
        return active[number % len(active)]

    def two(self, one: int, other: int) -> tuple[int, int] | None:
        """Return two different ones."""
        pair = self.who(one), self.who(other)
        return pair if pair[0] != pair[1] else None

    def which(self, number: int) -> int | None:
        """Return one of the later posts, whatever has become of it."""
        newest = sorted(self.oracle.posts, reverse=True)
        return newest[number % min(len(newest), 12)] if newest else None

    @initialize(ties=st.sets(st.tuples(bird, bird), max_size=40), songs=st.lists(bird, max_size=20))
    def begin(self, ties: set[tuple[int, int]], songs: list[int]) -> None:
        for one, other in sorted(ties):
            if pair := self.two(one, other):
                self.community.follow(*pair)
        for author in songs:
            self.community.publish(self.who(author))
            self.community.clock.time += 1

    @rule(milliseconds=st.integers(-20, 20))
    def time_passes(self, milliseconds: int) -> None:
        self.community.clock.time += milliseconds

    @rule(author=bird, number=st.integers(1, 6))
    def post(self, author: int, number: int) -> None:
        for _ in range(number):
            self.community.publish(self.who(author))
        self.community.clock.time += 1

    @rule(authors=st.lists(bird, min_size=2, max_size=8))
    def chorus(self, authors: list[int]) -> None:
        for author in authors:
            self.community.publish(self.who(author))

    @rule(author=bird, what=pick)
    def reply(self, author: int, what: int) -> None:
        if (post := self.which(what)) is not None:
            self.community.publish(self.who(author), reply_to=post)
            self.community.clock.time += 1

    @rule(author=bird, what=pick)
    def quote(self, author: int, what: int) -> None:
        if (post := self.which(what)) is not None:
            self.community.publish(self.who(author), quote_of=post)
            self.community.clock.time += 1

    @rule(author=bird, what=pick)
    def retweet(self, author: int, what: int) -> None:
        if (post := self.which(what)) is not None:
            self.community.retweet(self.who(author), post)
            self.community.clock.time += 1

    @rule(author=bird, what=pick)
    def unretweet(self, author: int, what: int) -> None:
        post = self.which(what)
        if post is not None and not self.oracle.posts[post].deleted and not self.oracle.source(post).deleted:
            self.community.unretweet(self.who(author), post)

    @rule(what=pick)
    def delete(self, what: int) -> None:
        post = self.which(what)
        if post is not None and not self.oracle.posts[post].deleted:
            self.community.delete(post)

    @rule(one=bird, other=bird)
    def follow(self, one: int, other: int) -> None:
        if pair := self.two(one, other):
            self.community.follow(*pair)

    @rule(one=bird, other=bird)
    def unfollow(self, one: int, other: int) -> None:
        if pair := self.two(one, other):
            self.community.unfollow(*pair)

    @rule(followers=crowd, star=star, settled=st.booleans())
    def become_famous(self, followers: set[int], star: int, settled: bool) -> None:
        for follower in sorted(followers):
            self.follow(follower, star)
        self._cross(star, settled)

    @rule(followers=crowd, star=star, settled=st.booleans())
    def become_forgotten(self, followers: set[int], star: int, settled: bool) -> None:
        for follower in sorted(followers):
            self.unfollow(follower, star)
        self._cross(star, settled)

    @rule(star=star, faithful=st.sets(bird, min_size=1, max_size=3), songs=st.integers(0, 6), settled=st.booleans())
    def rise_and_fall(self, star: int, faithful: set[int], songs: int, settled: bool) -> None:
        everybody = range(len(self.oracle.active))
        for follower in everybody:
            self.follow(follower, star)
        self.community.settle()
        self._cross(star, settled)
        for viewer in everybody:
            self.community.check_pending(self.who(viewer), [5])
        for _ in range(songs):
            self.community.publish(self.who(star))
        loyal = {self.who(number) for number in faithful}
        self.community.settle()
        for viewer in sorted(loyal):
            self.community.check_pending(viewer, [6])
        for follower in everybody:
            if self.who(follower) not in loyal:
                self.unfollow(follower, star)
        self.community.settle()
        self._cross(star, settled)
        for viewer in sorted(loyal):
            self.community.check_pending(viewer, [4])

    @rule(one=bird, other=bird)
    def block(self, one: int, other: int) -> None:
        if pair := self.two(one, other):
            self.community.block(*pair)

    @rule(one=bird, other=bird)
    def unblock(self, one: int, other: int) -> None:
        if pair := self.two(one, other):
            self.community.unblock(*pair)

    @rule(one=bird, other=bird)
    def mute(self, one: int, other: int) -> None:
        if pair := self.two(one, other):
            self.community.mute(*pair)

    @rule(one=bird, other=bird)
    def unmute(self, one: int, other: int) -> None:
        if pair := self.two(one, other):
            self.community.unmute(*pair)

    @precondition(lambda self: len(self.oracle.active) > 4)
    @rule(account=bird)
    def ban(self, account: int) -> None:
        self.community.ban(self.who(account))

    @precondition(lambda self: self.oracle.banned)
    @rule()
    def unban(self) -> None:
        self.community.unban(min(self.oracle.banned))

    @precondition(lambda self: len(self.oracle.active) > 5)
    @rule(account=bird)
    def leave(self, account: int) -> None:
        self.community.delete_account(self.who(account))

    @precondition(lambda self: len(self.community.names) < len(FLOCK) + 2)
    @rule()
    def join(self) -> None:
        self.community.register(f"newcomer{len(self.community.names)}")

    @rule(owners=st.sets(bird, min_size=1))
    def drop_timelines(self, owners: set[int]) -> None:
        self.community.do(self.community.app.timelines.drop([self.who(owner) for owner in owners]))

    @rule(settled=st.booleans())
    def forget_everything_cached(self, settled: bool) -> None:
        if settled:
            self.community.settle()
        self.community.app.home.cache.clear()  # type: ignore[attr-defined]

    @rule(milliseconds=st.integers(-40, 40))
    def restart(self, milliseconds: int) -> None:
        self.community.clock.time += milliseconds
        self.community.restart()

    @rule(consumer=st.sampled_from(REDELIVERED), events=st.integers(1, 30))
    def redeliver(self, consumer: str, events: int) -> None:
        self.community.restart(consumer, events)

    @rule(viewer=bird, limits=limits)
    def read(self, viewer: int, limits: list[int]) -> None:
        self.community.check_pending(self.who(viewer), limits)

    @rule(viewers=st.sets(bird, min_size=1), limit=st.integers(1, 7))
    def several_read(self, viewers: set[int], limit: int) -> None:
        for viewer in sorted(viewers):
            self.community.check_pending(self.who(viewer), [limit])

    @rule(viewer=bird, limits=limits, authors=st.lists(bird, min_size=1, max_size=5))
    def read_while_others_post(self, viewer: int, limits: list[int], authors: list[int]) -> None:
        left = list(authors)

        def between() -> None:
            if left:
                self.community.clock.time += 1
                self.community.publish(self.who(left.pop()))

        self.community.check_pending(self.who(viewer), limits, between)

    @rule(limits=limits)
    def compare_everything(self, limits: list[int]) -> None:
        self.community.check_all(limits)

    def teardown(self) -> None:
        """Compare once more, and stop."""
        try:
            self.community.check_all([3, 1, 5])
            self.community.check_counts()
        finally:
            self.community.end()

    def _cross(self, author: int, settled: bool) -> None:
        """Let an author's fame count, which is looked at when the author posts."""
        if settled:
            self.community.settle()
        self.community.publish(self.who(author))
        self.community.clock.time += 1


def test_every_page_of_every_history_is_what_the_rows_say(make: Callable[[], Community]) -> None:
    run_state_machine_as_test(
        # hypothesis calls it without arguments
        partial(Histories, make),  # type: ignore[arg-type]
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
