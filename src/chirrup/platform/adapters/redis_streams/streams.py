"""Redis Streams as the log: a stream for each shard, whose entries have the events' numbers as their ids.

Redis itself refuses a number that is not above the last, so hardly anything is in a stream twice. Streams are short:
what has been dropped from one, or is lost with Redis, consumers take from the outbox.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from chirrup.platform.adapters.log.log import Record
from chirrup.platform.adapters.postgres.outbox import Numbered, Shard
from chirrup.platform.adapters.redis_streams.connection import Connection
from chirrup.platform.adapters.redis_streams.sharing import Share
from chirrup.platform.errors import Unavailable
from chirrup.platform.events import EventTypes
from chirrup.platform.outbox import Entry
from chirrup.platform.ports import Subscription

LONGEST = 20_000
"""About how many entries a stream keeps."""
_CONFIRMATION_MS = 2000
_AT_LEAST = 50
_Fields = dict[bytes | bytearray | memoryview | str | int | float, bytes | bytearray | memoryview | str | int | float]
_Entries = list[tuple[bytes, dict[bytes, bytes]]]

log = structlog.get_logger()


class StreamOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where Redis is, and how it is used."""

    url: str
    prefix: str = "chirrup."
    """What all keys begin with; in braces, so that a cluster has them on one server."""
    replicas: int = 0
    """How many replicas have to confirm what is published."""

    def key(self, *parts: object) -> str:
        """Return a key."""
        return ":".join([f"{{{self.prefix}}}", *map(str, parts)])


class RedisStreamsLog:
    """The `Log` protocol."""

    def __init__(self, options: StreamOptions) -> None:
        self._options = options
        self._connection = Connection(options.url, options.key())

    async def __aenter__(self) -> "RedisStreamsLog":
        """Nothing is connected before it is needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection for publishing."""
        await self._connection.close()

    async def publish(self, events: Sequence[Numbered]) -> list[Numbered]:
        """Append events; return those that are confirmed, of each shard the first."""
        replies = await self._connection.run(lambda client: self._append(client, events))
        confirmed: list[Numbered] = []
        broken: dict[Shard, ResponseError] = {}
        for event, reply in zip(events, replies, strict=False):
            shard = (event.topic, event.shard)
            if isinstance(reply, ResponseError) and "equal or smaller" not in str(reply):
                broken.setdefault(shard, reply)
            elif shard not in broken:
                confirmed.append(event)
        if broken and not confirmed:
            raise Unavailable(f"Redis refuses what is published: {next(iter(broken.values()))}")
        return confirmed

    @asynccontextmanager
    async def read(self, subscription: Subscription) -> AsyncIterator["StreamReading"]:
        """Join the group of a subscription."""
        reading = StreamReading(self._options, subscription)
        try:
            yield reading
        finally:
            await reading.close()

    async def check(self) -> None:
        """Ask for a sign of life.

        Raises:
            Unavailable: there is none.
        """
        await self._connection.run(lambda client: client.ping())

    async def _append(self, client: Redis, events: Sequence[Numbered]) -> list[object]:
        async with client.pipeline(transaction=False) as pipe:
            for event in events:
                entry = event.entry
                fields: _Fields = {"type": entry.type, "id": entry.event_id, "at": entry.created_at}
                fields["event"] = entry.payload
                if entry.request_id is not None:
                    fields["request_id"] = entry.request_id
                key = self._options.key(event.topic, event.shard)
                pipe.xadd(key, fields, id=f"{event.seq}-0", maxlen=LONGEST, approximate=True)
            if self._options.replicas:
                pipe.execute_command("WAIT", self._options.replicas, _CONFIRMATION_MS)
            replies: list[object] = await pipe.execute(raise_on_error=False)
        if self._options.replicas and replies[-1] != self._options.replicas:
            raise Unavailable(f"Only {replies[-1]} replicas of Redis have confirmed what was published.")
        return replies


class StreamReading:
    """A member of a group."""

    def __init__(self, options: StreamOptions, subscription: Subscription) -> None:
        self._options = options
        self._types = EventTypes(subscription.events)
        self._wanted = {kind.__name__ for kind in subscription.events}
        self._connection = Connection(options.url, options.key())
        self._share = Share(options.key("group", subscription.name), subscription.topics)
        self._last: dict[Shard, int] = {}
        """The last number that was fetched, by shard."""
        self._handled: dict[Shard, int] = {}

    @property
    def shards(self) -> frozenset[Shard]:
        """The shards that this member has as of the last call."""
        return frozenset(self._last)

    async def fetch(self, limit: int, seconds: float) -> Sequence[Record]:
        """Return the next records, as soon as there are any, or nothing after a while."""
        return await self._connection.run(lambda client: self._fetch(client, limit, seconds))

    async def stay(self) -> None:
        """Remain a member without fetching."""
        await self._connection.run(lambda client: self._share.renew(client, release=False))

    async def acknowledge(self) -> None:
        """Remember it; a later fetch and the end note where another member may begin."""
        self._handled = dict(self._last)

    async def close(self) -> None:
        """Leave the group, if that is possible; its share is free after a while in any case."""
        try:
            await self._connection.run(lambda client: self._share.leave(client, self._handled))
        except Unavailable as reason:
            log.info("redis_streams.not_left", reason=reason.detail)
        finally:
            await self._connection.close()

    async def _fetch(self, client: Redis, limit: int, seconds: float) -> list[Record]:
        if self._share.due():
            await self._share.note(client, self._handled)
            await self._share.renew(client, release=True)
            fresh = await self._share.begin(client, self._share.shards - self._last.keys())
            self._last = {shard: seq for shard, seq in self._last.items() if shard in self._share.shards} | fresh
        wait = max(0.0, min(seconds, self._share.seconds_left()))
        if not self._last:
            await self._share.rest(wait)
            return []
        keys = {self._options.key(*shard): shard for shard in self._last}
        streams = {key: f"{self._last[shard]}-0" for key, shard in keys.items()}
        count = max(_AT_LEAST, limit // len(streams))
        found = await client.xread(streams, count=count, block=max(1, round(wait * 1000)))  # type: ignore[arg-type]
        streams_found = cast("list[tuple[bytes, _Entries]]", found)
        return [record for key, entries in streams_found for record in self._records(keys[key.decode()], entries)]

    def _records(self, shard: Shard, entries: _Entries) -> list[Record]:
        records = []
        for stream_id, fields in entries:
            seq = int(stream_id.partition(b"-")[0])
            self._last[shard] = max(seq, self._last[shard])
            records.append(self._record(shard, seq, fields))
        return records

    def _record(self, shard: Shard, seq: int, fields: dict[bytes, bytes]) -> Record:
        name, payload = fields.get(b"type", b"").decode(), fields.get(b"event", b"")
        request_id = fields.get(b"request_id")
        event = None
        if name in self._wanted:
            try:
                event = self._types.decode(name, payload)
            except msgspec.DecodeError:
                # the outbox tells whether it is right there
                event = None
        entry = Entry(
            int(fields.get(b"id", 0)), name, payload, request_id.decode() if request_id else None,
            int(fields.get(b"at", 0)), event,
        )  # fmt: skip
        return Record(shard, seq, entry)
