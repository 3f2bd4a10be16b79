"""Events in Avro: the schema of an event follows from its struct."""

import io
from collections.abc import Mapping
from typing import Any

import fastavro
import msgspec
from fastavro.types import AvroMessage
from msgspec import inspect

from chirrup.platform.events import Event

Schema = dict[str, Any]

_SIMPLE: Mapping[type[inspect.Type], str] = {
    inspect.IntType: "long",
    inspect.StrType: "string",
    inspect.BoolType: "boolean",
    inspect.BytesType: "bytes",
    inspect.FloatType: "double",
}


def schema_of(kind: type[Event]) -> Schema:
    """Return the Avro schema of an event type: a record in the namespace `chirrup.` and its family.

    Raises:
        TypeError: a field is of a type that has no counterpart here.
    """
    about = inspect.type_info(kind)
    assert isinstance(about, inspect.StructType)
    return {
        "type": "record",
        "name": kind.__name__,
        "namespace": f"chirrup.{kind.family.replace('-', '_')}",
        "fields": [_field(field) for field in about.fields],
    }


def full_name(kind: type[Event]) -> str:
    """Return the name of an event type among all schemas."""
    schema = schema_of(kind)
    return f"{schema['namespace']}.{schema['name']}"


def _field(field: inspect.Field) -> Schema:
    described: Schema = {"name": field.encode_name, "type": _type(field.type)}
    if field.default is not msgspec.NODEFAULT:
        if isinstance(described["type"], list) and field.default is not None:
            # a default is of the first type
            described["type"].reverse()
        described["default"] = list(field.default) if isinstance(field.default, tuple) else field.default
    return described


def _type(kind: inspect.Type) -> Any:
    match kind:
        case inspect.UnionType(types=(inner, inspect.NoneType())):
            return ["null", _type(inner)]
        case inspect.VarTupleType(item_type=inner) | inspect.ListType(item_type=inner):
            return {"type": "array", "items": _type(inner)}
    if type(kind) not in _SIMPLE:
        raise TypeError(f"an event cannot have a field of {kind}")
    return _SIMPLE[type(kind)]


class Writer:
    """Writes events of one type."""

    def __init__(self, kind: type[Event]) -> None:
        self._schema = fastavro.parse_schema(schema_of(kind))
        self._decoder = msgspec.json.Decoder(kind)

    def from_json(self, payload: bytes) -> bytes:
        """Return the Avro form of an event in JSON.

        Raises:
            msgspec.DecodeError: the payload does not fit the type.
        """
        written = io.BytesIO()
        fastavro.schemaless_writer(written, self._schema, msgspec.structs.asdict(self._decoder.decode(payload)))
        return written.getvalue()


class Reader:
    """Reads events of one type that were written by one schema, this or another version."""

    def __init__(self, kind: type[Event], writers: Schema) -> None:
        self._kind = kind
        self._writers = fastavro.parse_schema(writers)
        own = schema_of(kind)
        # resolving costs time, and is for those that differ
        self._own = None if _bare(writers) == own else fastavro.parse_schema(own)

    def event(self, payload: bytes) -> Event:
        """Return the event.

        Raises:
            ValueError, EOFError, TypeError, KeyError, IndexError: these bytes are something else.
            fastavro.read.SchemaResolutionError: the schemas do not fit together.
        """
        read: AvroMessage = fastavro.schemaless_reader(io.BytesIO(payload), self._writers, self._own)
        return msgspec.convert(read, self._kind)


def _bare(schema: Schema) -> Schema:
    """Return a schema without what does not say how it is written."""
    return {name: value for name, value in schema.items() if name in {"type", "name", "namespace", "fields"}}
