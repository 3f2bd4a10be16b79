"""The judge: histories that hypothesis makes up, whose every page of every home timeline has to be a naive oracle's.

`CHIRRUP_MODEL_EXAMPLES` sets how many histories are tried; the default fits a run of all tests. `chirrup bench model`
plays any number of others.
"""

import os
from functools import partial

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from chirrup.commands.bench.judge import acts
from chirrup.commands.bench.judge.acts import BIRDS, REDELIVERED, AnyAct, History, written
from chirrup.commands.bench.judge.player import Player
from chirrup.commands.bench.judge.stage import Stage

EXAMPLES = int(os.environ.get("CHIRRUP_MODEL_EXAMPLES", "30"))
STEPS = 40
PEOPLE = len(BIRDS) + 2

bird = st.integers(0, PEOPLE - 1)
birds = st.lists(bird, min_size=1, max_size=8).map(tuple)
pair = st.tuples(bird, bird)
back = st.integers(1, 15)
crowd = st.sets(bird, min_size=3)
star = st.integers(0, 1)
limits = st.lists(st.integers(1, 7), min_size=1, max_size=3).map(tuple)


class Histories(RuleBasedStateMachine):
    """Everything that can happen, in any order; reads in between, and a full comparison now and then."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.player = Player(stage)
        self.history: list[AnyAct] = []
        self.keys = 0

    def do(self, *parts: AnyAct) -> None:
        """Play acts; what has led to a failure can be kept."""
        for act in parts:
            self.history.append(act)
            try:
                self.player.play(act)
            except Exception:
                note(written(History(acts=tuple(self.history))))
                raise

    def fresh(self, number: int = 1) -> int:
        """Return the first of some new keys."""
        self.keys += number
        return self.keys - number

    def sing(self, author: int, number: int = 1) -> None:
        for _ in range(number):
            self.do(acts.Post(key=self.fresh(), authors=(author,)))

    @initialize(ties=st.sets(pair, max_size=40), songs=st.lists(bird, max_size=20))
    def begin(self, ties: set[tuple[int, int]], songs: list[int]) -> None:
        self.do(acts.Follow(pairs=tuple(sorted(ties))))
        for author in songs:
            self.sing(author)

    @rule(milliseconds=st.integers(-20, 20))
    def time_passes(self, milliseconds: int) -> None:
        self.do(acts.Pass(milliseconds=milliseconds))

    @rule(author=bird, number=st.integers(1, 6))
    def post(self, author: int, number: int) -> None:
        self.do(acts.Post(key=self.fresh(number), authors=(author,) * number))

    @rule(authors=birds)
    def chorus(self, authors: tuple[int, ...]) -> None:
        self.do(acts.Post(key=self.fresh(len(authors)), authors=authors))

    @rule(author=bird, post=back)
    def reply(self, author: int, post: int) -> None:
        self.do(acts.Reply(post=self.keys - post, author=author, key=self.fresh()))

    @rule(author=bird, post=back)
    def quote(self, author: int, post: int) -> None:
        self.do(acts.Quote(post=self.keys - post, author=author, key=self.fresh()))

    @rule(author=bird, post=back)
    def retweet(self, author: int, post: int) -> None:
        self.do(acts.Retweet(post=self.keys - post, author=author, key=self.fresh()))

    @rule(author=bird, post=back)
    def unretweet(self, author: int, post: int) -> None:
        self.do(acts.Unretweet(author=author, post=self.keys - post))

    @rule(post=back)
    def delete(self, post: int) -> None:
        self.do(acts.Delete(post=self.keys - post))

    @rule(tie=pair)
    def follow(self, tie: tuple[int, int]) -> None:
        self.do(acts.Follow(pairs=(tie,)))

    @rule(tie=pair)
    def unfollow(self, tie: tuple[int, int]) -> None:
        self.do(acts.Unfollow(pairs=(tie,)))

    @rule(followers=crowd, star=star, settled=st.booleans())
    def become_famous(self, followers: set[int], star: int, settled: bool) -> None:
        self.do(acts.Follow(pairs=tuple((follower, star) for follower in sorted(followers))))
        self._cross(star, settled)

    @rule(followers=crowd, star=star, settled=st.booleans())
    def become_forgotten(self, followers: set[int], star: int, settled: bool) -> None:
        self.do(acts.Unfollow(pairs=tuple((follower, star) for follower in sorted(followers))))
        self._cross(star, settled)

    @rule(star=star, faithful=st.sets(bird, min_size=1, max_size=3), songs=st.integers(0, 6), settled=st.booleans())
    def rise_and_fall(self, star: int, faithful: set[int], songs: int, settled: bool) -> None:
        others = [number for number in range(PEOPLE) if number != star]
        self.do(acts.Follow(pairs=tuple((follower, star) for follower in others)), acts.Settle())
        self._cross(star, settled)
        self._read_each(faithful, 5)
        self.sing(star, songs)
        self.do(acts.Settle())
        self._read_each(faithful, 6)
        self.do(acts.Unfollow(pairs=tuple((follower, star) for follower in others if follower not in faithful)))
        self.do(acts.Settle())
        self._cross(star, settled)
        self._read_each(faithful, 4)

    @rule(star=star, songs=st.integers(1, 6), milliseconds=st.sampled_from((0, 20_000)), viewers=st.sets(bird))
    def handlers_stand_still(self, star: int, songs: int, milliseconds: int, viewers: set[int]) -> None:
        self.do(acts.Sleep())
        self.sing(star, songs)
        self._read_each(viewers, 5)
        self.do(acts.Pass(milliseconds=milliseconds), acts.Wake())
        self.sing(star)
        self._read_each(viewers, 5)

    @rule(tie=pair)
    def block(self, tie: tuple[int, int]) -> None:
        self.do(acts.Block(one=tie[0], other=tie[1]))

    @rule(tie=pair)
    def unblock(self, tie: tuple[int, int]) -> None:
        self.do(acts.Unblock(one=tie[0], other=tie[1]))

    @rule(tie=pair)
    def mute(self, tie: tuple[int, int]) -> None:
        self.do(acts.Mute(one=tie[0], other=tie[1]))

    @rule(tie=pair)
    def unmute(self, tie: tuple[int, int]) -> None:
        self.do(acts.Unmute(one=tie[0], other=tie[1]))

    @rule(account=bird)
    def ban(self, account: int) -> None:
        self.do(acts.Ban(one=account))

    @rule(account=bird)
    def unban(self, account: int) -> None:
        self.do(acts.Unban(one=account))

    @rule(account=bird)
    def leave(self, account: int) -> None:
        self.do(acts.Leave(one=account))

    @rule()
    def join(self) -> None:
        self.do(acts.Join())

    @rule(owners=birds)
    def drop_timelines(self, owners: tuple[int, ...]) -> None:
        self.do(acts.Drop(owners=owners))

    @rule(settled=st.booleans(), timelines=st.booleans())
    def forget_everything_cached(self, settled: bool, timelines: bool) -> None:
        if settled:
            self.do(acts.Settle())
        self.do(acts.Flush() if timelines else acts.Forget())

    @rule()
    def nobody_reads_for_long(self) -> None:
        self.do(acts.Idle())

    @rule(milliseconds=st.integers(-40, 40))
    def restart(self, milliseconds: int) -> None:
        self.do(acts.Pass(milliseconds=milliseconds), acts.Restart())

    @rule(steps=st.integers(0, 200))
    def crash(self, steps: int) -> None:
        self.do(acts.Crash(steps=steps))

    @rule(consumer=st.sampled_from(REDELIVERED), events=st.integers(1, 30))
    def redeliver(self, consumer: str, events: int) -> None:
        self.do(acts.Redeliver(consumer=consumer, events=events))

    @rule()
    def review(self) -> None:
        self.do(acts.Review())

    @rule(viewer=bird, limits=limits)
    def read(self, viewer: int, limits: tuple[int, ...]) -> None:
        self.do(acts.Read(viewer=viewer, limits=limits))

    @rule(viewers=st.sets(bird, min_size=1), limit=st.integers(1, 7))
    def several_read(self, viewers: set[int], limit: int) -> None:
        self._read_each(viewers, limit)

    @rule(viewer=bird, limits=limits, authors=birds)
    def read_while_others_post(self, viewer: int, limits: tuple[int, ...], authors: tuple[int, ...]) -> None:
        self.do(acts.Read(viewer=viewer, limits=limits, key=self.fresh(len(authors)), authors=authors))

    @rule(authors=birds, viewers=birds, follows=st.lists(pair, max_size=2), unfollows=st.lists(pair, max_size=2))
    def all_at_once(
        self,
        authors: tuple[int, ...],
        viewers: tuple[int, ...],
        follows: list[tuple[int, int]],
        unfollows: list[tuple[int, int]],
    ) -> None:
        key = self.fresh(len(authors))
        ties = (tuple(follows), tuple(unfollows))
        self.do(acts.AtOnce(key=key, authors=authors, viewers=viewers, follows=ties[0], unfollows=ties[1]))

    @rule(limits=limits)
    def compare_everything(self, limits: tuple[int, ...]) -> None:
        self.do(acts.Compare(limits=limits))

    def teardown(self) -> None:
        """Compare once more."""
        try:
            self.player.finish()
        except Exception:
            note(written(History(acts=tuple(self.history))))
            raise

    def _read_each(self, viewers: set[int], limit: int) -> None:
        self.do(*(acts.Read(viewer=viewer, limits=(limit,)) for viewer in sorted(viewers)))

    def _cross(self, author: int, settled: bool) -> None:
        """Let an author's fame count, which is looked at when the author posts."""
        if settled:
            self.do(acts.Settle())
        self.sing(author)


@pytest.mark.embedded
def test_every_page_of_every_history_is_what_the_rows_say(stage: Stage) -> None:
    run_state_machine_as_test(
        # hypothesis calls it without arguments
        partial(Histories, stage),  # type: ignore[arg-type]
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
