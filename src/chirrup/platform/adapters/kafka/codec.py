"""Events in Confluent's wire format: a zero byte, the schema's id in four, and the event in Avro."""

import json
import struct
from collections.abc import Sequence

import msgspec
import structlog
from confluent_kafka.schema_registry import Schema as RegistrySchema
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from chirrup.platform.adapters.kafka.options import KafkaOptions
from chirrup.platform.avro import Reader, Schema, Writer, full_name, schema_of
from chirrup.platform.errors import Unavailable
from chirrup.platform.events import Event

TIMEOUT = 3
_HEAD = struct.Struct(">bI")

log = structlog.get_logger()


def subject_of(options: KafkaOptions, kind: type[Event]) -> str:
    """Return the subject under which a type's schemas are registered: a topic has several types."""
    return f"{options.topic(kind.family)}-{full_name(kind)}"


class Registry:
    """The schema registry, asked once for each schema; its calls block."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._client = SchemaRegistryClient({"url": options.registry, "timeout": TIMEOUT, "max.retries": 0})
        self._compatible: set[str] = set()

    def register(self, kind: type[Event], schema: Schema | None = None) -> int:
        """Register a type's schema, or find it; return its id.

        Raises:
            Unavailable: the registry cannot be reached, or refuses the schema.
        """
        subject = subject_of(self._options, kind)
        text = json.dumps(schema or schema_of(kind))
        try:
            if subject not in self._compatible:
                # what was written by any earlier version may still be in a topic
                self._client.set_compatibility(subject, "BACKWARD_TRANSITIVE")
                self._compatible.add(subject)
            return self._client.register_schema(subject, RegistrySchema(text, "AVRO"))
        except SchemaRegistryError as error:
            raise Unavailable(f"The schema registry refuses {subject}: {error}") from error
        except Exception as error:
            # which HTTP client there is, and so what it raises, is the library's choice
            raise Unavailable(f"The schema registry cannot be reached: {error}") from error

    def check(self) -> None:
        """Find out whether the registry answers.

        Raises:
            Unavailable: it does not.
        """
        try:
            self._client.get_compatibility()
        except Exception as error:
            # as above
            raise Unavailable(f"The schema registry does not answer: {error}") from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def schema(self, schema_id: int) -> Schema | None:
        """Return a schema, or None where there is none of this id.

        Raises:
            Unavailable: the registry cannot be reached.
        """
        try:
            found: Schema = json.loads(self._client.get_schema(schema_id).schema_str or "null")
        except SchemaRegistryError as error:
            if error.http_status_code == 404:
                return None
            raise Unavailable(f"The schema registry is in trouble: {error}") from error
        except Exception as error:
            # which HTTP client there is, and so what it raises, is the library's choice
            raise Unavailable(f"The schema registry cannot be reached: {error}") from error
        return found


class Encoder:
    """Writes events as they stand in the outbox."""

    def __init__(self, registry: Registry, types: Sequence[type[Event]]) -> None:
        self._registry = registry
        self.types = types
        self._types = {kind.__name__: kind for kind in types}
        self._writers: dict[str, tuple[bytes, Writer]] = {}

    def encode(self, name: str, payload: bytes) -> bytes | None:
        """Return an event in wire format, or None where its type is unknown or it does not fit its type.

        Raises:
            Unavailable: the registry is needed and cannot be reached.
        """
        kind = self._types.get(name)
        if kind is None:
            return None
        if name not in self._writers:
            self._writers[name] = _HEAD.pack(0, self._registry.register(kind)), Writer(kind)
        head, writer = self._writers[name]
        try:
            return head + writer.from_json(payload)
        except msgspec.DecodeError as error:
            log.warning("kafka.not_encoded", type=name, error=str(error))
            return None


class Decoder:
    """Reads events of some types, by whatever version of their schemas they were written."""

    def __init__(self, registry: Registry, types: Sequence[type[Event]]) -> None:
        self._registry = registry
        self._types = {kind.__name__: kind for kind in types}
        self._readers: dict[int, Reader | None] = {}

    def decode(self, payload: bytes) -> Event | None:
        """Return an event, or None where these bytes are none of the types.

        Raises:
            Unavailable: the registry is needed and cannot be reached.
        """
        if len(payload) < _HEAD.size or payload[0] != 0:
            return None
        schema_id = _HEAD.unpack_from(payload)[1]
        if schema_id not in self._readers:
            self._readers[schema_id] = self._reader(schema_id)
        reader = self._readers[schema_id]
        try:
            return reader.event(payload[_HEAD.size :]) if reader else None
        except Exception as error:  # noqa: BLE001 - bytes that are something else can fail in any way
            log.warning("kafka.not_decoded", schema=schema_id, error=f"{type(error).__name__}: {error}")
            return None

    def _reader(self, schema_id: int) -> Reader | None:
        schema = self._registry.schema(schema_id)
        kind = self._types.get(schema.get("name", "")) if schema else None
        return Reader(kind, schema) if kind and schema else None
