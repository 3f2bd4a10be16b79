"""Kafka: one broker that is its own controller."""

import base64
import socket
import struct
import uuid
from pathlib import Path

from .errors import ServicesError
from .install import kafka_jars
from .layout import CONFIGURATION, HOST, variable
from .process import run
from .service import Service

METADATA, METADATA_VERSION = 3, 1


class Kafka(Service):
    """The broker."""

    name = port = "kafka"
    title = "Kafka"
    version = "4.1.1"
    start_seconds = 60

    @property
    def folder(self) -> Path:
        """Its configuration and data."""
        return self.layout.data / self.name

    def listens_on(self) -> dict[int, str]:
        """Return the ports of the broker and of its controller."""
        return {self.layout.ports[name]: variable(name) for name in ("kafka", "kafka_controller")}

    def start(self) -> None:
        """Format the storage if it is new, and start the broker."""
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self._configure()
        java = ["java", "-cp", f"{kafka_jars(self.layout.library, self.version)}/*"]
        if not (self.folder / "log" / "meta.properties").exists():
            cluster = (
                base64.urlsafe_b64encode(uuid.uuid5(uuid.NAMESPACE_URL, str(self.folder)).bytes).decode().rstrip("=")
            )
            # an id that starts with a dash would be read as an option
            run([*java, "kafka.tools.StorageTool", "format", "-t", "c" + cluster[1:], "-c", properties], seconds=60)
        memory = ["-Xms256m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError"]
        logging = f"-Dlog4j2.configurationFile={(CONFIGURATION / 'kafka' / 'log4j2.xml').as_uri()}"
        self.process(self.name).start([java[0], *memory, logging, *java[1:], "kafka.Kafka", properties])

    def _configure(self) -> Path:
        text = (CONFIGURATION / "kafka" / "server.properties.in").read_text()
        values = {
            "PORT": self.layout.ports["kafka"],
            "CONTROLLER_PORT": self.layout.ports["kafka_controller"],
            "DATA": self.folder / "log",
        }
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        properties = self.folder / "server.properties"
        properties.write_text(text)
        return properties

    def probe(self) -> str:
        """Return the broker's id and how many topics there are."""
        brokers, topics = metadata(self.layout.ports[self.port])
        if not brokers:
            raise ServicesError("no broker is registered")
        return f"{self.version}, broker {', '.join(map(str, brokers))}, {topics} topics"


def metadata(port: int) -> tuple[list[int], int]:
    """Return the ids of the brokers, and the number of topics that are not Kafka's own.

    Raises:
        ServicesError: what answers is no broker that is ready.
    """
    client = b"chirrup-services"
    # all topics are asked for with a length of -1
    request = struct.pack(">hhih", METADATA, METADATA_VERSION, 1, len(client)) + client + struct.pack(">i", -1)
    with socket.create_connection((HOST, port), 3) as connection, connection.makefile("rwb") as stream:
        stream.write(struct.pack(">i", len(request)) + request)
        stream.flush()
        head = stream.read(4)
        answer = stream.read(struct.unpack(">i", head)[0]) if len(head) == 4 else b""
    try:
        return parse(Reader(answer, 4))
    except struct.error as error:
        raise ServicesError(f"port {port} does not answer as a Kafka broker does") from error


class Reader:
    """Reads Kafka's big-endian fields one after another."""

    def __init__(self, data: bytes, offset: int) -> None:
        """Begin at an offset."""
        self.data, self.offset = data, offset

    def number(self, form: str) -> int:
        """Read one number of a `struct` form."""
        value: int = struct.unpack_from(f">{form}", self.data, self.offset)[0]
        self.offset += struct.calcsize(f">{form}")
        return value

    def skip_text(self) -> None:
        """Pass over a text, which may be null."""
        length = self.number("h")
        self.offset += max(length, 0)

    def numbers(self) -> list[int]:
        """Read a list of numbers."""
        return [self.number("i") for _ in range(self.number("i"))]


def parse(reader: Reader) -> tuple[list[int], int]:
    """Read an answer to a metadata request of version 1."""
    brokers = []
    for _ in range(reader.number("i")):
        brokers.append(reader.number("i"))
        reader.skip_text()
        reader.number("i")
        reader.skip_text()
    reader.number("i")
    topics = 0
    for _ in range(reader.number("i")):
        reader.number("h")
        reader.skip_text()
        topics += not reader.number("b")
        for _ in range(reader.number("i")):
            reader.number("h")
            reader.number("i")
            reader.number("i")
            reader.numbers()
            reader.numbers()
    return sorted(brokers), topics
