"""The published versions of events' schemas, each kept as a file, the newest of a type equal to its struct."""

import json
from collections.abc import Iterable
from pathlib import Path

from chirrup.platform.avro import Schema, schema_of
from chirrup.platform.events import Event

FOLDER = Path(__file__).parent / "schemas"


def versions(kind: type[Event], folder: Path = FOLDER) -> list[Schema]:
    """Return the schemas of a type, oldest first."""
    return [json.loads(file.read_text("utf-8")) for file in _files(kind, folder)]


def keep(types: Iterable[type[Event]], folder: Path = FOLDER) -> list[Path]:
    """Write a file for each type whose struct has changed since its newest version; return these."""
    written = []
    for kind in types:
        files, schema = _files(kind, folder), schema_of(kind)
        if files and json.loads(files[-1].read_text("utf-8")) == schema:
            continue
        file = folder / kind.family / f"{kind.__name__}.v{len(files) + 1}.avsc"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(schema, indent=2) + "\n", "utf-8")
        written.append(file)
    return written


def _files(kind: type[Event], folder: Path) -> list[Path]:
    files = (folder / kind.family).glob(f"{kind.__name__}.v*.avsc")
    return sorted(files, key=lambda file: int(file.suffixes[-2].removeprefix(".v")))
