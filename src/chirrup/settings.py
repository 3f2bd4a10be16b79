"""Every setting in one place: from the command line, `CHIRRUP_*` variables and `chirrup.toml` in the data directory."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chirrup.platform.errors import StartRefused

PREFIX = "CHIRRUP_"
Positive = Annotated[int, Meta(ge=1)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator can choose; each field is `CHIRRUP_<NAME>` in the environment."""

    data_dir: Path = Path("data")
    """The folder that holds everything the instance knows."""
    profile: Literal["embedded", "cluster"] = "embedded"
    """Which adapters carry the ports: `embedded` is one process and a folder, `cluster` many on services."""
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    """Where to listen; port 0 takes a free one."""
    public_url: str = ""
    """The address that people see; with https, cookies are sent over https only. Default: http://HOST:PORT."""
    name: str = "Chirrup"
    """What the community is called."""
    trusted_proxies: str = ""
    """Comma-separated addresses of reverse proxies whose X-Forwarded-For is believed."""
    web_dir: Path = Path(__file__).resolve().parents[2] / "web" / "dist"
    """The built web client."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    rate_limits: Literal["on", "off"] = "on"
    """Off for tests and load; said in the log at start."""
    registration: Literal["open", "closed"] = "open"
    """Whether strangers may make accounts."""
    access_token_seconds: Positive = 900
    """How long an access token is valid."""
    session_days: Positive = 60
    """How long a session lives after its last refresh."""
    timeline_size: Positive = 800
    """How many ids a home timeline holds."""
    timeline_recent: Positive = 30
    """How many newest posts of each followee a rebuild takes."""
    timeline_ttl_hours: Positive = 72
    """How long an unread timeline is kept."""
    fanout_chunk: Positive = 1000
    """How many followers one step of a fan-out visits."""
    fanout_threshold: Positive = 10_000
    """Above this many followers an account's posts are merged at read and not pushed."""
    fanout_late_seconds: Positive = 5
    """When posts reach timelines later than this, the threshold is lowered until they are in time again."""
    fanout_log_hours: Annotated[int, Meta(ge=0)] = 72
    """How long it is kept when each post was pushed to whom, for `chirrup explain`; 0 keeps nothing."""
    outbox_retention_hours: Positive = 24
    """How long handled events stay in the log."""
    database_url: str = ""
    """Cluster: the PostgreSQL primary; with several hosts and `target_session_attrs=read-write`, whichever is it."""
    replica_url: str = ""
    """Cluster: a streaming replica that takes the reads. Default: the primary does."""
    database_pool: Positive = 20
    """Cluster: connections that a process keeps to each of the two at most."""
    database_pooler: Literal["none", "transaction"] = "none"
    """Cluster: `transaction` where PgBouncer lends connections by the transaction."""
    redis_url: str = ""
    """Cluster: `redis://HOST:PORT/DB`, or `redis+cluster://HOST:PORT,HOST:PORT` for Redis Cluster."""
    bus: Literal["kafka", "redis"] = "kafka"
    """Cluster: what carries events: Kafka, or streams in Redis where there is no Kafka."""
    kafka: str = ""
    """Cluster: HOST:PORT of some brokers, separated by commas."""
    kafka_replicas: Positive = 1
    """Cluster: how many brokers hold each topic; 3 in production."""
    topic_prefix: str = "chirrup."
    """Cluster: what names of topics, streams and consumer groups begin with."""
    schema_registry_url: str = ""
    """Cluster: the Avro schema registry, with Confluent's API."""
    search_engine: Literal["postgres", "opensearch"] = "postgres"
    """Cluster: what finds posts, people and hashtags: PostgreSQL's full text, or OpenSearch."""
    opensearch_url: str = ""
    """Cluster: the addresses of OpenSearch's nodes, separated by commas."""
    opensearch_prefix: str = "chirrup-"
    """Cluster: what names of indices begin with."""
    metrics_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """Cluster: where `serve` answers for its first process alone; the next ones take the ports above it."""
    worker_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """Cluster: the same for `worker`; port 0 takes a free one for each process."""
    drain_seconds: Annotated[int, Meta(ge=0)] = 5
    """Cluster: how long clients and balancers are told of the end of a process before it takes no more requests."""
    shutdown_seconds: Positive = 10
    """How long requests in flight may take once the server is asked to stop."""

    @property
    def timeline_ttl(self) -> int:
        """How long an unread timeline is kept, in milliseconds."""
        return self.timeline_ttl_hours * 3_600_000

    @property
    def origin(self) -> str:
        """The address that people see, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def load(overrides: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """Return the settings; the command line wins over the environment, and that over the file.

    Raises:
        StartRefused: a setting is unknown or does not fit.
    """
    known = {field: PREFIX + field.upper() for field in Settings.__struct_fields__}
    chosen: dict[str, object] = {field: environment[name] for field, name in known.items() if environment.get(name)}
    chosen |= {field: value for field, value in overrides.items() if value is not None}
    file = Path(str(chosen.get("data_dir", Settings().data_dir))) / "chirrup.toml"
    try:
        written = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
        return msgspec.convert(written | chosen, Settings, strict=False, dec_hook=_path)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"The settings cannot be used: {error}.") from error


def _path(kind: type, value: object) -> Path:
    if kind is Path and isinstance(value, (str, Path)):
        return Path(value)
    raise NotImplementedError(kind)
