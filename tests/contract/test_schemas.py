"""Events in Avro: what is published is compatible with all that was published before."""

import io
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import fastavro
import msgspec
import pytest
from fastavro.read import SchemaResolutionError

from chirrup.bootstrap.cluster import PUBLISHED
from chirrup.platform.adapters.kafka.codec import Decoder, Encoder, Registry
from chirrup.platform.adapters.kafka.options import KafkaOptions
from chirrup.platform.avro import Schema, schema_of
from chirrup.platform.avro_versions import keep, versions
from chirrup.platform.errors import Unavailable
from chirrup.platform.events import Event, encode
from chirrup.posts.events import PostPublished
from tests.cluster import require

EXAMPLES: dict[str, list[Any]] = {
    "long": [0, -1, 2**62],
    "string": ["", "tseep – 🐦"],
    "boolean": [True, False],
    "bytes": [b"", b"\x00\xff"],
    "double": [0.5],
    "null": [None],
}


class Nested(Event, frozen=True, kw_only=True):
    """A nest is built, as of its first version."""

    family = "birds"

    bird: int

    @property
    def key(self) -> int:
        return self.bird


def changed(**fields: Any) -> type[Event]:
    """Return a later version of `Nested` with these fields: a type, or a type and its default."""
    made = [(name, *(about if isinstance(about, tuple) else (about,))) for name, about in fields.items()]
    namespace = {"family": "birds", "key": property(lambda self: self.bird)}
    made_of: Any = msgspec.defstruct("Nested", made, bases=(Event,), namespace=namespace, frozen=True, kw_only=True)
    return cast("type[Event]", made_of)


def samples(schema: Schema) -> list[dict[str, Any]]:
    """Return records that fit a schema; each field takes each of its examples."""
    columns = {field["name"]: examples(field["type"]) for field in schema["fields"]}
    longest = max(map(len, columns.values()), default=0)
    return [{name: values[n % len(values)] for name, values in columns.items()} for n in range(longest)]


def examples(kind: Any) -> list[Any]:
    if isinstance(kind, list):
        return [example for one in kind for example in examples(one)]
    if isinstance(kind, dict):
        return [[], examples(kind["items"])]
    return EXAMPLES[kind]


def read_with(written: Schema, own: Schema) -> None:
    """Read by one schema what another has written."""
    for sample in samples(written):
        payload = io.BytesIO()
        fastavro.schemaless_writer(payload, fastavro.parse_schema(written), sample)
        payload.seek(0)
        fastavro.schemaless_reader(payload, fastavro.parse_schema(written), fastavro.parse_schema(own))


@pytest.fixture
def registry() -> Iterator[Registry]:
    """The registry, with subjects of a prefix of their own."""
    address = require("registry")
    registry = Registry(KafkaOptions(servers="", registry=address, prefix=f"t{secrets.token_hex(4)}."))
    yield registry
    registry.close()


@pytest.mark.parametrize("kind", PUBLISHED)
def test_the_newest_version_in_the_repository_is_the_struct_s(kind: type[Event]) -> None:
    assert versions(kind)[-1:] == [schema_of(kind)], "run scripts/event-schemas and commit what it writes"


@pytest.mark.parametrize("kind", PUBLISHED)
def test_the_newest_version_reads_what_every_earlier_one_wrote(kind: type[Event]) -> None:
    for written in versions(kind):
        read_with(written, schema_of(kind))


def test_the_registry_takes_all_versions_one_after_another(registry: Registry) -> None:
    for kind in PUBLISHED:
        ids = [registry.register(kind, schema) for schema in versions(kind)]
        assert registry.register(kind) == ids[-1]


def test_a_changed_struct_asks_for_a_new_version_and_leaves_the_old_one(tmp_path: Path) -> None:
    (first,) = keep([Nested], tmp_path)
    before = first.read_text("utf-8")
    assert keep([Nested], tmp_path) == []
    later = changed(bird=int, eggs=(int, 0))
    assert versions(later, tmp_path)[-1] != schema_of(later)
    assert [file.name for file in keep([later], tmp_path)] == ["Nested.v2.avsc"]
    assert first.read_text("utf-8") == before
    assert [len(schema["fields"]) for schema in versions(later, tmp_path)] == [1, 2]


@pytest.mark.parametrize("fields", [{"bird": int, "eggs": int}, {"bird": str}])
def test_an_incompatible_change_cannot_read_what_was_written(fields: dict[str, Any]) -> None:
    with pytest.raises(SchemaResolutionError):
        read_with(schema_of(Nested), schema_of(changed(**fields)))


@pytest.mark.parametrize(("default", "expected"), [(None, ["null", "long"]), (3, ["long", "null"])])
def test_the_default_of_an_optional_field_is_of_its_first_type(default: int | None, expected: list[str]) -> None:
    schema = schema_of(changed(bird=int, mate=(int | None, default)))
    assert schema["fields"][1]["type"] == expected
    fastavro.parse_schema(schema)


def test_a_field_without_a_counterpart_in_avro_is_refused() -> None:
    with pytest.raises(TypeError):
        schema_of(changed(bird=int, nest=dict[str, int]))


def test_an_incompatible_change_is_refused_by_the_registry(registry: Registry) -> None:
    registry.register(Nested)
    registry.register(changed(bird=int, eggs=(int, 0)))
    with pytest.raises(Unavailable, match="409"):
        registry.register(changed(bird=int, eggs=(int, 0), mate=int))


def test_the_registry_compares_with_all_earlier_versions(registry: Registry) -> None:
    registry.register(Nested)
    registry.register(changed(bird=int, eggs=(int, 0)))
    with pytest.raises(Unavailable, match="409"):
        # as compared with the second version alone, this would do
        registry.register(changed(bird=int, eggs=int))


@pytest.mark.parametrize("kind", PUBLISHED)
def test_each_event_survives_the_way_there_and_back(kind: type[Event], registry: Registry) -> None:
    encoder, decoder = Encoder(registry, [kind]), Decoder(registry, [kind])
    for sample in samples(schema_of(kind)):
        event = msgspec.convert(sample, kind)
        payload = encoder.encode(kind.__name__, encode(event))
        assert payload is not None
        assert decoder.decode(payload) == event


def test_an_earlier_version_is_read_with_the_defaults_of_the_new_fields(registry: Registry) -> None:
    later = changed(bird=int, eggs=(int, 4))
    payload = Encoder(registry, [Nested]).encode("Nested", encode(Nested(bird=7)))
    assert payload is not None
    read = Decoder(registry, [later]).decode(payload)
    assert read is not None
    assert msgspec.structs.asdict(read) == {"bird": 7, "eggs": 4}


def test_a_later_version_is_read_without_its_new_fields(registry: Registry) -> None:
    later = changed(bird=int, eggs=(int, 4))
    payload = Encoder(registry, [later]).encode("Nested", b'{"bird": 7, "eggs": 5}')
    assert payload is not None
    assert Decoder(registry, [Nested]).decode(payload) == Nested(bird=7)


@pytest.mark.parametrize("payload", [b"", b"\x00", b"tseep, tseep", bytes(5), b"\x00\x7f\xff\xff\xff\x00"])
def test_foreign_bytes_are_no_event(payload: bytes, registry: Registry) -> None:
    assert Decoder(registry, [PostPublished]).decode(payload) is None


def test_without_a_registry_known_schemas_go_on_and_unknown_ones_wait() -> None:
    registry = Registry(KafkaOptions(servers="", registry="http://127.0.0.1:9/apis"))
    with pytest.raises(Unavailable):
        Encoder(registry, [Nested]).encode("Nested", encode(Nested(bird=1)))
    with pytest.raises(Unavailable):
        Decoder(registry, [Nested]).decode(b"\x00\x00\x00\x00\x01\x02")
    registry.close()
