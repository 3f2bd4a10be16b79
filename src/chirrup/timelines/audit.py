"""Comparing stored timelines with the database, also while people post.

A post that is committed and not under way has been pushed to everybody who was to get it, or its author is pulled. So
what is committed is read first, then what is under way, then who is pulled, and the timeline last: what a followee has
written above its floor, is not under way and not pulled, has to be in it. Whatever differs is looked at again, and
counts when it lasts.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import msgspec
import structlog

from chirrup.graph import Relations
from chirrup.graph.store import GraphStore
from chirrup.platform.ports import TimelineStore
from chirrup.timelines.home import HomeTimelines
from chirrup.timelines.unfinished import FanOutLog

_TOGETHER = 100
_LOOKS = 6
_FIRST_PAUSE = 0.05
_SHOWN = 20
_SAMPLE = 20
_SAMPLE_SECONDS = 1.0

log = structlog.get_logger()


class Difference(msgspec.Struct, frozen=True):
    """How one stored timeline differs from what the database holds."""

    owner_id: str
    missing: int
    """Posts that have to be in it and are not: its owner does not see them."""
    unknown: int
    """Ids in it that no post has."""
    foreign: int
    """Posts in it of accounts that its owner does not follow; reading leaves them out."""
    examples: list[str]
    """Some of these ids."""


class Findings(msgspec.Struct, frozen=True):
    """What a comparison of some timelines has found."""

    checked: int = 0
    whole: int = 0
    void: int = 0
    """Built from other follows than the owner has now, or dropped meanwhile: built anew when the owner reads."""
    undecided: int = 0
    """Posts that they may lack stayed on the way for as long as was waited."""
    different: int = 0
    wrong: int = 0
    """How many of the different ones are so in more than foreign posts."""
    differences: list[Difference] = []
    """The first of these."""

    def plus(self, other: "Findings") -> "Findings":
        """Return both together."""
        return Findings(
            checked=self.checked + other.checked,
            whole=self.whole + other.whole,
            void=self.void + other.void,
            undecided=self.undecided + other.undecided,
            different=self.different + other.different,
            wrong=self.wrong + other.wrong,
            differences=(self.differences + other.differences)[:_TOGETHER],
        )


@dataclass(slots=True)
class _Look:
    """One timeline under comparison."""

    relations: Relations
    expected: frozenset[int]
    """What followees have written above the floor, as of the first look."""
    void: bool = False
    suspects: frozenset[int] = frozenset()
    """What differed at the last look and was not under way."""
    waiting: bool = True
    """Whether another look may find something else."""
    difference: Difference | None = None
    """What differed at the last two looks."""


class _Rounds:
    """Goes round all timelines, over and over."""

    def __init__(self) -> None:
        self._pages: AsyncIterator[Sequence[int]] | None = None
        self._page: list[int] = []

    async def next(self, timelines: TimelineStore) -> int | None:
        """Return the owner of the next timeline, None at the end of each round."""
        while not self._page:
            if self._pages is None:
                self._pages = timelines.owners()
            try:
                self._page = list(await anext(self._pages))
            except StopAsyncIteration:
                # the end, or a failure at the last call
                self._pages = None
                return None
        return self._page.pop()


@dataclass(frozen=True, slots=True)
class TimelineAudit:
    """Compares stored timelines with the database."""

    home: HomeTimelines
    graph_store: GraphStore
    fan_out: FanOutLog
    rounds: _Rounds = field(default_factory=_Rounds)

    async def everything(self, *, repair: bool) -> AsyncIterator[Findings]:
        """Compare all stored timelines, and yield what was found in each some of them.

        With `repair`, those that differ are dropped: they are built anew when their owners read.

        Raises:
            Unavailable: the timelines cannot be listed or dropped.
        """
        async for owner_ids in self.home.timelines.owners():
            for start in range(0, len(owner_ids), _TOGETHER):
                yield await self.check(owner_ids[start : start + _TOGETHER], repair=repair)

    async def check(self, owner_ids: Sequence[int], *, repair: bool = False) -> Findings:
        """Compare some timelines."""
        looks = {owner_id: look for owner_id in owner_ids if (look := await self._begin(owner_id)) is not None}
        pause = _FIRST_PAUSE
        for _ in range(_LOOKS):
            open_ones = {owner_id: look for owner_id, look in looks.items() if look.waiting}
            if not open_ones:
                break
            await self._look_again(open_ones)
            if any(look.waiting for look in open_ones.values()):
                await asyncio.sleep(pause)
                pause *= 2
        findings = _findings(looks.values())
        self._tell(findings)
        if repair and findings.differences:
            await self.home.timelines.drop([int(one.owner_id) for one in findings.differences])
        return findings

    async def sample(self) -> None:
        """Compare the next few timelines, going round all of them; what differs is counted and logged."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _SAMPLE_SECONDS
        for _ in range(_SAMPLE):
            owner_id = await self.rounds.next(self.home.timelines)
            if owner_id is None or loop.time() > until:
                return
            await self.check([owner_id])

    async def _begin(self, owner_id: int) -> _Look | None:
        """Read what has to be in a timeline, if there is one."""
        timeline = await self.home.timelines.peek(owner_id)
        if timeline is None:
            return None
        floor = timeline.floor
        relations = await self.graph_store.relations(self.home.db.scan, owner_id)
        if timeline.basis != relations.digest:
            return _Look(relations, frozenset(), void=True, waiting=False)
        followees = list(relations.following)
        # one author alone can fill no more than that
        above = await self.home.post_store.oldest_of_each(self.home.db.scan, followees, floor, 2 * self.home.size)
        return _Look(relations, frozenset(chain.from_iterable(above.values())))

    async def _look_again(self, looks: dict[int, _Look]) -> None:
        unfinished = await self.fan_out.unfinished()
        pulled = await self.home.tables.pulled_authors(self.home.db.read)
        for owner_id, look in looks.items():
            timeline = await self.home.timelines.peek(owner_id)
            if timeline is None or timeline.basis != look.relations.digest:
                look.void, look.waiting = True, False
                continue
            floor, held = timeline.floor, frozenset(timeline.ids)
            lacking = {post_id for post_id in look.expected - held if post_id > floor}
            asked = [*lacking, *(held - look.expected)]
            rows = await self.home.post_store.authors_of(self.home.db.scan, asked) if asked else {}
            lacking = {key for key in lacking if key in rows and not rows[key][1] and rows[key][0] not in pulled}
            missing = {key for key in lacking if not unfinished.holds(key, rows[key][0])}
            unknown = {key for key in held if key not in look.expected and key not in rows}
            theirs = {owner_id, *look.relations.following}
            foreign = {key for key in held & rows.keys() if rows[key][0] not in theirs}
            found = frozenset(missing | unknown | foreign)
            look.waiting = len(missing) < len(lacking) or found != look.suspects
            lasting = [kind & look.suspects for kind in (missing, unknown, foreign)]
            look.difference = _difference(owner_id, lasting) if any(lasting) else None
            look.suspects = found
            # where nothing waits for another process, others get their turn here
            await asyncio.sleep(0)

    def _tell(self, findings: Findings) -> None:
        counts = self.home.telemetry
        for result in ("whole", "void", "undecided", "different"):
            counts.timelines_checked.labels(result).inc(getattr(findings, result))
        for one in findings.differences:
            for kind in ("missing", "unknown", "foreign"):
                counts.timeline_differences.labels(kind).inc(getattr(one, kind))
            log.error("timelines.differ", **msgspec.structs.asdict(one))


def _difference(owner_id: int, kinds: Sequence[Collection[int]]) -> Difference:
    missing, unknown, foreign = map(len, kinds)
    examples = [str(post_id) for kind in kinds for post_id in sorted(kind, reverse=True)]
    return Difference(str(owner_id), missing, unknown, foreign, examples[:_SHOWN])


def _findings(looks: Iterable[_Look]) -> Findings:
    total = Findings()
    for look in looks:
        total = total.plus(_finding(look))
    return total


def _finding(look: _Look) -> Findings:
    if look.void:
        return Findings(checked=1, void=1)
    if (one := look.difference) is not None:
        return Findings(checked=1, different=1, wrong=int(one.missing + one.unknown > 0), differences=[one])
    return Findings(checked=1, undecided=1) if look.waiting else Findings(checked=1, whole=1)
