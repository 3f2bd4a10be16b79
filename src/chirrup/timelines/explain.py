"""Why a post is, or is not, in somebody's home timeline: by which way it comes there, when, and how late."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from chirrup.accounts import Viewer
from chirrup.accounts.store import AccountStore
from chirrup.graph.store import GraphStore
from chirrup.platform.errors import Malformed, NotFound
from chirrup.platform.events import EventTypes
from chirrup.platform.ids import parse_id, time_of
from chirrup.posts import PostPublished
from chirrup.timelines.home import HomeTimelines
from chirrup.timelines.models import StepTaken
from chirrup.timelines.rules import SHOWN, Explanation, Facts, Moment, Sources, checks, way_of
from chirrup.timelines.store_explain import ExplainTables
from chirrup.timelines.unfinished import FanOutLog, Unfinished

_LOOKS = 4
_PAUSE = 0.05
_FOREVER = "is no longer kept"


class _Item(msgspec.Struct):
    """As much of a presented post as tells which it is."""

    id: str


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains, by looking where reading looks, and by reading."""

    home: HomeTimelines
    accounts: AccountStore
    graph: GraphStore
    tables: ExplainTables
    log: FanOutLog

    async def explain(self, viewer: str, post: str) -> Explanation:
        """Explain the place of a post, by its id, in the home timeline of an account, by its name or id.

        The page is read as its owner would read it, so a timeline that was not there is built.

        Raises:
            Malformed: the post's id is none.
            NotFound: there is no such account or post.
        """
        viewer_id, post_id = await self._viewer(viewer), parse_id(post)
        for look in range(_LOOKS):
            if look:
                await asyncio.sleep(_PAUSE)
            facts = await self._facts(viewer_id, post_id)
            found = checks(facts)
            wrong = next((check for check in found if not check.passes), None)
            unfinished = await self.log.unfinished()
            way, because = (None, wrong.detail) if wrong else way_of(facts, await self._sources(facts, unfinished))
            shown = await self._on_page(viewer_id, post_id)
            agrees = shown == (way in SHOWN)
            if agrees:
                break
        return Explanation(
            viewer=facts.viewer, author=facts.author, post_id=post_id, shown=shown, agrees=agrees, way=way,
            because=because, checks=found, moments=[moment async for moment in self._moments(facts, unfinished)],
        )  # fmt: skip

    async def _viewer(self, name: str) -> int:
        reader = self.home.db.read
        bare = name.removeprefix("@")
        account_id = await self.accounts.id_by_username(reader, bare)
        if account_id is None and bare == name:
            # a name may consist of digits, too, and comes first
            try:
                [account_id] = await self.accounts.by_ids(reader, [parse_id(name)])
            except (Malformed, ValueError):
                account_id = None
        if account_id is None:
            raise NotFound(f"There is no account {name[:40]}.")
        return account_id

    async def _facts(self, viewer_id: int, post_id: int) -> Facts:
        reader = self.home.db.read
        posts = await self.home.post_store.by_ids(reader, [post_id])
        if post_id not in posts:
            raise NotFound(f"There is no post {post_id}.")
        post = posts[post_id]
        original = None
        if post.is_retweet and post.retweet_of is not None:
            original = (await self.home.post_store.by_ids(reader, [post.retweet_of])).get(post.retweet_of)
        named = [viewer_id, post.author_id, post.reply_to_author_id, original.author_id if original else None]
        others = list({account_id for account_id in named if account_id is not None})
        accounts = await self.accounts.by_ids(reader, others)
        return Facts(
            viewer=accounts[viewer_id],
            post=post,
            author=accounts[post.author_id],
            follow_id=await self.graph.follow_id(reader, viewer_id, post.author_id),
            ties=await self.graph.ties(reader, viewer_id, others),
            target=accounts.get(post.reply_to_author_id or 0),
            original=original,
            original_author=accounts.get(original.author_id) if original else None,
        )

    async def _sources(self, facts: Facts, unfinished: Unfinished) -> Sources:
        """Look where a page is made from."""
        reader, post_id, author_id = self.home.db.read, facts.post.id, facts.author.id
        relations = await self.graph.relations(reader, facts.viewer.id)
        pulled = [key for key in await self.home.tables.pulled_authors(reader) if key in relations.following]
        recents = dict(zip(pulled, await self.home.posts.recents(pulled), strict=True))
        [own] = await self.home.posts.recents([facts.viewer.id])
        timeline = await self.home.timelines.peek(facts.viewer.id)
        floor = max(own.floor, *(recent.floor for recent in recents.values()), timeline.floor if timeline else 0)
        return Sources(
            stored=timeline is not None,
            void=timeline is not None and timeline.basis != relations.digest,
            held=timeline is not None and post_id in timeline.ids,
            step=await self._step(facts),
            below=post_id <= floor,
            pulled=await self.home.tables.pulled(reader, author_id),
            recent=author_id in recents and post_id in recents[author_id].ids,
            under_way=unfinished.holds(post_id, author_id),
        )

    async def _step(self, facts: Facts) -> StepTaken | None:
        """Return the step of the fan-out that visited the viewer, if it did and that is kept still."""
        if facts.follow_id is None:
            return None
        step = await self.tables.step_of(self.home.db.read, facts.post.id, facts.follow_id)
        return None if step is None or time_of(facts.follow_id) > step.taken_at else step

    async def _on_page(self, viewer_id: int, post_id: int) -> bool:
        """Return whether the page that begins with a post's place holds it."""
        page = await self.home.page(Viewer(viewer_id, 0), post_id + 1, 1)
        return any(msgspec.json.decode(item, type=_Item).id == str(post_id) for item in page.items)

    async def _moments(self, facts: Facts, unfinished: Unfinished) -> AsyncIterator[Moment]:
        """Yield the steps on a post's way, in order."""
        written = time_of(facts.post.id)
        yield Moment("written", written, None, f"{facts.author.username} wrote it")
        logged = await self._logged(facts)
        if logged is None:
            yield Moment("logged", None, None, f"its event {_FOREVER}")
        else:
            yield Moment("logged", logged, max(0, logged - written), "its event was committed with it")
        if facts.own:
            return
        followed = None if facts.follow_id is None else time_of(facts.follow_id)
        if followed is not None and followed > written:
            detail = f"{facts.viewer.username} followed {facts.author.username} after that"
            yield Moment("followed", followed, followed - written, detail)
        async for moment in self._fan_out(facts, unfinished):
            yield moment

    async def _logged(self, facts: Facts) -> int | None:
        """Return when a post's event was written, if it is kept still."""
        types = EventTypes([PostPublished])
        near = await self.log.outbox.written_near(
            self.home.db.read, PostPublished.__name__, facts.author.id, time_of(facts.post.id)
        )
        for entry in near:
            event = types.decode(entry.type, entry.payload)
            if isinstance(event, PostPublished) and event.post_id == facts.post.id:
                return entry.created_at
        return None

    async def _fan_out(self, facts: Facts, unfinished: Unfinished) -> AsyncIterator[Moment]:
        """Yield the step of the fan-out that visited the viewer, and how far all steps have come."""
        reader, post_id, written = self.home.db.read, facts.post.id, time_of(facts.post.id)
        viewer, author = facts.viewer.username, facts.author.username
        left = await self.tables.left_to_be_pulled(reader, post_id)
        if left is not None:
            detail = f"it was left to be merged at read, since {author} had more followers than were pushed to"
            yield Moment("fan-out", left, max(0, left - written), detail)
            return
        step = await self._step(facts)
        if step is not None:
            detail = (
                f"the step that visited {viewer}, with {step.visited} followers of whom {step.reached} had a timeline"
            )
            yield Moment("fan-out", step.taken_at, max(0, step.taken_at - written), detail)
        reach = await self.tables.reach(reader, post_id)
        if reach is None:
            waiting = unfinished.holds(post_id, facts.author.id)
            yield Moment("fan-out", None, None, "it has not begun yet" if waiting else f"what it has done {_FOREVER}")
            return
        done = "so far" if unfinished.holds(post_id, facts.author.id) else "in all"
        detail = f"{reach.steps} step(s) {done}: {reach.visited} followers visited, {reach.reached} timelines reached"
        yield Moment("fan-out", reach.last_taken_at, max(0, reach.last_taken_at - written), detail)
