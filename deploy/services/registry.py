"""The Avro schema registry: Apicurio, which speaks Confluent's API."""

from pathlib import Path

from .errors import ServicesError
from .install import registry_jar
from .layout import HOST
from .service import Service, http

COMPATIBILITY = "BACKWARD"


class Registry(Service):
    """Keeps the schemas in a file, so that they are there after a restart."""

    name = port = "registry"
    title = "Schema registry"
    version = "2.6.13.Final"
    start_seconds = 60

    @property
    def url(self) -> str:
        """Confluent's API."""
        return f"http://{self.address}/apis/ccompat/v7"

    def start(self) -> None:
        """Start it over its database file."""
        folder = self.layout.data / self.name
        scratch = folder / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        memory = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"]
        where = [
            f"-Djava.io.tmpdir={scratch}",
            f"-Dquarkus.http.host={HOST}",
            f"-Dquarkus.http.port={self.layout.ports[self.port]}",
        ]
        database = {"REGISTRY_DATASOURCE_URL": f"jdbc:h2:file:{folder / 'h2db'}"}
        argv: list[str | Path] = ["java", *memory, *where, "-jar", registry_jar(self.layout.library, self.version)]
        self.process(self.name).start(argv, database)

    def settle(self) -> None:
        """Have it refuse what old readers could not follow."""
        if http("GET", f"{self.url}/config")["compatibilityLevel"] != COMPATIBILITY:
            http("PUT", f"{self.url}/config", {"compatibility": COMPATIBILITY})

    def probe(self) -> str:
        """Return version, compatibility level and the number of subjects."""
        level = http("GET", f"{self.url}/config")["compatibilityLevel"]
        subjects = http("GET", f"{self.url}/subjects")
        if level != COMPATIBILITY:
            raise ServicesError(f"compatibility is {level}, not {COMPATIBILITY}")
        version = http("GET", f"http://{self.address}/apis/registry/v2/system/info")["version"]
        return f"{version}, compatibility {level}, {len(subjects)} subjects"
