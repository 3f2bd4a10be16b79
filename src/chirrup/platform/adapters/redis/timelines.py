"""Home timelines in Redis: one string of packed ids a user, `timeline:{user_id}`.

A push costs Redis about a microsecond a follower and the worker half of that, since one script visits a whole chunk. A
process remembers who had a timeline, so that to these it is appended at once, and the others are asked for many at a
time. A push only ever appends. Sorting, and cutting what has grown to twice the bound, is done by the processes, which
sort faster than Lua does and are easier to have more of.
"""

import asyncio
from binascii import crc_hqx
from collections.abc import AsyncIterator, Sequence
from secrets import randbits, token_bytes
from typing import Any

import msgspec

from chirrup.platform.adapters.memory.generations import Generations
from chirrup.platform.adapters.redis.link import AWAY, Command, RedisLink, RedisRefused, Script
from chirrup.platform.adapters.redis.node import Node
from chirrup.platform.adapters.redis.packed import (
    COMPLETE,
    HEADER,
    ID,
    OPEN,
    Header,
    extended,
    newest,
    number,
    pack,
    read_header,
    unpack,
)
from chirrup.platform.adapters.redis.topology import SLOTS
from chirrup.platform.adapters.redis.wire import RedisDown
from chirrup.platform.clock import Clock
from chirrup.platform.errors import Unavailable
from chirrup.platform.ports import Timeline

_KEY = b"timeline:%d"
_PREFIX = len(b"timeline:")
_CRC_OF_PREFIX = crc_hqx(b"timeline:", 0)
# one script holds up everybody else for about a millisecond
_OWNERS_OF_ONE_SCRIPT = 1000
_KEYS_OF_ONE_COMMAND = 50
# some 80 bytes each
_ACTIVE_REMEMBERED = 500_000

# takes the keys of those who likely have a timeline, and of the others, who are asked for some at a time; returns how
# many there are, the keys of those that have grown too long, and of those of whom the caller was wrong
PUSH_ALL = Script("""#!lua flags=allow-cross-slot-keys,allow-oom
local posts, most, together, call = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), redis.call
local size, reached, overlong, appeared, vanished = #posts, 0, {}, {}, {}
local likely, others = unpack(cmsgpack.unpack(ARGV[1]))
for place = 1, #likely do
  local key = likely[place]
  local length = call('APPEND', key, posts)
  if length > size then
    reached = reached + 1
    if length > most then overlong[#overlong + 1] = key end
  else
    call('DEL', key)
    vanished[#vanished + 1] = key
  end
end
for first = 1, #others, together do
  local last = math.min(first + together - 1, #others)
  if together == 1 or call('EXISTS', unpack(others, first, last)) > 0 then
    for place = first, last do
      local key = others[place]
      if call('EXISTS', key) == 1 then
        reached = reached + 1
        appeared[#appeared + 1] = key
        if call('APPEND', key, posts) > most then overlong[#overlong + 1] = key end
      end
    end
  end
end
return {reached, overlong, appeared, vanished}
""")

# returns the length, 0 where there is no timeline
_PUSH_ONE = Script("""#!lua flags=allow-oom
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('APPEND', KEYS[1], ARGV[1])
""")

# ids are compared by halves, since a Lua number holds 53 bits
_FILL = Script("""
local held = redis.call('GETRANGE', KEYS[1], 0, 31)
if string.sub(held, 1, 1) ~= 'O' or string.sub(held, 9, 16) ~= ARGV[1] then return 0 end
local floor = string.sub(held, 25, 32)
local high, low = struct.unpack('>I4I4', floor)
local built_high, built_low = struct.unpack('>I4I4', ARGV[3])
if built_high > high or (built_high == high and built_low > low) then floor = ARGV[3] end
local pushed = redis.call('GETRANGE', KEYS[1], 32, -1)
redis.call('SET', KEYS[1], 'C' .. string.sub(held, 2, 16) .. ARGV[2] .. floor .. ARGV[4] .. pushed, 'KEEPTTL')
return 1
""")

# replaces what the caller has seen, up to a length, and keeps what was appended since
_CUT = Script("""
if redis.call('GETRANGE', KEYS[1], 0, 31) ~= ARGV[1] then return 0 end
if redis.call('STRLEN', KEYS[1]) < tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[3] .. redis.call('GETRANGE', KEYS[1], ARGV[2], -1), 'KEEPTTL')
return 1
""")


class _Parsed:
    __slots__ = ("raw", "timeline", "touched")

    def __init__(self, raw: bytes, timeline: Timeline, touched: int) -> None:
        self.raw = raw
        self.timeline = timeline
        self.touched = touched


class RedisTimelineStore:
    """The `TimelineStore` port: without Redis there are no timelines, and pages are built from the database.

    A timeline that was written in another run of its server is void: it may have missed a push.
    """

    def __init__(self, link: RedisLink, clock: Clock, *, bound: int, time_to_live: int, remembered: int = 1000) -> None:
        """Keep up to `bound` ids a timeline, and timelines for `time_to_live` milliseconds after their last read.

        The process remembers how it understood up to twice `remembered` of them.
        """
        self._link = link
        self._clock = clock
        self._bound = bound
        self._time_to_live = time_to_live
        self._longest = HEADER + 2 * bound * ID
        self._parsed = Generations(remembered)
        self._active: set[int] = set()
        link.on_restart(self._parsed.clear)

    async def get(self, owner_id: int) -> Timeline | None:
        """Return a timeline that is complete, marking it as in use; None without Redis."""
        key = _KEY % owner_id
        now = self._clock.now()
        known: _Parsed | None = self._parsed.get(owner_id)
        touched = now
        if known is not None and 0 <= now - known.touched < self._time_to_live // 64:
            touched = known.touched
            [raw] = await self._link.get((key,))
        else:
            [raw] = await self._link.calls([Command(key, ("GETEX", key, "PX", self._time_to_live))])
        if not isinstance(raw, bytes) or raw == AWAY:
            return None
        # once more, since all is forgotten when the server turns out to be another
        known = self._parsed.get(owner_id)
        if known is not None and raw == known.raw:
            known.touched = touched
            return known.timeline
        timeline = self._understood(raw, self._link.tag(key), known)
        if timeline is not None:
            self._parsed.set(owner_id, _Parsed(raw, timeline, touched))
        return timeline

    async def peek(self, owner_id: int) -> Timeline | None:
        """Return what `get` would, as Redis has it, and without marking it as in use; None without Redis."""
        key = _KEY % owner_id
        [raw] = await self._link.get((key,))
        return None if raw is None or raw == AWAY else self._understood(raw, self._link.tag(key), None)

    async def owners(self) -> AsyncIterator[Sequence[int]]:
        """Yield the owners of all timelines, some at a time.

        Raises:
            Unavailable: a server does not answer.
        """
        try:
            async for keys in self._link.keys("timeline:*"):
                yield [int(key[_PREFIX:]) for key in keys]
        except RedisDown as error:
            raise Unavailable(f"Timelines cannot be reached: {error}") from error

    async def open(self, owner_id: int) -> int:
        """Let pushes reach a timeline that is about to be built; return a ticket, 0 without Redis."""
        key = _KEY % owner_id
        ticket = randbits(63) or 1
        try:
            header = Header(OPEN, token_bytes(3), await self._link.tag_now(key), ticket, 0, 0)
            await self._link.call(Command(key, ("SET", key, header.write(), "PX", self._time_to_live)))
        except RedisDown:
            return 0
        return ticket

    async def fill(self, owner_id: int, ticket: int, built: Timeline) -> None:
        """Complete an opened timeline with what the database held; without Redis it does not get complete."""
        if not ticket:
            return
        floor, ids = newest(built.ids, self._bound, built.floor)
        await self._link.calls(
            [_FILL.on(_KEY % owner_id, number(ticket), number(built.basis), number(floor), pack(ids))]
        )

    async def push(self, owner_ids: Sequence[int], post_ids: Sequence[int]) -> int:
        """Add posts to those of the timelines that exist; return how many those are.

        Raises:
            Unavailable: Redis is away, and perhaps not all of them have the posts.
        """
        try:
            shares = await self._shares(owner_ids)
            pushed = await asyncio.gather(*(self._push(node, owners, pack(post_ids)) for node, owners in shares))
        except RedisDown as error:
            raise Unavailable(f"Timelines cannot be reached: {error}") from error
        return sum(pushed)

    async def drop(self, owner_ids: Sequence[int]) -> None:
        """Forget timelines.

        Raises:
            Unavailable: Redis is away, and perhaps not all of them are forgotten.
        """
        keys = [_KEY % owner_id for owner_id in owner_ids]
        for reply in await self._link.calls([Command(key, ("UNLINK", key)) for key in keys]):
            if isinstance(reply, RedisDown):
                raise Unavailable(f"Timelines cannot be reached: {reply}")

    async def drop_idle(self) -> int:
        """Return 0, since Redis forgets idle timelines by itself."""
        return 0

    def _understood(self, raw: bytes, tag: bytes, known: _Parsed | None) -> Timeline | None:
        header = read_header(raw)
        if header is None or header.state != COMPLETE or header.tag != tag:
            return None
        if known is not None and raw.startswith(known.raw):
            return extended(known.timeline, unpack(raw, len(known.raw)), self._bound)
        floor, ids = newest(unpack(raw), self._bound, header.floor)
        return Timeline(header.basis, floor, ids)

    async def _shares(self, owner_ids: Sequence[int]) -> list[tuple[Node, Sequence[int]]]:
        """Return the owners in groups that one script can visit."""
        if self._link.spread:
            known = self._link.known_server
            lists: dict[Node, list[int]] = {}
            for owner_id in owner_ids:
                slot = crc_hqx(b"%d" % owner_id, _CRC_OF_PREFIX) % SLOTS
                lists.setdefault(known(slot) or await self._link.server_at(slot), []).append(owner_id)
            groups: list[tuple[Node, Sequence[int]]] = list(lists.items())
        else:
            groups = [(await self._link.server_at(0), owner_ids)]
        return [
            (node, owners[start : start + _OWNERS_OF_ONE_SCRIPT])
            for node, owners in groups
            for start in range(0, len(owners), _OWNERS_OF_ONE_SCRIPT)
        ]

    async def _push(self, node: Node, owner_ids: Sequence[int], posts: bytes) -> int:
        active = self._active
        # Lua takes them out of msgpack in a third less time than by a pattern out of text
        keys = msgspec.msgpack.encode(
            (
                [f"timeline:{owner_id}" for owner_id in owner_ids if owner_id in active],
                [f"timeline:{owner_id}" for owner_id in owner_ids if owner_id not in active],
            )
        )
        # a server of a cluster refuses a command with keys of several slots, even in such a script
        together = 1 if self._link.spread else _KEYS_OF_ONE_COMMAND
        try:
            answer = await self._link.run_on(node, PUSH_ALL, keys, posts, self._longest, together)
        except RedisRefused:
            # as while a slot moves; some may have got the posts already, and a second time does not count
            return await self._push_one_by_one(owner_ids, posts)
        reached, overlong, appeared, vanished = answer
        self._remember(appeared, vanished)
        for key in overlong:
            await self._cut(key)
        return int(reached)

    def _remember(self, appeared: Sequence[bytes], vanished: Sequence[bytes]) -> None:
        """Note who has a timeline: it decides only which command asks first, so it may be forgotten, or wrong."""
        if len(self._active) + len(appeared) > _ACTIVE_REMEMBERED:
            self._active.clear()
        self._active.update(int(key[_PREFIX:]) for key in appeared)
        self._active.difference_update(int(key[_PREFIX:]) for key in vanished)

    async def _push_one_by_one(self, owner_ids: Sequence[int], posts: bytes) -> int:
        lengths: list[Any] = await self._link.calls([_PUSH_ONE.on(_KEY % owner_id, posts) for owner_id in owner_ids])
        for owner_id, length in zip(owner_ids, lengths, strict=True):
            if isinstance(length, RedisDown):
                raise length
            if length > self._longest:
                await self._cut(_KEY % owner_id)
        return sum(length > 0 for length in lengths)

    async def _cut(self, key: bytes) -> None:
        """Keep the newest ids; below the oldest of them the timeline is no longer complete."""
        raw = await self._link.call(Command(key, ("GET", key)))
        header = read_header(raw or b"")
        if header is None:
            return
        floor, ids = newest(unpack(raw), self._bound, header.floor)
        cut = Header(header.state, token_bytes(3), header.tag, header.ticket, header.basis, floor)
        await self._link.call(_CUT.on(key, header.write(), len(raw), cut.write() + pack(ids)))
