"""Doing the acts of a history, one after another."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from chirrup.bootstrap import Application
from chirrup.commands.bench.judge import acts
from chirrup.commands.bench.judge.acts import Act, AnyAct
from chirrup.commands.bench.judge.community import Community, Difference
from chirrup.commands.bench.judge.stage import PATIENCE, Stage

_FEWEST = 4
"""How many people stay at least."""
_MOST = len(acts.BIRDS) + 4
_IDLE = 2 * 3_600_000
_LAST_LIMITS = (3, 1, 5)


@dataclass
class Tally:
    """What was done: how often each kind of act did something, and how many pages were compared."""

    acts: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)


class Player:
    """Does acts in a community of its own."""

    def __init__(self, stage: Stage, tally: Tally | None = None) -> None:
        self.stage = stage
        self.community = Community(stage)
        self.oracle = self.community.oracle
        self.tally = tally or Tally()
        self.community.counted = self.tally.counted
        self._posts: dict[int, int] = {}
        """The id of the post of each key."""

    def play(self, act: AnyAct) -> None:
        """Do an act, if there is anything to do.

        Raises:
            Difference: what is shown is not what the oracle says.
        """
        groups = (self._publish, self._take_back, self._relate, self._come_and_go, self._read, self._lose, self._break)
        if any(group(act) for group in groups):
            self.tally.acts[str(act.__struct_config__.tag)] += 1

    def finish(self) -> None:
        """Compare everything once more."""
        self.community.audit()
        self.community.check_all(_LAST_LIMITS)
        self.community.check_counts()

    def who(self, number: int) -> int | None:
        """Return the account of somebody who takes part."""
        joined = list(self.community.names)
        return joined[number] if number < len(joined) and joined[number] in self.oracle.active else None

    def all_of(self, numbers: Iterable[int]) -> list[int]:
        """Return the accounts of those who take part."""
        return [account for number in numbers if (account := self.who(number)) is not None]

    def pairs(self, pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the accounts of pairs of which both take part."""
        found = [(self.who(one), self.who(other)) for one, other in pairs]
        return [(one, other) for one, other in found if one is not None and other is not None and one != other]

    def _publish(self, act: Act) -> bool:
        author = self.who(getattr(act, "author", 0))
        target = self._posts.get(getattr(act, "post", -1))
        match act:
            case acts.Post(key=key, authors=authors):
                done = [self._keep(key + place, self._publish_one(number)) for place, number in enumerate(authors)]
            case acts.Reply(key=key) if author and target:
                done = [self._keep(key, self.community.publish(author, reply_to=target))]
            case acts.Quote(key=key) if author and target:
                done = [self._keep(key, self.community.publish(author, quote_of=target))]
            case acts.Retweet(key=key) if author and target:
                done = [self._keep(key, self.community.retweet(author, target))]
            case _:
                return False
        # what one act publishes is of one millisecond, and of another than what the next one does
        self.stage.clock.time += 1
        return any(done)

    def _take_back(self, act: Act) -> bool:
        match act:
            case acts.Unretweet(author=number, post=key):
                author, post = self.who(number), self._posts.get(key)
                if not author or not post or self._is_gone(post):
                    return False
                self.community.unretweet(author, post)
            case acts.Delete(post=key):
                post = self._posts.get(key)
                if not post or self.oracle.posts[post].deleted or self.oracle.posts[post].author in self.oracle.banned:
                    return False
                self.community.delete(post)
            case _:
                return False
        return True

    def _relate(self, act: Act) -> bool:
        pairs = self.pairs(getattr(act, "pairs", ()))
        pairs += self.pairs([(getattr(act, "one", -1), getattr(act, "other", -1))] if hasattr(act, "other") else [])
        community = self.community
        verbs: dict[type[Act], Callable[[int, int], None]] = {
            acts.Follow: community.follow, acts.Unfollow: community.unfollow, acts.Block: community.block,
            acts.Unblock: community.unblock, acts.Mute: community.mute, acts.Unmute: community.unmute,
        }  # fmt: skip
        verb = verbs.get(type(act))
        if verb is not None:
            for one, other in pairs:
                verb(one, other)
        return verb is not None and bool(pairs)

    def _come_and_go(self, act: Act) -> bool:
        joined = list(self.community.names)
        account = self.who(getattr(act, "one", len(joined)))
        match act:
            case acts.Join() if len(joined) < _MOST:
                self.community.join(f"newcomer{len(joined)}")
            case acts.Ban() if account and len(self.oracle.active) > _FEWEST:
                self.community.ban(account)
            case acts.Leave() if account and len(self.oracle.active) > _FEWEST:
                self.community.delete_account(account)
            case acts.Unban(one=number) if number < len(joined) and joined[number] in self.oracle.banned:
                self.community.unban(joined[number])
            case acts.Pass(milliseconds=milliseconds):
                self.stage.clock.time += milliseconds
            case _:
                return False
        return True

    def _read(self, act: Act) -> bool:
        match act:
            case acts.Read(viewer=number, limits=limits) if viewer := self.who(number):
                self.community.check_pending(viewer, limits, self._posting(act.key, act.authors))
            case acts.AtOnce():
                self._do_at_once(act)
            case acts.Settle():
                self.community.settle()
            case acts.Compare(limits=limits):
                self.community.check_all(limits)
            case acts.Audit():
                self.community.audit()
            case acts.Review():
                self.stage.do(run_job(self.community.app, "review_pulled_authors"))
            case _:
                return False
        return True

    def _lose(self, act: Act) -> bool:
        memory, apps = self.stage.memory, self.stage.apps
        match act:
            case acts.Drop(owners=owners):
                self.community.drop(self.all_of(owners))
            case acts.Forget():
                self.stage.do(memory.forget(apps))
            case acts.Flush():
                self.stage.do(memory.flush(apps))
            case acts.Idle():
                self.stage.clock.time += _IDLE
                self.stage.do(self.stage.app(0).timelines.drop_idle())
            case acts.Kill():
                return memory.kill()
            case acts.Revive():
                return memory.revive()
            case _:
                return False
        return True

    def _break(self, act: Act) -> bool:
        stage = self.stage
        match act:
            case acts.Restart(process=process):
                stage.restart(process)
            case acts.Stop(process=process):
                return stage.stop(process)
            case acts.Start(process=process):
                return stage.start(process)
            case acts.Sleep(steps=steps):
                stage.sleep(steps)
            case acts.Wake():
                stage.wake()
            case acts.Crash(process=process, steps=steps):
                stage.crash(process, steps)
            case acts.Redeliver(consumer=consumer, events=events):
                stage.rewind(consumer, events)
            case _:
                return False
        return True

    def _do_at_once(self, act: acts.AtOnce) -> None:
        places = [place for place, number in enumerate(act.authors) if self.who(number)]
        post_ids = self.community.at_once(
            self.all_of(act.authors),
            self.all_of(act.viewers),
            self.pairs(act.follows),
            self.pairs(act.unfollows),
            act.limit,
        )
        for place, post_id in zip(places, post_ids, strict=True):
            self._keep(act.key + place, post_id)
        self.stage.clock.time += 1

    def _posting(self, key: int, authors: Sequence[int]) -> Callable[[], None] | None:
        """Return what has the next of the authors post, each time."""
        left = list(enumerate(authors))

        def post() -> None:
            if left:
                place, number = left.pop(0)
                self.stage.clock.time += 1
                self._keep(key + place, self._publish_one(number))

        return post if left else None

    def _publish_one(self, number: int) -> int | None:
        author = self.who(number)
        return self.community.publish(author) if author else None

    def _keep(self, key: int, post_id: int | None) -> bool:
        if post_id is not None:
            self._posts[key] = post_id
        return post_id is not None

    def _is_gone(self, post_id: int) -> bool:
        return self.oracle.posts[post_id].deleted or self.oracle.source(post_id).deleted


async def run_job(app: Application, name: str) -> None:
    """Do a periodic job now."""
    [job] = [job for job in app.jobs if job.name == name]
    await job.run()


def play(stage: Stage, history: Sequence[AnyAct], tally: Tally | None = None) -> None:
    """Do all acts of a history, and compare everything at the end.

    Raises:
        Difference: the application is not as the oracle says, or does not answer in time.
    """
    player = Player(stage, tally)
    try:
        for act in history:
            player.play(act)
        player.finish()
    except TimeoutError as error:
        raise Difference(f"What was asked is not answered within {PATIENCE:.0f} s.") from error
