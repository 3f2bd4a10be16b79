"""How the members of a group share shards in Redis: by leases that each renews and that end with it.

A lease that two have at once, after one was slow, does no harm: positions move by comparison in the database.
"""

import asyncio
import secrets
import time
from collections.abc import Iterable, Mapping

from redis.asyncio import Redis

from chirrup.platform.adapters.postgres.outbox import Shard
from chirrup.platform.events import SHARDS

LEASE = 6.0
"""Seconds after which others take over from a member that is gone."""

# KEYS: members by the end of their leases, owners by shard. ARGV: this member, milliseconds, 1 to give up what is more
# than a fair share, the shards. Returns the shards that are this member's.
_RENEW = """
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
local mine, free = {}, {}
for i = 4, #ARGV do
    local owner = redis.call('HGET', KEYS[2], ARGV[i])
    if owner == ARGV[1] then
        mine[#mine + 1] = ARGV[i]
    elseif not owner or not redis.call('ZSCORE', KEYS[1], owner) then
        free[#free + 1] = ARGV[i]
    end
end
local fair = math.ceil((#ARGV - 3) / redis.call('ZCARD', KEYS[1]))
while ARGV[3] == '1' and #mine > fair do
    redis.call('HDEL', KEYS[2], table.remove(mine))
end
while #mine < fair and #free > 0 do
    local shard = table.remove(free)
    redis.call('HSET', KEYS[2], shard, ARGV[1])
    mine[#mine + 1] = shard
end
return mine
"""


class Share:
    """What one member of a group has."""

    def __init__(self, key: str, topics: Iterable[str]) -> None:
        self.shards: frozenset[Shard] = frozenset()
        self._members, self._owners, self._ends = f"{key}:members", f"{key}:owners", f"{key}:ends"
        self._member = secrets.token_hex(8)
        self._all = {f"{topic}:{shard}": (topic, shard) for topic in topics for shard in range(SHARDS)}
        self._renewed = float("-inf")

    def due(self) -> bool:
        """Tell whether it is time to renew the lease."""
        return self.seconds_left() <= 0

    def seconds_left(self) -> float:
        """Return after how many seconds it is time; a member without a share asks again sooner."""
        return self._renewed + LEASE / (3 if self.shards else 12) - time.monotonic()

    async def rest(self, seconds: float) -> None:
        """Wait while there is nothing for this member."""
        await asyncio.sleep(max(0.001, min(seconds, self.seconds_left())))

    async def renew(self, client: Redis, *, release: bool) -> None:
        """Renew the lease; take what is free, and with `release` give up what is more than a fair share."""
        script = client.register_script(_RENEW)
        milliseconds = round(LEASE * 1000)
        mine = await script([self._members, self._owners], [self._member, milliseconds, int(release), *self._all])
        self.shards = frozenset(self._all[shard.decode()] for shard in mine)
        self._renewed = time.monotonic()

    async def begin(self, client: Redis, shards: Iterable[Shard]) -> dict[Shard, int]:
        """Return the last numbers that were noted of shards."""
        names = [f"{topic}:{shard}" for topic, shard in shards]
        ends = await client.hmget(self._ends, names) if names else []
        return {self._all[name]: int(end or 0) for name, end in zip(names, ends, strict=True)}

    async def note(self, client: Redis, ends: Mapping[Shard, int]) -> None:
        """Note up to which numbers all is handled."""
        known = {f"{topic}:{shard}": seq for (topic, shard), seq in ends.items() if seq}
        if known:
            await client.hset(self._ends, mapping=known)  # type: ignore[arg-type]

    async def leave(self, client: Redis, ends: Mapping[Shard, int]) -> None:
        """Give everything up, with notes for who comes after."""
        await self.note(client, ends)
        await client.zrem(self._members, self._member)
        self.shards = frozenset()
