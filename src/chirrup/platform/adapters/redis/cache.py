"""A cache that all processes share.

Cache-aside with leases (R. Nishtala et al., Scaling Memcache at Facebook, NSDI 2013): who misses a key leaves a lease
in its place, and may store what was loaded only while that lease is still there. A deletion takes leases along, so a
value that is older than the last deletion is never stored; and who meets another's lease waits a little instead of
loading too. Redis is asked for every value each time. Only the work of decoding is saved, as long as the bytes stay
the same.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from secrets import randbelow, token_bytes
from typing import Any

from chirrup.platform.adapters.memory.generations import Generations
from chirrup.platform.adapters.redis.link import AWAY, Command, RedisLink, Script
from chirrup.platform.adapters.redis.values import Codec, is_lease, lease, tag_of
from chirrup.platform.adapters.redis.wire import RedisDown
from chirrup.platform.errors import Unavailable
from chirrup.platform.flights import Flights
from chirrup.platform.ports import Load, Wanted
from chirrup.platform.telemetry import CacheCounts, CacheMetrics

_LOOKS = 3
_PATIENCE = 0.005

_STORE = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if #ARGV == 1 then return redis.call('UNLINK', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
""")


class _Space:
    __slots__ = ("codec", "counts", "decoded", "flights", "pattern")

    def __init__(self, name: str, kind: Any, size: int, counts: CacheCounts) -> None:
        self.pattern = name.encode().replace(b"%", b"%%") + b":%d"
        self.codec = Codec(kind)
        self.decoded = Generations(size)
        self.flights = Flights(closed=True)
        self.counts = counts


class RedisCache:
    """The `Cache` port: without Redis every read loads, and nothing is kept.

    What is stored stays for ten minutes, more or less, so that what was stored at once does not end at once. That also
    bounds how long a value can be stale whose deletion Redis never got.
    """

    def __init__(
        self,
        link: RedisLink,
        kinds: Mapping[str, Any],
        sizes: Mapping[str, int],
        metrics: CacheMetrics,
        *,
        expiry: float = 600,
        lease_time: float = 3,
    ) -> None:
        """Make a space of each kind of value; the process remembers up to twice the size of decoded values.

        `expiry` and `lease_time` are seconds; a load that takes longer than a lease is not kept.
        """
        self._link = link
        self._expiry = round(expiry * 1000)
        self._lease_time = round(lease_time * 1000)
        self._spaces = {name: _Space(name, kind, sizes[name], metrics.space(name)) for name, kind in kinds.items()}
        self._releases: set[asyncio.Task[Any]] = set()
        link.on_restart(self._forget_decoded)

    async def fetch(self, space: str, keys: Sequence[int], load: Load) -> list[Any]:
        """Return the value or None for each key; those that are not kept are loaded in one call, and then kept."""
        entries = self._spaces[space]
        pattern = entries.pattern
        decoded = entries.decoded.new
        found = []
        missing = []
        raws = await self._link.get([pattern % key for key in keys])
        for key, raw in zip(keys, raws, strict=True):
            known = decoded.get(key)
            if known is not None and known[0] == raw:
                found.append(known[1])
            else:
                value = self._read(entries, key, raw)
                if value is None:
                    missing.append(key)
                found.append(value)
        entries.counts.hits += len(found) - len(missing)
        if not missing:
            return found
        away = raws.count(AWAY)
        entries.counts.errors += away
        entries.counts.misses += len(missing) - away
        loaded = await entries.flights.load(missing, partial(self._load, entries, load))
        return [loaded.get(key) if value is None else value for key, value in zip(keys, found, strict=True)]

    async def fetch_one(self, space: str, key: int, load: Load) -> Any:
        """Return the value of a key, or None, as `fetch` does."""
        entries = self._spaces[space]
        [raw] = await self._link.get((entries.pattern % key,))
        value = self._kept(entries, key, raw)
        return await self._missed(entries, key, raw, load) if value is None else value

    async def fetch_each(self, wanted: Sequence[Wanted]) -> list[Any]:
        """Return the value or None for keys of different spaces; those that are kept come from one journey."""
        spaces = self._spaces
        raws = await self._link.get([spaces[space].pattern % key for space, key, _ in wanted])
        values = [self._kept(spaces[space], key, raw) for (space, key, _), raw in zip(wanted, raws, strict=True)]
        for place, (space, key, load) in enumerate(wanted):
            if values[place] is None:
                values[place] = await self._missed(spaces[space], key, raws[place], load)
        return values

    def _kept(self, entries: _Space, key: int, raw: bytes | None) -> Any:
        """Return what the bytes of a key mean, as `_read` does, and count it if it is a value."""
        known = entries.decoded.new.get(key)
        value = known[1] if known is not None and known[0] == raw else self._read(entries, key, raw)
        if value is not None:
            entries.counts.hits += 1
        return value

    async def _missed(self, entries: _Space, key: int, raw: bytes | None, load: Load) -> Any:
        if raw == AWAY:
            entries.counts.errors += 1
        else:
            entries.counts.misses += 1
        return (await entries.flights.load((key,), partial(self._load, entries, load))).get(key)

    async def delete(self, space: str, keys: Sequence[int]) -> None:
        """Forget the keys.

        Raises:
            Unavailable: Redis is away, so that others may find them for as long as values are kept.
        """
        entries = self._spaces[space]
        entries.flights.void(keys)
        names = [entries.pattern % key for key in keys]
        for reply in await self._link.calls([Command(name, ("UNLINK", name)) for name in names]):
            if isinstance(reply, RedisDown):
                raise Unavailable("The cache cannot be reached.")

    async def close(self) -> None:
        """Wait until leases are given back, which ends within the link's timeout."""
        if self._releases:
            await asyncio.wait(self._releases)

    def _forget_decoded(self) -> None:
        for entries in self._spaces.values():
            entries.decoded.clear()

    def _read(self, entries: _Space, key: int, raw: bytes | None) -> Any:
        """Return what the bytes of a key mean, or None if that is not a value."""
        if not raw:
            return None
        known = entries.decoded.get(key)
        if known is not None and known[0] == raw:
            return known[1]
        value = entries.codec.read(raw, self._link.tag(entries.pattern % key))
        if value is not None:
            entries.decoded.set(key, (raw, value))
        return value

    async def _load(self, entries: _Space, load: Load, keys: list[int]) -> dict[int, Any]:
        """Load keys under leases, and wait a little for those that somebody else is loading."""
        leases, found, others = await self._claim(entries, keys)
        own = [key for key in keys if key not in found and key not in others]
        try:
            if own:
                loaded = await load(own)
                found |= loaded
                await self._store(entries, leases, loaded)
        except BaseException:
            # also when the reader has left, nobody else should wait for a value that will not come
            self._release(entries, leases)
            raise
        for _ in range(_LOOKS):
            if not others:
                return found
            await asyncio.sleep(_PATIENCE)
            raws = await self._link.get([entries.pattern % key for key in others])
            values = {key: self._read(entries, key, raw) for key, raw in zip(others, raws, strict=True)}
            found |= {key: value for key, value in values.items() if value is not None}
            others = [key for key in others if key not in found]
        return {**found, **await load(others)} if others else found

    async def _claim(self, entries: _Space, keys: list[int]) -> tuple[dict[int, bytes], dict[int, Any], list[int]]:
        """Return the leases that were got, the values that have come meanwhile, and the keys that others load."""
        token = token_bytes(8)
        names = [entries.pattern % key for key in keys]
        claims = [lease(self._link.tag(name), token) for name in names]
        held = await self._link.calls(
            [
                Command(name, ("SET", name, claim, "NX", "GET", "PX", self._lease_time))
                for name, claim in zip(names, claims, strict=True)
            ]
        )
        leases: dict[int, bytes] = {}
        found: dict[int, Any] = {}
        others: list[int] = []
        broken: list[Command] = []
        for key, name, claim, raw in zip(keys, names, claims, held, strict=True):
            if isinstance(raw, RedisDown):
                continue
            value = None if raw is None else self._read(entries, key, raw)
            if value is not None:
                found[key] = value
            elif raw is not None and is_lease(raw, tag_of(claim)):
                others.append(key)
            else:
                leases[key] = claim
                if raw is not None:
                    broken.append(Command(name, ("SET", name, claim, "PX", self._lease_time)))
        await self._link.calls(broken)
        return leases, found, others

    async def _store(self, entries: _Space, leases: Mapping[int, bytes], values: Mapping[int, Any]) -> None:
        """Put what was loaded in the place of its lease, and take the lease away where there is nothing."""
        commands = []
        for key, claim in leases.items():
            name = entries.pattern % key
            value = values.get(key)
            if value is None:
                commands.append(_STORE.on(name, claim))
                continue
            raw = entries.codec.write(value, tag_of(claim))
            entries.decoded.set(key, (raw, value))
            commands.append(_STORE.on(name, claim, raw, self._expiry * (800 + randbelow(401)) // 1000))
        await self._link.calls(commands)

    def _release(self, entries: _Space, leases: Mapping[int, bytes]) -> None:
        task = asyncio.ensure_future(self._store(entries, leases, {}))
        self._releases.add(task)
        task.add_done_callback(self._releases.discard)
