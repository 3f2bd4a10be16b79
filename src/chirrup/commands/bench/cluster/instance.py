"""A throw-away instance: a new database, an empty Redis database, new topics; nothing of it is left at the end."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import msgspec
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from chirrup.bootstrap import prepare
from chirrup.bootstrap.search import delete_search
from chirrup.platform.adapters.redis.link import Command, RedisLink
from chirrup.platform.errors import StartRefused
from chirrup.platform.telemetry import configure_logging
from chirrup.settings import Settings, load

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_TIMEOUT = 10.0
_REDIS_DATABASES = range(15, 9, -1)
_TOKENS_LAST = 7200
_ADMINISTRATION = "postgres"


@contextmanager
def throwaway(**changes: object) -> Iterator[Settings]:
    """Make an instance on the services that the environment names; yield its settings.

    Raises:
        StartRefused: a service is not named, or is not on this machine, or has no room.
    """
    services = load({"profile": "cluster", "rate_limits": "off", "log_level": "warning"}, os.environ)
    configure_logging(services.log_level)
    _check_loopback(services)
    name = f"chirrup_bench_{os.getpid()}_{secrets.token_hex(3)}"
    with tempfile.TemporaryDirectory() as folder:
        settings = msgspec.structs.replace(
            services,
            data_dir=Path(folder) / "data",
            database_url=_with_path(services.database_url, name),
            replica_url=_with_path(services.replica_url, name) if services.replica_url else "",
            redis_url=asyncio.run(_empty_redis(services.redis_url)),
            topic_prefix=f"{name}.",
            opensearch_prefix=f"{name}-",
            # the same for all processes, so that each takes the tokens that another has signed
            public_url="http://127.0.0.1",
            access_token_seconds=_TOKENS_LAST,
            **changes,
        )
        asyncio.run(_sql(services.database_url, f"CREATE DATABASE {name} TEMPLATE template0"))
        try:
            asyncio.run(prepare(settings))
            yield settings
        finally:
            asyncio.run(_redis(settings.redis_url, [("FLUSHDB", "ASYNC")]))
            asyncio.run(_sql(services.database_url, f"DROP DATABASE {name} WITH (FORCE)"))
            asyncio.run(delete_search(settings))
            if settings.bus == "kafka":
                _delete_topics(settings)


def _check_loopback(settings: Settings) -> None:
    urls = [settings.database_url, settings.replica_url, settings.redis_url, settings.schema_registry_url]
    urls += settings.opensearch_url.replace(",", " ").split()
    places = [url for url in [*urls, *(f"//{place}" for place in settings.kafka.split(","))] if url.strip("/")]
    for place in places:
        if urlsplit(place).hostname not in _LOOPBACK:
            raise StartRefused(f"A benchmark runs on services of this machine only, and {place} is none.")
    if not settings.database_url or not settings.redis_url:
        raise StartRefused("The services are not named; `make services-up` starts them and writes `.services/env`.")


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


async def _sql(url: str, statement: str) -> None:
    connection = await asyncpg.connect(_with_path(url, _ADMINISTRATION), timeout=_TIMEOUT, command_timeout=60)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _redis(url: str, commands: Sequence[tuple[str, ...]]) -> list[object]:
    async with RedisLink(url, timeout=_TIMEOUT) as link:
        return await link.calls([Command(b"", words) for words in commands])


async def _empty_redis(url: str) -> str:
    """Return the address of an empty database of a Redis server."""
    if urlsplit(url).scheme != "redis":
        raise StartRefused("A benchmark needs one Redis server, redis://HOST:PORT.")
    for number in _REDIS_DATABASES:
        candidate = _with_path(url, str(number))
        if await _redis(candidate, [("DBSIZE",)]) == [0]:
            return candidate
    raise StartRefused(f"None of the Redis databases {_REDIS_DATABASES[-1]} to {_REDIS_DATABASES[0]} is empty.")


def _delete_topics(settings: Settings) -> None:
    """Delete the topics, and the groups that read them."""
    admin = AdminClient({"bootstrap.servers": settings.kafka, "log_level": 0})
    topics = [name for name in admin.list_topics(timeout=_TIMEOUT).topics if name.startswith(settings.topic_prefix)]
    listed = admin.list_consumer_groups(request_timeout=_TIMEOUT).result()
    groups = [group.group_id for group in listed.valid if group.group_id.startswith(settings.topic_prefix)]
    futures = [*admin.delete_topics(topics).values()] if topics else []
    futures += [*admin.delete_consumer_groups(groups).values()] if groups else []
    for future in futures:
        try:
            future.result(timeout=_TIMEOUT)
        except KafkaException as error:
            raise StartRefused(f"Kafka has kept what {settings.topic_prefix}* left: {error.args[0].str()}.") from error
