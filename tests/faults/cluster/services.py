"""A throw-away set of the real services, which tests may stop, kill and promote."""

import json
from typing import Any

from tests.services.instance import Instance

WANTED = ("postgres", "replica", "pgbouncer", "redis", "kafka", "registry")


class Services(Instance):
    """All that Chirrup's cluster profile needs."""

    def up(self) -> None:
        """Start what does not run; a primary from before a promotion becomes a replica."""
        if (self.folder / "state.json").exists() and not self.variables()["CHIRRUP_REPLICA_URL"]:
            self.do("rebase")
        self.do("up", *WANTED)

    @property
    def primary(self) -> str:
        """The name of the PostgreSQL node that takes the writes."""
        state: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        name: str = state["primary"]
        return name

    @property
    def standby(self) -> str:
        """The name of the other one."""
        return "replica" if self.primary == "postgres" else "postgres"

    def database_url(self, name: str, database: str) -> str:
        """Return the address of a database on one node, or behind PgBouncer."""
        return f"postgresql://chirrup@127.0.0.1:{self.ports[name]}/{database}"
