"""Where everything lies and listens: folders, ports, and what was chosen when the services were first started."""

import hashlib
import json
import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import ServicesError
from .process import as_user, run

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = Path(__file__).resolve().parent / "conf"
PORTS = {
    "postgres": 5432,
    "replica": 5433,
    "pgbouncer": 6432,
    "redis": 6379,
    "redis_cluster": 7000,
    "kafka": 9092,
    "kafka_controller": 9093,
    "registry": 8081,
    "s3": 7070,
    "opensearch": 9200,
    "opensearch_transport": 9300,
}
LIBRARY = ROOT / ".services" / "lib"
CLUSTER_NODES = 3
BUS_OFFSET = 10_000
HOST = "127.0.0.1"
ROLE = "chirrup"
DATABASE = "chirrup"
S3_BUCKET = "chirrup"
S3_ACCESS_KEY = "chirrup"
S3_SECRET_KEY = "only-on-this-machine"  # noqa: S105 - it listens on 127.0.0.1, for development and tests


def variable(port: str) -> str:
    """Return the environment variable that chooses a port."""
    return f"SERVICES_{port.upper()}_PORT"


@dataclass
class Layout:
    """The folders and ports of one set of services.

    Attributes:
        root: everything but, at times, PostgreSQL's data lies here.
        ports: by the names in `PORTS`.
        postgres_root: what the user who runs PostgreSQL can enter.
        postgres_user: whom PostgreSQL and PgBouncer run as; empty for the caller.
        primary: the node that takes writes, `postgres` or, after a promotion, `replica`.
        moved: the variables that choose other ports than were chosen before.
    """

    root: Path
    ports: dict[str, int]
    postgres_root: Path
    postgres_user: str = ""
    primary: str = "postgres"
    moved: list[str] = field(default_factory=list)

    @property
    def library(self) -> Path:
        """Jars, which all sets of services of a checkout share."""
        return LIBRARY

    @property
    def run(self) -> Path:
        """Pid files."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """One log for each process."""
        return self.root / "logs"

    @property
    def data(self) -> Path:
        """Data of all but PostgreSQL."""
        return self.root / "data"

    @property
    def state_file(self) -> Path:
        """Remembers what was chosen, so that the next command finds it."""
        return self.root / "state.json"

    @property
    def env_file(self) -> Path:
        """What a process of Chirrup needs to know."""
        return self.root / "env"

    @property
    def standby(self) -> str:
        """The node that is not the primary."""
        return "replica" if self.primary == "postgres" else "postgres"

    def address(self, port: str) -> str:
        """Return `host:port`."""
        return f"{HOST}:{self.ports[port]}"

    def cluster_ports(self) -> list[int]:
        """Return the ports of the Redis Cluster's nodes."""
        return [self.ports["redis_cluster"] + number for number in range(CLUSTER_NODES)]

    def make_folders(self) -> None:
        """Make the folders; that of PostgreSQL belongs to who runs it."""
        for folder in (self.run, self.logs, self.data, LIBRARY):
            folder.mkdir(parents=True, exist_ok=True)
        self.postgres_root.parent.mkdir(parents=True, exist_ok=True)
        if self.postgres_root.parent.is_symlink() or self.postgres_root.parent.stat().st_uid != os.geteuid():
            raise ServicesError(f"{self.postgres_root.parent} belongs to somebody else, so nothing is put there.")
        self.postgres_root.mkdir(exist_ok=True)
        if self.postgres_user:
            shutil.chown(self.postgres_root, self.postgres_user, self.postgres_user)

    def remember(self) -> None:
        """Write the state, and the environment of Chirrup's processes."""
        state = {"ports": self.ports, "postgres_root": str(self.postgres_root), "primary": self.primary}
        self.state_file.write_text(json.dumps(state, indent=2) + "\n")
        lines = [f"{name}={value and shlex.quote(value)}\n" for name, value in self.environment().items()]
        self.env_file.write_text("".join(lines))

    def environment(self) -> dict[str, str]:
        """Return the variables for Chirrup (`CHIRRUP_…`) and for tests (`SERVICES_…`)."""
        cluster = ",".join(f"{HOST}:{port}" for port in self.cluster_ports())
        stale = self.postgres_root / self.standby
        alone = (stale / "PG_VERSION").exists() and not (stale / "standby.signal").exists()
        return {
            "CHIRRUP_PROFILE": "cluster",
            "CHIRRUP_DATABASE_URL": f"postgresql://{ROLE}@{self.address(self.primary)}/{DATABASE}",
            "CHIRRUP_REPLICA_URL": "" if alone else f"postgresql://{ROLE}@{self.address(self.standby)}/{DATABASE}",
            "CHIRRUP_REDIS_URL": f"redis://{self.address('redis')}/0",
            "CHIRRUP_BUS": "kafka",
            "CHIRRUP_KAFKA": self.address("kafka"),
            "CHIRRUP_SCHEMA_REGISTRY_URL": f"http://{self.address('registry')}/apis/ccompat/v7",
            "CHIRRUP_S3_ENDPOINT": f"http://{self.address('s3')}",
            "CHIRRUP_S3_BUCKET": S3_BUCKET,
            "CHIRRUP_S3_ACCESS_KEY_ID": S3_ACCESS_KEY,
            "CHIRRUP_S3_SECRET_ACCESS_KEY": S3_SECRET_KEY,
            "CHIRRUP_SEARCH_ENGINE": "opensearch",
            "CHIRRUP_OPENSEARCH_URL": f"http://{self.address('opensearch')}",
            "SERVICES_DIR": str(self.root),
            "SERVICES_PGBOUNCER": f"postgresql://{ROLE}@{self.address('pgbouncer')}/{DATABASE}",
            "SERVICES_REDIS_CLUSTER": cluster,
        }

    def delete(self) -> None:
        """Delete data, logs and state; the libraries stay."""
        for folder in (self.data, self.logs, self.run, self.postgres_root):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.state_file, self.env_file):
            file.unlink(missing_ok=True)
        self.primary = "postgres"


def load(environment: Mapping[str, str]) -> Layout:
    """Return the layout: what the environment chooses, else what was chosen before, else the usual.

    Raises:
        ServicesError: a port is none.
    """
    root = Path(environment.get("SERVICES_DIR") or ROOT / ".services").resolve()
    state_file = root / "state.json"
    state = json.loads(state_file.read_text()) if state_file.is_file() else {}
    before = PORTS | state.get("ports", {})
    ports = before | chosen_ports(environment)
    moved = [variable(name) for name in PORTS if state and ports[name] != before[name]]
    user = "postgres" if os.geteuid() == 0 else ""
    postgres_root = Path(state["postgres_root"]) if "postgres_root" in state else place_for(user, root)
    return Layout(root, ports, postgres_root, user, state.get("primary", "postgres"), moved)


def chosen_ports(environment: Mapping[str, str]) -> dict[str, int]:
    """Return the ports that the environment names."""
    chosen = {}
    for name in PORTS:
        text = environment.get(variable(name))
        if not text:
            continue
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            raise ServicesError(f"{variable(name)}={text} is no port.")
        chosen[name] = int(text)
    if chosen.get("redis_cluster", 0) + CLUSTER_NODES + BUS_OFFSET > 65535:
        raise ServicesError(f"{variable('redis_cluster')} has to be below {65535 - BUS_OFFSET - CLUSTER_NODES}.")
    return chosen


def place_for(user: str, root: Path) -> Path:
    """Return where PostgreSQL's data go: in `root` if the user can enter it, else below /var/tmp."""
    if user:
        parent = next(folder for folder in (root, *root.parents) if folder.exists())
        try:
            as_user(user)
            run(["test", "-x", parent], user=user, seconds=5)
        except (KeyError, ServicesError):
            digest = hashlib.sha256(str(root).encode()).hexdigest()[:12]
            return Path("/var/tmp") / f"chirrup-services-{digest}" / "postgres"  # noqa: S108 - named by content, made by root
    return root / "postgres"
