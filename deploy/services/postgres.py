"""PostgreSQL: two nodes, of which one takes writes and the other follows it."""

import contextlib
import shutil
import signal
import time
from pathlib import Path

from .errors import ServicesError
from .layout import CONFIGURATION, DATABASE, HOST, ROLE, Layout
from .process import Process, run, until
from .service import Service

BIN = Path("/usr/lib/postgresql/15/bin")
SUPERUSER = "postgres"
STATE_SECONDS = 30
WAS_PRIMARY = "was the primary until the promotion: 'scripts/services rebase' makes it a replica"


class PostgresNode(Service):
    """One node; whether it is the primary is remembered in the layout, not in its name."""

    version = "15"
    stop_signal = signal.SIGINT

    def __init__(self, layout: Layout, name: str) -> None:
        """Name the node `postgres` or `replica`, which is also its port's name and its folder's."""
        super().__init__(layout)
        self.name = self.port = name

    @property
    def title(self) -> str:  # type: ignore[override]
        """What people call it."""
        return f"PostgreSQL {'primary' if self.is_primary else 'replica'}"

    @property
    def is_primary(self) -> bool:
        """Whether it takes the writes."""
        return self.layout.primary == self.name

    @property
    def data(self) -> Path:
        """Its data directory."""
        return self.layout.postgres_root / self.name

    @property
    def is_stale(self) -> bool:
        """Whether it was the primary until the other one was promoted, and has not followed since."""
        return not self.is_primary and (self.data / "PG_VERSION").exists() and not self.follows

    @property
    def follows(self) -> bool:
        """Whether it starts as a standby."""
        return (self.data / "standby.signal").exists()

    def processes(self) -> list[Process]:
        """Return its one process, which may not run as root."""
        return [self.process(self.name, self.layout.postgres_user)]

    def obstacle(self) -> str:
        """Say what forbids to start it; a primary from before a promotion has changes of its own."""
        if self.is_stale:
            return f"{self.name} {WAS_PRIMARY}"
        return super().obstacle()

    def start(self) -> None:
        """Make the node if it is not there yet, and start it."""
        if not (self.data / "PG_VERSION").exists():
            if self.is_primary:
                self._initialise()
            else:
                self.copy_primary()
        self._configure()
        self.processes()[0].start([BIN / "postgres", "-D", self.data])

    def settle(self) -> None:
        """See that the primary has Chirrup's role and database, and that a replica replays."""
        if not self.is_primary:
            # an interrupted test may have left it paused
            self.query("SELECT pg_wal_replay_resume() WHERE pg_is_in_recovery()")
        else:
            if ROLE not in self.query("SELECT rolname FROM pg_roles").split():
                self.query(f"CREATE ROLE {ROLE} LOGIN SUPERUSER")
            if DATABASE not in self.query("SELECT datname FROM pg_database").split():
                self.query(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def probe(self) -> str:
        """Return role, version, and how replication stands."""
        recovering, version = self.query("SELECT pg_is_in_recovery(), current_setting('server_version')").split("|")
        if (recovering == "f") != self.is_primary:
            raise ServicesError(f"is {'a replica' if recovering == 't' else 'a primary'} and should not be")
        number = version.split()[0]
        return self._of_primary(number) if self.is_primary else self._of_replica(number)

    def _of_primary(self, version: str) -> str:
        followers = self.query(
            "SELECT application_name || ' ' || state || ', ' || "
            "coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0) || ' bytes behind' FROM pg_stat_replication"
            " WHERE application_name IN ('postgres', 'replica')"
        )
        return f"{version} primary; {'; '.join(followers.splitlines()) or 'no replica follows'}"

    def _of_replica(self, version: str) -> str:
        status, lag, paused = self.query(
            "SELECT coalesce((SELECT status FROM pg_stat_wal_receiver), 'not connected'),"
            " coalesce(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0),"
            " pg_get_wal_replay_pause_state()"
        ).split("|")
        if status != "streaming":
            raise ServicesError(f"replica does not follow: {status}")
        if paused != "not paused":
            raise ServicesError(f"replay is {paused}, {lag} bytes to replay")
        return f"{version} replica, {status}, {lag} bytes to replay"

    def query(self, sql: str, database: str = SUPERUSER) -> str:
        """Run one statement; columns are split by `|`, rows by newlines."""
        where = ["-h", HOST, "-p", str(self.layout.ports[self.port]), "-U", SUPERUSER, "-d", database]
        return run([BIN / "psql", *where, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql], seconds=20)

    def why_stopped(self) -> str:
        """Say when it waits to be made a replica."""
        return WAS_PRIMARY if self.is_stale else super().why_stopped()

    def _initialise(self) -> None:
        options = ["-U", SUPERUSER, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        making = self._empty_folder()
        run([BIN / "initdb", "-D", making, *options], user=self.layout.postgres_user)
        with (making / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'services.conf'\n")
        making.rename(self.data)

    def copy_primary(self) -> None:
        """Make the node a copy of the running primary, with a replication slot of its own name."""
        primary = PostgresNode(self.layout, self.layout.primary)
        if self.name in primary.query("SELECT slot_name FROM pg_replication_slots").split():
            primary.query(f"SELECT pg_drop_replication_slot('{self.name}')")
        making = self._empty_folder()
        source = ["-h", HOST, "-p", str(self.layout.ports[primary.port]), "-U", SUPERUSER]
        how = ["-X", "stream", "-C", "-S", self.name, "--checkpoint=fast", "--no-sync"]
        run([BIN / "pg_basebackup", *source, *how, "-D", making], user=self.layout.postgres_user, seconds=600)
        (making / "standby.signal").touch()
        shutil.rmtree(self.data, ignore_errors=True)
        making.rename(self.data)

    def _empty_folder(self) -> Path:
        making = self.data.with_name(f"{self.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        return making

    def _configure(self) -> None:
        primary = self.layout.ports[self.layout.primary]
        source = f"host={HOST} port={primary} user={SUPERUSER} application_name={self.name}"
        lines = [
            f"listen_addresses = '{HOST}'",
            f"port = {self.layout.ports[self.port]}",
            "unix_socket_directories = ''",
            f"cluster_name = '{self.name}'",
        ]
        if not self.is_primary:
            lines += [f"primary_conninfo = '{source}'", f"primary_slot_name = '{self.name}'"]
        tuning = (CONFIGURATION / "postgresql.conf").read_text()
        (self.data / "services.conf").write_text(tuning + "\n" + "\n".join(lines) + "\n")

    def promote(self) -> float:
        """Make a replica the primary, when the old one no longer runs; return the seconds it took."""
        began = time.monotonic()
        with contextlib.suppress(ServicesError):
            # what was received while replay was paused is replayed before the promotion
            self.query("SELECT pg_wal_replay_resume()")
        if self.query("SELECT NOT pg_is_in_recovery() OR " + f"pg_promote(true, {STATE_SECONDS})") != "t":
            raise ServicesError(
                f"{self.name} was not promoted within {STATE_SECONDS} s; see {self.processes()[0].log}."
            )
        if not until(lambda: self.query("SELECT pg_is_in_recovery()") == "f", STATE_SECONDS):
            raise ServicesError(f"{self.name} still follows; see {self.processes()[0].log}.")
        return time.monotonic() - began


def replay(node: PostgresNode, *, paused: bool) -> None:
    """Pause or resume how a replica replays what it receives.

    Raises:
        ServicesError: the node is no replica.
    """
    if node.is_primary:
        raise ServicesError(f"{node.name} is the primary; only a replica can be paused.")
    node.query(f"SELECT pg_wal_replay_{'pause' if paused else 'resume'}()")
    wanted = "paused" if paused else "not paused"
    if not until(lambda: node.query("SELECT pg_get_wal_replay_pause_state()") == wanted, 10):
        raise ServicesError(f"{node.name} is not {wanted} after 10 s.")
