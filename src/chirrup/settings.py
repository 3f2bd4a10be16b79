"""Every setting in one place: from the command line, `CHIRRUP_*` variables and `chirrup.toml` in the data directory."""

import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

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
    trend_authors: Positive = 3
    """How many established accounts must use a hashtag or link before it can trend."""
    trend_account_days: Annotated[int, Meta(ge=0)] = 7
    """From what age an account counts in full; eight times that, also without followers. 0 counts all alike."""
    trend_half_life_minutes: Annotated[int, Meta(ge=5, le=240)] = 120
    """After this time, a use counts half for what trends."""
    post_languages: Literal["on", "off"] = "on"
    """Whether the language of posts is detected, for what trends in each and for `lang:` in searches."""
    live_connections: Positive = 20_000
    """How many clients a process tells of changes while they happen."""
    live_connections_per_account: Positive = 10
    """How many of these may be of one account."""
    live_origins: str = ""
    """Comma-separated origins, such as https://app.example, whose pages may connect too."""
    notification_days: Positive = 90
    """How long notifications are kept."""
    push_contact: str = ""
    """Who answers for what is pushed, as `mailto:` or https address; without, there is no Web Push."""
    push_hosts: str = "fcm.googleapis.com, push.services.mozilla.com, notify.windows.com, push.apple.com"
    """The push services of browsers that subscriptions may be at: hosts with their subdomains, or whole origins."""
    apns_key: str = ""
    """The file of the key that signs for Apple's push service; without, there is no push to apps of Apple devices."""
    apns_key_id: str = ""
    """That key's id."""
    apns_team_id: str = ""
    """Whose key that is."""
    apns_topic: str = ""
    """The app's bundle id."""
    apns_url: str = "https://api.push.apple.com"
    """Apple's push service; that for development is another."""
    fcm_key: str = ""
    """The file of a Google service account's key; without, there is no push to apps by Firebase Cloud Messaging."""
    fcm_url: str = "https://fcm.googleapis.com"
    """Google's push service."""
    media_megabytes: Positive = 10
    """How large an uploaded file may be, in MiB."""
    media_megapixels: Positive = 50
    """How many million pixels a picture may have, those of all frames together."""
    media_quota_megabytes: Positive = 1024
    """How much an account's pictures may take in all their sizes, in MiB."""
    media_workers: Positive = 2
    """How many pictures a process of the server decodes at once, each in a process of its own."""
    media_url: str = ""
    """The address of a network of caches before the bucket; default: the server hands pictures out itself."""
    s3_bucket: str = ""
    """A bucket for pictures, in Amazon S3 or in what speaks its protocol; default: a folder in the data directory."""
    s3_endpoint: str = ""
    """Where the bucket is, unless at Amazon's."""
    s3_region: str = "us-east-1"
    """The bucket's region."""
    s3_access_key_id: str = ""
    """Who may write to the bucket; default: what the machine itself is allowed."""
    s3_secret_access_key: str = ""
    """The key's secret."""
    s3_prefix: str = ""
    """A folder in the bucket, where others use it, too."""
    s3_links: Literal["off", "on"] = "off"
    """On: clients are sent to the bucket by signed addresses; off: the server hands on what is in it."""
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
    def receiving_dir(self) -> Path:
        """The folder that holds uploads while they are received and made; in a cluster the machine's for such files."""
        return self.data_dir / "uploads" if self.profile == "embedded" else Path(tempfile.gettempdir())

    @property
    def media_base(self) -> str:
        """What the addresses of pictures begin with: that of the caches, or a path of this server."""
        return f"{self.media_url.rstrip('/')}/" if self.media_url else "/media/"

    @property
    def media_origins(self) -> list[str]:
        """The origins beside this server's that pictures come from."""
        amazon = f"https://s3.{self.s3_region}.amazonaws.com"
        linked = [self.s3_endpoint or amazon] if self.s3_bucket and self.s3_links == "on" else []
        places = map(urlsplit, [*filter(None, [self.media_url]), *linked])
        return [f"{place.scheme}://{place.netloc}" for place in places]

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
