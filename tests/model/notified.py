"""Histories of what people do to each other, and what a naive oracle says that they are told."""

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application
from chirrup.commands.bench.judge.stage import PASSWORD, Stage
from chirrup.notifications.models import DAY, KINDS, Kind, Preference
from chirrup.notifications.reading import NAMED, Filter
from chirrup.platform.errors import Refusal
from chirrup.platform.http.pagination import decode_cursor
from chirrup.platform.ids import MAX_ID, time_of
from chirrup.posts import Draft

PEOPLE = 5
SETTLED = ("read", "read_all", "prefer", "check")
"""Acts that compare everything or rest on what was told, after all events are handled."""
UNSETTLED = ("glance",)
NAMES = (
    "post", "post", "reply", "quote", "mention", "like", "like", "like", "unlike", "retweet", "retweet", "unretweet",
    "delete", "follow", "follow", "unfollow", "block", "unblock", "mute", "unmute", "ban", "unban", "leave", "pass",
    "sleep", "wake", "crash", "rewind", "repeat", *SETTLED, *UNSETTLED,
)  # fmt: skip
BUSY = (
    "mention", "like", "like", "unlike", "retweet", "unretweet", "follow", "unfollow", "pass", "mute", "unmute", "read",
    "rewind", "check",
)  # fmt: skip
"""The same few things done and undone again and again, so that many meet in one notification."""
Act = tuple[str, int, int, int]
"""What, by whom, to whom, and to which of the newest posts; each number is taken modulo what there is."""


class Told(msgspec.Struct, frozen=True, order=True):
    """One notification as its reader sees it, but for its place in the list."""

    kind: Kind
    post_id: int | None
    newest: int
    is_read: bool
    actors: tuple[int, ...]
    count: int


class Flock:
    """The people of one history, and what the oracle must remember: what they have read and what they want."""

    def __init__(self, stage: Stage) -> None:
        stage.ready()
        stage.number += 1
        self.stage = stage
        self.names = [f"n{stage.number}_{number}" for number in range(PEOPLE)]
        self.people = stage.add_people(self.names)
        self.posts: list[int] = []
        self.read_marks: dict[tuple[int, Kind, int], int] = {}
        self.wanted: dict[int, dict[Kind, bool]] = {}
        self.gone: set[int] = set()

    @property
    def app(self) -> Application:
        return self.stage.app(0)

    def play(self, acts: Sequence[Act]) -> None:
        """Play a history, and compare at its end what everybody is told."""
        for act in acts:
            self.stage.clock.move(1)
            self.act(*act)
        self.check(0, 0, 3)

    def act(self, name: str, one: int, other: int, number: int) -> None:
        if name in SETTLED or name in UNSETTLED:
            getattr(self, name)(one, other, number)
        elif name == "pass":
            self.stage.clock.move(3600 * (number + 1))
        elif name == "sleep":
            self.stage.sleep()
        elif name == "wake":
            self.stage.wake()
        elif name == "crash":
            self.stage.crash(one, number * 3)
        elif name == "rewind":
            self.stage.rewind("notifications.notify", number)
        else:
            # what is refused has no effect
            with contextlib.suppress(Refusal):
                self.stage.do(self.do(name, one % PEOPLE, other % PEOPLE, number))

    async def do(self, name: str, one: int, other: int, number: int) -> None:
        """Do what a person can do."""
        me, them = self.people[one], self.people[other]
        viewer, app = Viewer(me, 0), self.app
        if me in self.gone:
            return
        post = self.posts[-1 - number % min(len(self.posts), 6)] if self.posts else 0
        match name:
            case "post":
                self.posts.append(await app.posts.publish(viewer, Draft(text="tseep")))
            case "reply":
                text = f"@{self.names[other]}" if number % 3 == 0 else "indeed"
                self.posts.append(await app.posts.publish(viewer, Draft(text=text, reply_to=post)))
            case "quote":
                self.posts.append(await app.posts.publish(viewer, Draft(text="hear", quote_of=post)))
            case "mention":
                text = f"@{self.names[other]} @{self.names[number % PEOPLE]}"
                self.posts.append(await app.posts.publish(viewer, Draft(text=text)))
            case "like" | "unlike":
                await getattr(app.engagement, name)(viewer, post)
            case "retweet" | "unretweet":
                await getattr(app.posts, name)(viewer, post)
            case "delete":
                await app.posts.delete(viewer, post)
            case "follow" | "unfollow" | "block" | "unblock" | "mute" | "unmute" if them not in self.gone:
                await getattr(app.graph, name)(me, them)
            case "ban":
                await app.accounts.ban(me)
            case "unban":
                await app.accounts.unban(self.names[one])
            case "leave" if len(self.gone) < 2 and await self.active(me):
                self.gone.add(me)
                await app.accounts.delete(viewer, PASSWORD)
            case "repeat":
                await self.repeat(number)

    async def active(self, account_id: int) -> bool:
        return account_id in await self.app.accounts.by_ids([account_id])

    async def repeat(self, number: int) -> None:
        """Publish an event once more that was published before, whatever has happened since."""
        async with self.app.db.transaction() as tx:
            for event in await self.events(tx, number):
                tx.publish(event)

    async def events(self, tx: Any, number: int) -> Iterator[Any]:
        from_now = await tx.all(
            "SELECT type, payload FROM outbox WHERE type IN ('PostLiked', 'PostUnliked', 'PostPublished',"
            " 'PostDeleted', 'FollowCreated', 'FollowEnded') ORDER BY id DESC LIMIT 12"
        )
        subscription = next(one for one in self.app.subscriptions if one.name == "notifications.notify")
        kinds = {kind.__name__: kind for kind in subscription.events}
        chosen = from_now[number % len(from_now) :][:1] if from_now else []
        return iter([msgspec.json.decode(row[1], type=kinds[row[0]]) for row in chosen])

    def read(self, one: int, _other: int, number: int) -> None:
        """Read one of the notifications of the first page."""
        me = self.people[one % PEOPLE]
        self.stage.settle()
        if not self.stage.do(self.active(me)):
            return
        page = self.page(me, Filter(), MAX_ID, 20)["items"]
        if page:
            item = page[number % len(page)]
            self.stage.do(self.app.notifications.read(Viewer(me, 0), int(item["id"])))
            self.mark(me, {(item["type"], _subject(item))})

    def read_all(self, one: int, _other: int, _number: int) -> None:
        me = self.people[one % PEOPLE]
        self.stage.settle()
        self.stage.do(self.app.notifications.read_all(Viewer(me, 0)))
        self.mark(me, None)

    def mark(self, me: int, places: set[tuple[Kind, int]] | None) -> None:
        for kind, subject, causes in self.truth(me):
            if places is None or (kind, subject) in places:
                key = (me, kind, subject)
                self.read_marks[key] = max(self.read_marks.get(key, 0), *(cause for cause, _ in causes))

    def prefer(self, one: int, other: int, number: int) -> None:
        me, kind = self.people[one % PEOPLE], KINDS[other % len(KINDS)]
        shown = number % 2 == 0
        if me not in self.gone:
            self.stage.do(self.app.notifications.prefer(Viewer(me, 0), {kind: Preference(shown)}))
            self.wanted.setdefault(me, {})[kind] = shown

    def glance(self, one: int, _other: int, _number: int) -> None:
        """Look while events are under way: something may be missing, and nothing may be wrong."""
        me = self.people[one % PEOPLE]
        if self.stage.do(self.active(me)):
            told = {_told(item) for item in self.page(me, Filter(), MAX_ID, 100)["items"]}
            assert told <= {told for _, told in self.expected(me)}

    def check(self, _one: int, _other: int, number: int) -> None:
        """Compare every page of everybody with what the rows say."""
        self.stage.settle()
        for me in self.people:
            if not self.stage.do(self.active(me)):
                continue
            # the place in the list is that of the newest cause, whoever's
            expected = [told for _, told in sorted(self.expected(me), key=lambda pair: -pair[0])]
            assert self.all_pages(me, Filter(), number + 1) == expected
            unread = [told for told in expected if not told.is_read]
            assert self.all_pages(me, Filter(unread=True), number + 1) == unread
            assert self.stage.do(self.app.notification_reader.unread_count(Viewer(me, 0))) == len(unread)
            kind = KINDS[number % len(KINDS)]
            some = [told for told in expected if told.kind == kind]
            assert self.all_pages(me, Filter(kinds=(kind,)), 2) == some

    def page(self, me: int, wanted: Filter, before: int, limit: int) -> dict[str, Any]:
        page = self.stage.do(self.app.notification_reader.page(Viewer(me, 0), wanted, before, limit))
        decoded: dict[str, Any] = msgspec.json.decode(page.json())
        return decoded

    def all_pages(self, me: int, wanted: Filter, limit: int) -> list[Told]:
        found: list[Told] = []
        page = self.page(me, wanted, MAX_ID, limit)
        found += map(_told, page["items"])
        while page["next_cursor"]:
            assert len(page["items"]) == limit
            page = self.page(me, wanted, decode_cursor(page["next_cursor"]), limit)
            found += map(_told, page["items"])
        return found

    def expected(self, me: int) -> list[tuple[int, Told]]:
        """Return (place in the list, what is told)."""
        hidden = self.hidden(me)
        found = []
        for kind, subject, causes in self.truth(me):
            shown = [(cause, actor) for cause, actor in causes if actor not in hidden]
            if not shown or not self.wanted.get(me, {}).get(kind, True):
                continue
            newest = shown[0][0]
            mark = self.read_marks.get((me, kind, subject), 0)
            actors = tuple(actor for _, actor in shown[:NAMED])
            post_id = None if kind == "follow" else subject
            told = Told(kind, post_id, time_of(newest), newest <= mark, actors, len(shown))
            found.append((causes[0][0], told))
        return found

    def hidden(self, me: int) -> set[int]:
        hidden = {row[0] for row in self.rows("SELECT id FROM accounts WHERE status <> 'active'")}
        hidden |= {row[0] for row in self.rows("SELECT blocked_id FROM blocks WHERE blocker_id = $1", me)}
        hidden |= {row[0] for row in self.rows("SELECT blocker_id FROM blocks WHERE blocked_id = $1", me)}
        return hidden | {row[0] for row in self.rows("SELECT muted_id FROM mutes WHERE muter_id = $1", me)}

    def truth(self, me: int) -> list[tuple[Kind, int, list[tuple[int, int]]]]:
        """Return (kind, subject, [(cause, actor), newest first]) of all that others did to somebody."""
        found: dict[tuple[Kind, int], list[tuple[int, int]]] = {}

        def add(kind: Kind, subject: int, cause: int, actor: int) -> None:
            if actor != me:
                found.setdefault((kind, subject), []).append((cause, actor))

        for cause, actor in self.rows("SELECT id, follower_id FROM follows WHERE followee_id = $1", me):
            add("follow", time_of(cause) // DAY, cause, actor)
        posts = {row[0]: row[1:] for row in self.rows(
            "SELECT id, author_id, reply_to_author_id, retweet_of, is_retweet, entities FROM posts WHERE NOT deleted"
        )}  # fmt: skip
        kinds: tuple[tuple[Kind, str], ...] = (("like", "likes"), ("retweet", "retweets"))
        for kind, table in kinds:
            for post_id, cause, actor in self.rows(f"SELECT post_id, id, account_id FROM {table}"):
                if post_id in posts and posts[post_id][0] == me:
                    add(kind, post_id, cause, actor)
        authors = dict(self.rows("SELECT id, author_id FROM posts"))
        for post_id, (author, answered, quoted, is_retweet, entities) in posts.items():
            mentioned = {int(entity.get("id") or 0) for entity in msgspec.json.decode(entities)}
            if is_retweet:
                continue
            if answered == me:
                add("reply", post_id, post_id, author)
            elif quoted and authors[quoted] == me:
                add("quote", post_id, post_id, author)
            elif me in mentioned:
                add("mention", post_id, post_id, author)
        return [(kind, subject, sorted(causes, reverse=True)) for (kind, subject), causes in found.items()]

    def rows(self, sql: str, *args: object) -> Sequence[Any]:
        return self.stage.do(self.app.db.read.all(sql, *args))


def _subject(item: dict[str, Any]) -> int:
    return _milliseconds(item) // DAY if item["post"] is None else int(item["post"]["id"])


def _told(item: dict[str, Any]) -> Told:
    actors = tuple(int(actor["id"]) for actor in item["actors"])
    post_id = None if item["post"] is None else int(item["post"]["id"])
    return Told(item["type"], post_id, _milliseconds(item), item["is_read"], actors, item["actors_count"])


def _milliseconds(item: dict[str, Any]) -> int:
    moment = msgspec.json.decode(msgspec.json.encode(item["created_at"]), type=datetime.datetime)
    return round(moment.timestamp() * 1000)
