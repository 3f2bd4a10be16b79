"""Redis: a single node, and a cluster of three."""

import shutil
import socket
from pathlib import Path

from .errors import ServicesError
from .layout import BUS_OFFSET, HOST, variable
from .process import Process, run, until
from .service import Service

# nothing is kept on disk: what is in Redis can be made anew from PostgreSQL
NO_PERSISTENCE = ["--appendonly", "no", "--save", ""]


def ask(port: int, *words: str) -> str:
    """Send one command to a node and return its answer as text.

    Raises:
        ServicesError: it answers with an error or not at all.
    """
    with socket.create_connection((HOST, port), 3) as connection, connection.makefile("rwb") as stream:
        stream.write(b"*%d\r\n" % len(words))
        for word in words:
            stream.write(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()))
        stream.flush()
        first = stream.readline().decode().rstrip()
        if first.startswith("$"):
            return stream.read(int(first[1:])).decode()
        if not first or first.startswith("-"):
            raise ServicesError(f"Redis on port {port} answers {first[1:] or 'nothing'!r} to {words[0]}")
        return first[1:]


def info(text: str) -> dict[str, str]:
    """Return the fields of `INFO` and `CLUSTER INFO`."""
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)


class Redis(Service):
    """A single node without persistence."""

    name = port = "redis"
    title = "Redis"
    version = "7.0"

    def start(self) -> None:
        """Start it, empty."""
        folder = fresh(self.layout.data / self.name)
        where = ["--port", str(self.layout.ports[self.port]), "--bind", HOST, "--dir", str(folder)]
        self.process(self.name).start(["redis-server", *where, *NO_PERSISTENCE])

    def probe(self) -> str:
        """Return version, memory and keys."""
        port = self.layout.ports[self.port]
        server, memory = info(ask(port, "INFO", "server")), info(ask(port, "INFO", "memory"))
        return f"{server['redis_version']}, {ask(port, 'DBSIZE')} keys, {memory['used_memory_human']}"


class RedisCluster(Service):
    """Three masters that share the slots."""

    name = "redis-cluster"
    port = "redis_cluster"
    title = "Redis Cluster"
    version = "7.0"
    in_compose = False

    @property
    def address(self) -> str:
        """Where its nodes listen."""
        ports = self.layout.cluster_ports()
        return f"{HOST}:{ports[0]}-{ports[-1]}"

    def processes(self) -> list[Process]:
        """Return one process for each node."""
        return [self.process(f"{self.name}-{port}") for port in self.layout.cluster_ports()]

    def listens_on(self) -> dict[int, str]:
        """Return the nodes' ports and those of the cluster's bus."""
        ports = self.layout.cluster_ports()
        return {port: variable(self.port) for port in (*ports, *(port + BUS_OFFSET for port in ports))}

    def start(self) -> None:
        """Start all nodes anew and share the slots among them.

        A node that lost its slots' data cannot be told from an empty one, so the cluster starts as a whole.
        """
        self.stop()
        for process, port in zip(self.processes(), self.layout.cluster_ports(), strict=True):
            folder = fresh(self.layout.data / process.name)
            cluster = ["--cluster-enabled", "yes", "--cluster-config-file", str(folder / "nodes.conf")]
            where = ["--port", str(port), "--bind", HOST, "--dir", str(folder), "--cluster-node-timeout", "2000"]
            process.start(["redis-server", *where, *cluster, *NO_PERSISTENCE])
        for port in self.layout.cluster_ports():
            if not until(lambda port=port: answers(port), self.start_seconds):  # type: ignore[misc]
                return
        nodes = [f"{HOST}:{port}" for port in self.layout.cluster_ports()]
        run(["redis-cli", "--cluster", "create", *nodes, "--cluster-replicas", "0", "--cluster-yes"], seconds=60)

    def probe(self) -> str:
        """Return the state that every node sees."""
        seen = [info(ask(port, "CLUSTER", "INFO")) for port in self.layout.cluster_ports()]
        for port, fields in zip(self.layout.cluster_ports(), seen, strict=True):
            if fields["cluster_state"] != "ok":
                raise ServicesError(f"node {port}: cluster_state {fields['cluster_state']}")
        version = info(ask(self.layout.cluster_ports()[0], "INFO", "server"))["redis_version"]
        return (
            f"{version}, cluster_state ok, {seen[0]['cluster_known_nodes']} nodes, {seen[0]['cluster_slots_ok']} slots"
        )


def answers(port: int) -> bool:
    """Return whether a node takes commands."""
    try:
        return ask(port, "PING") == "PONG"
    except (OSError, ServicesError):
        return False


def fresh(folder: Path) -> Path:
    """Return the folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
