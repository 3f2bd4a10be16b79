"""People who post and read while things fail, and who know what was acknowledged to them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support import Client

PATIENCE = 60.0
"""Seconds until a post that is refused again and again fails the test."""
RETRY = 0.05


@dataclass(frozen=True)
class Posted:
    """One acknowledged post; times on the loop's clock."""

    id: int
    text: str
    began: float
    acknowledged: float
    attempts: int

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.acknowledged - self.began


@dataclass(frozen=True)
class Page:
    """One answered page of a home timeline."""

    asked: float
    answered: float
    ids: list[int]

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.answered - self.asked


@dataclass
class Someone:
    """A person with a client for each API process, used in turn as a balancer does."""

    id: int
    name: str
    clients: list[Client]
    turn: int = 0
    failures: list[str] = field(default_factory=list)
    """What was answered instead of what was asked for."""

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response | None:
        """Ask the next API; note what is no success and return None."""
        client = self.clients[self.turn % len(self.clients)]
        self.turn += 1
        return await self.ask_at(client, method, path, **options)

    async def ask_at(self, client: Client, method: str, path: str, **options: Any) -> httpx.Response | None:
        """Ask one API; note what is no success and return None."""
        try:
            answer = await client.request(method, path, **options)
        except httpx.TransportError as error:
            self.failures.append(f"{method} {path} at {client.base_url.port}: {type(error).__name__}")
            return None
        if not answer.is_success:
            self.failures.append(f"{method} {path} at {client.base_url.port}: {answer.status_code} {answer.text[:200]}")
            return None
        return answer

    async def insist(self, method: str, path: str, **options: Any) -> Any:
        """Ask until there is a success; return what it says."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if answer := await self.ask(method, path, **options):
                    return answer.json() if answer.content else None
                await asyncio.sleep(RETRY)

    async def all_ids(self, path: str, api: int) -> list[int]:
        """Return the ids of all pages of a list, as one API shows it."""
        ids: list[int] = []
        cursor: dict[str, str] = {}
        while True:
            answer = await self.clients[api].get(path, params={"limit": "100"} | cursor)
            assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
            page = answer.json()
            ids += [int(item["id"]) for item in page["items"]]
            if page["next_cursor"] is None:
                return ids
            cursor = {"cursor": page["next_cursor"]}


@dataclass
class Author(Someone):
    """Posts one thing after another, each until it is acknowledged."""

    posted: list[Posted] = field(default_factory=list)
    looks_at: Client | None = None
    """Where to look at the own home timeline; by default, at another API than the one that took the last post."""

    async def post(self) -> Posted:
        """Publish a text that nobody else publishes; what is not acknowledged is sent again, under the same key."""
        loop = asyncio.get_running_loop()
        text, began, before = f"{self.name} {len(self.posted)}", loop.time(), len(self.failures)
        headers = {"Idempotency-Key": text.replace(" ", "-")}
        made = await self.insist("POST", "/posts", json={"text": text}, headers=headers)
        assert made["text"] == text
        posted = Posted(int(made["id"]), text, began, loop.time(), 1 + len(self.failures) - before)
        self.posted.append(posted)
        return posted

    async def keep_posting(self, pause: float, stop: asyncio.Event) -> None:
        """Post until told to stop, and look at the own home timeline after each post."""
        while not stop.is_set():
            await self.post()
            await self.see_own()
            await _wait(stop, pause)

    async def see_own(self) -> None:
        """Read the home timeline of somebody who follows nobody: it holds the own posts, the newest one too."""
        there = self.looks_at or self.clients[self.turn % len(self.clients)]
        if answer := await self.ask_at(there, "GET", "/feed"):
            seen = [int(item["id"]) for item in answer.json()["items"]]
            if seen != self.ids[:20]:
                self.failures.append(f"{self.name} sees {seen} of the own {self.ids[:20]}")

    @property
    def ids(self) -> list[int]:
        """What was acknowledged, newest first."""
        return sorted((posted.id for posted in self.posted), reverse=True)


@dataclass
class Reader(Someone):
    """Reads the first page of the home timeline again and again."""

    follows: Sequence[Author] = ()
    pages: list[Page] = field(default_factory=list)

    async def read(self) -> Page | None:
        """Read a page, and keep it."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        answer = await self.ask("GET", "/feed")
        if answer is None:
            return None
        page = Page(asked, loop.time(), [int(item["id"]) for item in answer.json()["items"]])
        self.pages.append(page)
        return page

    async def keep_reading(self, pause: float, stop: asyncio.Event) -> None:
        """Read until told to stop."""
        while not stop.is_set():
            await self.read()
            await _wait(stop, pause)

    @property
    def expected(self) -> list[int]:
        """What the home timeline holds once all is delivered, newest first."""
        return sorted((posted.id for author in self.follows for posted in author.posted), reverse=True)

    def wrong_pages(self, lag: float) -> list[str]:
        """Return what was wrong with the pages; a post may be missing for `lag` seconds after its acknowledgement."""
        posts = {posted.id: posted for author in self.follows for posted in author.posted}
        found = []
        for page in self.pages:
            if page.ids != sorted(set(page.ids), reverse=True):
                found.append(f"out of order or doubled: {page.ids}")
            if unknown := set(page.ids) - posts.keys():
                found.append(f"never acknowledged: {sorted(unknown)}")
            due = [one.id for one in posts.values() if one.acknowledged < page.asked - lag]
            newest_due = set(sorted(due, reverse=True)[:20])
            lowest = page.ids[-1] if len(page.ids) >= 20 else 0
            if missing := {one for one in newest_due if one >= lowest} - set(page.ids):
                found.append(f"missing at {page.asked:.3f}: {sorted(missing)} in {page.ids}")
        return found


@asynccontextmanager
async def load(
    authors: Sequence[Author], readers: Sequence[Reader] = (), *, post_pause: float = 0.1, read_pause: float = 0.1
) -> AsyncIterator[None]:
    """Let authors post and readers read for as long as the block lasts; every post begun is acknowledged at its end."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for author in authors:
            group.create_task(author.keep_posting(post_pause, stop))
        for reader in readers:
            group.create_task(reader.keep_reading(read_pause, stop))
        try:
            yield
        finally:
            stop.set()


async def check_homes(readers: Sequence[Reader], apis: Sequence[int]) -> None:
    """Check that all see exactly what was acknowledged, once, at each of the APIs."""
    for reader in readers:
        for api in apis:
            seen, expected = await reader.all_ids("/feed", api), reader.expected
            assert len(seen) == len(set(seen)), f"{reader.name} sees posts twice at API {api}"
            lost, strange = sorted(set(expected) - set(seen)), sorted(set(seen) - set(expected))
            assert not lost, f"{reader.name} does not see {len(lost)} of {len(expected)} posts at API {api}: {lost[:9]}"
            assert not strange, f"{reader.name} sees what nobody has posted at API {api}: {strange[:9]}"
            assert seen == expected, f"{reader.name} sees posts out of order at API {api}"


async def check_profiles(authors: Sequence[Author], apis: Sequence[int], followers: int | None = None) -> None:
    """Check that profiles show exactly what was acknowledged, and count it right."""
    for author in authors:
        for api in apis:
            assert await author.all_ids(f"/users/{author.name}/posts", api) == author.ids, f"{author.name} at {api}"
            answer = await author.clients[api].get(f"/users/{author.name}")
            assert answer.status_code == 200, answer.text
            profile = answer.json()
            assert profile["posts_count"] == len(author.posted), f"{author.name} at API {api}: {profile}"
            if followers is not None:
                assert profile["followers_count"] == followers, f"{author.name} at API {api}: {profile}"


def failures(people: Sequence[Someone]) -> list[str]:
    """Return what was answered to people instead of what they asked for."""
    return [failure for person in people for failure in person.failures]


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
