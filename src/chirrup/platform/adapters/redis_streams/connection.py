"""The server that holds the streams: all of them are on one, also where Redis is a cluster."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import RedisError

from chirrup.platform.errors import Unavailable

T = TypeVar("T")
TIMEOUT = 5.0
"""Seconds that a call may take; blocking calls wait for less."""
CONNECT_TIMEOUT = 2.0


class Connection:
    """A client of the server of one key, found again after it has failed.

    URLs are those of the other adapters: `redis://…`, or `redis+cluster://HOST:PORT,HOST:PORT`.
    """

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key
        self._client: Redis | None = None

    async def run(self, work: Callable[[Redis], Awaitable[T]]) -> T:
        """Do something with the client.

        Raises:
            Unavailable: Redis does not do it.
        """
        task = asyncio.current_task()
        cancellations = task.cancelling() if task else 0
        try:
            if self._client is None:
                self._client = await self._connect()
            result = await work(self._client)
        except (RedisError, OSError) as error:
            await self.close()
            _heed(task, cancellations)
            raise Unavailable(f"Redis does not answer as it should: {type(error).__name__}: {error}") from error
        _heed(task, cancellations)
        return result

    async def close(self) -> None:
        """Close the client."""
        client, self._client = self._client, None
        if client is not None:
            await _close(client)

    async def _connect(self) -> Redis:
        options: dict[str, Any] = {
            "socket_timeout": TIMEOUT,
            "socket_connect_timeout": CONNECT_TIMEOUT,
            "retry": Retry(NoBackoff(), 0),
            "protocol": 2,
        }
        parts = urlsplit(self._url)
        if not parts.scheme.endswith("+cluster"):
            return Redis.from_url(self._url, **options)
        userinfo, _, places = parts.netloc.rpartition("@")
        username, _, password = userinfo.partition(":")
        options |= {
            "username": unquote(username) or None,
            "password": unquote(password) or None,
            "ssl": parts.scheme.startswith("rediss"),
        }
        host, port = await self._holder(places.split(","), options)
        return Redis(host=host, port=port, **options)

    async def _holder(self, places: list[str], options: dict[str, Any]) -> tuple[str, int]:
        """Return host and port of the server that holds the key, as the first that answers knows it."""
        slot = key_slot(self._key.encode())
        fault: RedisError = RedisError("no server is known")
        for place in places:
            host, _, port = place.rpartition(":")
            client = Redis(host=host, port=int(port), **options)
            try:
                ranges = await client.execute_command("CLUSTER SLOTS")  # type: ignore[no-untyped-call]
            except RedisError as error:
                fault = error
                continue
            finally:
                await _close(client)
            for first, last, holder, *_ in ranges:
                if first <= slot <= last:
                    return holder[0].decode() or host, int(holder[1])
        raise fault


async def _close(client: Redis) -> None:
    """Close a client; cancelled meanwhile, redis-py would leave its connections open."""
    closing = asyncio.ensure_future(client.aclose())
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await closing
        raise


def _heed(task: "asyncio.Task[object] | None", cancellations: int) -> None:
    """Be cancelled, where the client has let a cancellation pass or took it for a fault of the server."""
    if task is not None and task.cancelling() > cancellations:
        raise asyncio.CancelledError
