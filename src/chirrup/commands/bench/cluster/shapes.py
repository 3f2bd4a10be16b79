"""Ways to keep home timelines in Redis, each with the client that one would use for it in earnest.

A push visits a chunk of followers and adds a post where there is a timeline. Lists and packed strings may grow to
twice their bound before they are cut; a sorted set does not say how long it is when it is added to, so it is cut each
time.
"""

from array import array
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec
from redis.asyncio import Redis

from chirrup.platform.adapters.redis.link import Command, RedisLink, Script
from chirrup.platform.adapters.redis.packed import COMPLETE, ID, Header, newest, pack, unpack
from chirrup.platform.adapters.redis.timelines import RedisTimelineStore

_LIST_PUSH = Script("""#!lua flags=allow-cross-slot-keys,allow-oom
local reached, post, bound, most, call = 0, ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), redis.call
local keys = cmsgpack.unpack(ARGV[1])
for place = 1, #keys do
  local length = call('LPUSHX', keys[place], post)
  if length > 0 then
    reached = reached + 1
    if length > most then call('LTRIM', keys[place], 0, bound - 1) end
  end
end
return reached
""")
_SORTED_PUSH = Script("""#!lua flags=allow-cross-slot-keys,allow-oom
local reached, post, bound, call = 0, ARGV[2], tonumber(ARGV[3]), redis.call
local keys = cmsgpack.unpack(ARGV[1])
for place = 1, #keys do
  local key = keys[place]
  if call('EXISTS', key) == 1 then
    reached = reached + 1
    call('ZADD', key, post, post)
    call('ZREMRANGEBYRANK', key, 0, -bound - 1)
  end
end
return reached
""")


Push = Callable[[Sequence[int], int], Awaitable[int]]
"""Adds a post to those of some owners' timelines that exist; returns how many those are."""


class Shape(Protocol):
    """A way to keep timelines."""

    @property
    def pushes(self) -> dict[str, Push]:
        """Return the ways to push to them, by name."""

    def key(self, owner: int) -> str:
        """Return where a timeline is."""

    def build(self, owner: int, ids: Sequence[int]) -> Command:
        """Return what makes a timeline of ascending ids."""

    def grow(self, owner: int, ids: Sequence[int]) -> list[Command]:
        """Return what brings a timeline to the size that it has after pushes of ascending ids, one by one."""

    async def read(self, owners: Sequence[int], count: int | None) -> list["array[int]"]:
        """Return timelines, or the last `count` ids of each, ascending."""


class Lists:
    """A list a timeline, the newest id first."""

    def __init__(self, link: RedisLink, client: Redis, bound: int) -> None:
        """Use the link, and the client for pipelines."""
        self._link = link
        self._client = client
        self._bound = bound

    @property
    def pushes(self) -> dict[str, Push]:
        """Return the ways to push to them, by name."""
        return {"pipeline": self._push_by_pipeline, "script": self._push_by_script}

    def key(self, owner: int) -> str:
        """Return where a timeline is."""
        return f"list:{owner}"

    def build(self, owner: int, ids: Sequence[int]) -> Command:
        """Return what makes a timeline of ascending ids."""
        return Command(b"", ("LPUSH", self.key(owner), *ids))

    def grow(self, owner: int, ids: Sequence[int]) -> list[Command]:
        """Return what brings a timeline to the size that it has after pushes of ascending ids, one by one."""
        return [self.build(owner, ids)]

    async def read(self, owners: Sequence[int], count: int | None) -> list["array[int]"]:
        """Return timelines, or the last `count` ids of each, ascending."""
        last = -1 if count is None else count - 1
        replies = await self._link.calls([Command(b"", ("LRANGE", self.key(owner), 0, last)) for owner in owners])
        return [_ascending(reply) for reply in replies]

    async def _push_by_pipeline(self, owners: Sequence[int], post_id: int) -> int:
        pipeline = self._client.pipeline(transaction=False)
        for owner in owners:
            pipeline.lpushx(self.key(owner), post_id)
        lengths: list[int] = await pipeline.execute()
        for owner, length in zip(owners, lengths, strict=True):
            if length > 2 * self._bound:
                pipeline.ltrim(self.key(owner), 0, self._bound - 1)
        await pipeline.execute()
        return sum(length > 0 for length in lengths)

    async def _push_by_script(self, owners: Sequence[int], post_id: int) -> int:
        keys = list(map(self.key, owners))
        return await _run(self._link, _LIST_PUSH, keys, post_id, self._bound, 2 * self._bound)


class SortedSets:
    """A sorted set a timeline, with ids for scores and members, as in Mastodon."""

    def __init__(self, link: RedisLink, client: Redis, bound: int) -> None:
        """Use the link, and the client for pipelines."""
        self._link = link
        self._client = client
        self._bound = bound

    @property
    def pushes(self) -> dict[str, Push]:
        """Return the ways to push to them, by name."""
        return {"pipeline": self._push_by_pipeline, "script": self._push_by_script}

    def key(self, owner: int) -> str:
        """Return where a timeline is."""
        return f"sorted:{owner}"

    def build(self, owner: int, ids: Sequence[int]) -> Command:
        """Return what makes a timeline of ascending ids."""
        return Command(b"", ("ZADD", self.key(owner), *(word for key in ids for word in (key, key))))

    def grow(self, owner: int, ids: Sequence[int]) -> list[Command]:
        """Return what brings a timeline to the size that it has after pushes of ascending ids, one by one."""
        return [self.build(owner, ids), Command(b"", ("ZREMRANGEBYRANK", self.key(owner), 0, -self._bound - 1))]

    async def read(self, owners: Sequence[int], count: int | None) -> list["array[int]"]:
        """Return timelines, or the last `count` ids of each, ascending."""
        last = -1 if count is None else count - 1
        asked = [Command(b"", ("ZRANGE", self.key(owner), 0, last, "REV")) for owner in owners]
        return [_ascending(reply) for reply in await self._link.calls(asked)]

    async def _push_by_pipeline(self, owners: Sequence[int], post_id: int) -> int:
        pipeline = self._client.pipeline(transaction=False)
        for owner in owners:
            pipeline.exists(self.key(owner))
        found: list[int] = await pipeline.execute()
        for owner, exists in zip(owners, found, strict=True):
            if exists:
                pipeline.zadd(self.key(owner), {str(post_id): post_id})
                pipeline.zremrangebyrank(self.key(owner), 0, -self._bound - 1)
        await pipeline.execute()
        return sum(found)

    async def _push_by_script(self, owners: Sequence[int], post_id: int) -> int:
        return await _run(self._link, _SORTED_PUSH, list(map(self.key, owners)), post_id, self._bound)


class PackedStrings:
    """What the cluster uses: `RedisTimelineStore`, whose bytes are read here without its memory of earlier reads."""

    def __init__(self, link: RedisLink, store: RedisTimelineStore, bound: int) -> None:
        """Push by the store."""
        self._link = link
        self._store = store
        self._bound = bound

    @property
    def pushes(self) -> dict[str, Push]:
        """Return the ways to push to them, by name."""
        return {"script": self._push}

    def key(self, owner: int) -> str:
        """Return where a timeline is."""
        return f"timeline:{owner}"

    def build(self, owner: int, ids: Sequence[int]) -> Command:
        """Return what makes a timeline of ascending ids."""
        header = Header(COMPLETE, bytes(3), bytes(4), 1, 1, 0)
        return Command(b"", ("SET", self.key(owner), header.write() + pack(ids)))

    def grow(self, owner: int, ids: Sequence[int]) -> list[Command]:
        """Return what brings a timeline to the size that it has after pushes of ascending ids, one by one.

        Redis doubles the room of a string with the first id that does not fit, so that one goes ahead.
        """
        return [Command(b"", ("APPEND", self.key(owner), pack(part))) for part in (ids[:1], ids[1:])]

    async def read(self, owners: Sequence[int], count: int | None) -> list["array[int]"]:
        """Return timelines, or the last `count` ids of each, ascending."""
        if count is None:
            found = await self._link.get([self.key(owner).encode() for owner in owners])
            return [newest(unpack(raw or b""), self._bound, 0)[1] for raw in found]
        asked = [Command(b"", ("GETRANGE", self.key(owner), -ID * count, -1)) for owner in owners]
        return [array("Q", sorted(unpack(raw, 0))) for raw in await self._link.calls(asked)]

    async def _push(self, owners: Sequence[int], post_id: int) -> int:
        return await self._store.push(owners, [post_id])


async def _run(link: RedisLink, script: Script, keys: Sequence[str], *args: int) -> int:
    reached: int = await link.run_on(await link.server_at(0), script, msgspec.msgpack.encode(keys), *args)
    return reached


def _ascending(reply: Any) -> "array[int]":
    return array("Q", map(int, reversed(reply)))
