"""The demo's members go on while the server runs: each act is a slice's own verb, done for a made-up account."""

import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chirrup.accounts import Viewer
from chirrup.bootstrap import Application
from chirrup.demo.grammar import Kind, Occasion, Opening, Speaker, languages
from chirrup.demo.history import PAST_OCCASIONS
from chirrup.demo.plan import Act
from chirrup.demo.roster import Member, Roster
from chirrup.platform.ids import MAX_ID
from chirrup.posts.models import Draft, PostRow

_REMEMBERED = 24
_RECENT = 12
_OF_GUEST = 8
_FOLLOWED = 200
_OCCASION_POSTS = 30
_ANSWERED = 0.4
_TRIES = 8


@dataclass(slots=True)
class Thread:
    """A conversation that a member has begun here, so that answers fit it."""

    post_id: int
    author: Member
    opening: Opening
    replies: list[int] = field(default_factory=list)
    said: set[str] = field(default_factory=set)

    def fresh(self, templates: Sequence[str]) -> list[str]:
        """Return what nobody has said here yet."""
        return [template for template in templates if template not in self.said]


class Members:
    """What the members of a roster do in an application."""

    def __init__(self, app: Application, roster: Roster, chance: random.Random) -> None:
        self._app = app
        self._guest_id = roster.guest_id
        self._members = roster.members
        self._neighbours = [one for one in roster.members if one.language == roster.guest_language] or roster.members
        self._by_id = {member.id: member for member in roster.members}
        self._chance = chance
        self._speakers = {code: Speaker(language, chance) for code, language in languages().items()}
        self._threads: deque[Thread] = deque(maxlen=_REMEMBERED)
        self._posts: Counter[str] = Counter()
        self._acts: Mapping[Act, Callable[[], Awaitable[object]]] = {
            "post": self._post,
            "post_to_guest": self._post_to_guest,
            "reply": self._reply,
            "reply_to_guest": self._reply_to_guest,
            "like": self._like,
            "like_guest": self._like_guest,
            "pass_on": self._pass_on,
            "pass_on_guest": self._pass_on_guest,
            "follow": self._follow,
            "follow_guest": self._follow_guest,
        }

    async def act(self, act: Act) -> None:
        """Have somebody do it; where there is nothing to do it to, nothing happens.

        Raises:
            Refusal: the instance does not allow it, such as for a member who is blocked or banned.
        """
        await self._acts[act]()

    async def _post(self) -> None:
        await self._publish(self._chance.choice(self._members))

    async def _post_to_guest(self) -> None:
        """Have somebody post whom the guest follows."""
        guest = await self._app.accounts.get(self._guest_id)
        following = await self._app.graph.following(guest, MAX_ID, _FOLLOWED)
        near = [self._by_id[key] for _, key in following if key in self._by_id]
        await self._publish(self._chance.choice(near or self._members))

    async def _publish(self, author: Member) -> None:
        speaker = self._speakers[author.language]
        friend = self._other_than(author, author.language).username
        occasion = self._occasion(speaker.occasions, self._posts[author.language])
        self._posts[author.language] += 1
        opening = speaker.join(occasion, friend) if occasion else speaker.begin(author.role, friend)
        post_id = await self._app.posts.publish(_viewer(author), Draft(text=opening.text))
        self._threads.append(Thread(post_id, author, opening))

    def _occasion(self, known: Sequence[Occasion], posts: int) -> Occasion | None:
        """Return what the next post in a language is about, if it is about any of its occasions.

        By turns that is one which the past knows, so that what trends goes on, one which is new, so that there is more
        to trend, for some posts each, and none.
        """
        past, new = known[:PAST_OCCASIONS], known[PAST_OCCASIONS:]
        if posts % 3 == 0 and past:
            return self._chance.choice(past)
        if posts % 3 == 1 and new:
            return new[posts // _OCCASION_POSTS % len(new)]
        return None

    async def _reply(self) -> None:
        """Have somebody reply to what a member has begun, or its author to a reply."""
        if not self._threads:
            return
        thread = self._chance.choice(self._threads)
        kind, language = thread.opening.kind, thread.author.language
        answers = thread.fresh(kind.answers)
        if thread.replies and answers and self._chance.random() < _ANSWERED:
            await self._say(thread, thread.author, thread.replies.pop(), answers)
        elif replies := thread.fresh(kind.replies):
            reply_id = await self._say(thread, self._other_than(thread.author, language), thread.post_id, replies)
            thread.replies.append(reply_id)

    async def _say(self, thread: Thread, author: Member, reply_to: int, templates: Sequence[str]) -> int:
        speaker = self._speakers[thread.author.language]
        template = speaker.choose(templates)
        thread.said.add(template)
        text = speaker.say([template], dict(thread.opening.topic), thread.opening.kind.topic)
        return await self._app.posts.publish(_viewer(author), Draft(text=text, reply_to=reply_to))

    async def _reply_to_guest(self) -> None:
        post = await self._of_guest()
        if post is not None:
            author = self._chance.choice(self._neighbours)
            speaker = self._speakers[author.language]
            text = speaker.say(_anything(speaker).replies, {}, [])
            await self._app.posts.publish(_viewer(author), Draft(text=text, reply_to=post.id))

    async def _like(self) -> None:
        post = await self._recent()
        if post is not None:
            await self._app.engagement.like(_viewer(self._anybody_but(post)), post.id)

    async def _like_guest(self) -> None:
        post = await self._of_guest()
        if post is not None:
            await self._app.engagement.like(_viewer(self._anybody_but(post)), post.id)

    async def _pass_on(self) -> None:
        post = await self._recent()
        if post is not None:
            await self._app.posts.retweet(_viewer(self._anybody_but(post)), post.id)

    async def _pass_on_guest(self) -> None:
        """Have somebody retweet or quote the guest."""
        post = await self._of_guest()
        if post is None:
            return
        member = self._chance.choice(self._neighbours)
        if self._chance.random() < 0.5:
            await self._app.posts.retweet(_viewer(member), post.id)
        else:
            speaker = self._speakers[member.language]
            text = speaker.say(_anything(speaker).quotes, {}, [])
            await self._app.posts.publish(_viewer(member), Draft(text=text, quote_of=post.id))

    async def _follow(self) -> None:
        follower = self._chance.choice(self._members)
        await self._app.graph.follow(follower.id, self._other_than(follower).id)

    async def _follow_guest(self) -> None:
        """Have somebody follow the guest who did not yet."""
        for member in self._chance.sample(self._members, min(_TRIES, len(self._members))):
            if await self._app.graph.follow(member.id, self._guest_id):
                return

    async def _recent(self) -> PostRow | None:
        """Return one of the newest posts of all, rather a newer one."""
        ids = await self._app.posts.public(MAX_ID, _RECENT)
        posts = await self._app.posts.store.by_ids(self._app.db.read, ids)
        return self._rather_first([posts[key] for key in ids if key in posts])

    async def _of_guest(self) -> PostRow | None:
        """Return one of the guest's own posts, rather a newer one."""
        guest = await self._app.accounts.get(self._guest_id)
        ids = await self._app.posts.of_author(guest, replies=False)(MAX_ID, _OF_GUEST)
        posts = await self._app.posts.store.by_ids(self._app.db.read, ids)
        own = [posts[key] for key in ids if key in posts and not posts[key].is_retweet]
        return self._rather_first([post for post in own if not post.deleted])

    def _rather_first(self, posts: Sequence[PostRow]) -> PostRow | None:
        return self._chance.choice(posts[: self._chance.randint(1, len(posts))]) if posts else None

    def _anybody_but(self, post: PostRow) -> Member:
        return self._chance.choice([member for member in self._members if member.id != post.author_id])

    def _other_than(self, member: Member, language: str | None = None) -> Member:
        """Return another member, if possible one who speaks a language."""
        others = [other for other in self._members if other.id != member.id]
        return self._chance.choice([other for other in others if other.language == language] or others)


def _viewer(member: Member) -> Viewer:
    # made-up accounts have no sessions
    return Viewer(member.id, 0)


def _anything(speaker: Speaker) -> Kind:
    """Return the kind of conversation whose answers fit any post best: the last one that has no topic of its own."""
    kinds = list(speaker.kinds.values())
    return ([kind for kind in kinds if not kind.topic] or kinds)[-1]
