"""PgBouncer in transaction mode, in front of the primary."""

import os
import signal
from pathlib import Path

from .errors import ServicesError
from .layout import DATABASE, HOST, ROLE
from .postgres import BIN
from .process import Process, run
from .service import Service

PROGRAM = Path("/usr/sbin/pgbouncer")
CONFIGURATION = """\
[databases]
* = host={host} port={primary} user={role}

[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
auth_type = any
admin_users = {role}
max_client_conn = 1000
default_pool_size = 40
server_login_retry = 1
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
"""


class PgBouncer(Service):
    """Gives a server connection to a client for one transaction only."""

    name = port = "pgbouncer"
    title = "PgBouncer"
    version = "1.18"

    def processes(self) -> list[Process]:
        """Return its one process, which may not run as root."""
        return [self.process(self.name, self.layout.postgres_user)]

    @property
    def configuration(self) -> Path:
        """Its configuration, where the user who runs it can read it."""
        return self.layout.postgres_root / "pgbouncer.ini"

    def start(self) -> None:
        """Write the configuration and start it."""
        self.write()
        self.processes()[0].start([PROGRAM, self.configuration])

    def write(self) -> None:
        """Write the configuration, with the node that is the primary now."""
        ports = {"primary": self.layout.ports[self.layout.primary], "port": self.layout.ports[self.port]}
        self.configuration.write_text(CONFIGURATION.format(host=HOST, role=ROLE, **ports))

    def reload(self) -> None:
        """Turn to the node that is the primary now, if it runs."""
        self.write()
        if pid := self.processes()[0].pid():
            os.kill(pid, signal.SIGHUP)

    def probe(self) -> str:
        """Return version and pools, after a query through it."""
        version = self._query("pgbouncer", "SHOW VERSION").split()[-1]
        primary = self.layout.address(self.layout.primary)
        try:
            self._query(DATABASE, "SELECT 1")
        except ServicesError as error:
            raise ServicesError(f"{version}, but a query through it to {primary} fails: {error}") from error
        return f"{version}, transaction mode, to {primary}"

    def _query(self, database: str, sql: str) -> str:
        where = ["-h", HOST, "-p", str(self.layout.ports[self.port]), "-U", ROLE, "-d", database]
        return run([BIN / "psql", *where, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql], seconds=4)
