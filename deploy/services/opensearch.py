"""OpenSearch: one node, of what the cluster profile needs of it."""

from pathlib import Path

from .errors import ServicesError
from .install import opensearch_jars
from .layout import CONFIGURATION, variable
from .service import Service, http


class OpenSearch(Service):
    """The search engine; it keeps nothing that cannot be made anew from PostgreSQL."""

    name = port = "opensearch"
    title = "OpenSearch"
    version = "2.19.3"
    start_seconds = 90

    def listens_on(self) -> dict[int, str]:
        """Return the ports for clients and for other nodes."""
        return {self.layout.ports[name]: variable(name) for name in ("opensearch", "opensearch_transport")}

    def start(self) -> None:
        """Start it over its folder."""
        home = self.layout.data / self.name
        scratch = home / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        memory = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
        logging = f"-Dlog4j2.configurationFile={(CONFIGURATION / 'opensearch' / 'log4j2.properties').as_uri()}"
        jars = opensearch_jars(self.layout.library, self.version)
        ports = [str(self.layout.ports[name]) for name in ("opensearch", "opensearch_transport")]
        argv: list[str | Path] = [
            "java", *memory, logging, "-Dlog4j2.disable.jmx=true", f"-Djava.io.tmpdir={scratch}",
            "-cp", f"{jars}/classes:{jars}/*", "OpenSearchNode", home, *ports,
        ]  # fmt: skip
        self.process(self.name).start(argv)

    def probe(self) -> str:
        """Return version, health and the number of indices."""
        url = f"http://{self.address}"
        version = http("GET", url)["version"]["number"]
        health = http("GET", f"{url}/_cluster/health?wait_for_status=yellow&timeout=2s")
        if health["status"] == "red" or health["timed_out"]:
            raise ServicesError(f"its health is {health['status']}")
        indices = http("GET", f"{url}/_cat/indices?format=json&h=index")
        return f"{version}, health {health['status']}, {len(indices)} indices"
