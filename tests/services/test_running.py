"""The services that `make services-up` has started, Kafka and the registry among them."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.services.kafka import metadata
from deploy.services.layout import HOST
from deploy.services.service import http
from tests.cluster import require
from tests.services.instance import SCRIPT, Instance, require_programs


def test_all_services_are_well() -> None:
    require("kafka")
    checked = subprocess.run([SCRIPT, "check", "--json"], capture_output=True, text=True, check=False, timeout=60)
    unwell = [line for line in json.loads(checked.stdout) if line["state"] != "ok"]
    assert (unwell, checked.returncode) == ([], 0)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Instance]:
    """A schema registry of the test's own."""
    require_programs(jars=True)
    instance = Instance(tmp_path / "own")
    instance.do("up", "registry")
    yield instance
    instance.close()


@pytest.mark.slow
def test_schemas_outlive_a_restart_of_the_registry_and_stay_compatible(registry: Instance) -> None:
    url = registry.variables()["CHIRRUP_SCHEMA_REGISTRY_URL"]
    schema = {"type": "record", "name": "Egg", "fields": [{"name": "id", "type": "long"}]}
    identity = http("POST", f"{url}/subjects/eggs-value/versions", {"schema": json.dumps(schema)})["id"]
    registry.do("stop", "registry")
    registry.do("start", "registry")
    assert http("GET", f"{url}/subjects/eggs-value/versions/latest")["id"] == identity
    assert http("GET", f"{url}/config") == {"compatibilityLevel": "BACKWARD"}


def test_a_broker_tells_its_id() -> None:
    port = int(require("kafka").rpartition(":")[2])
    assert metadata(port)[0] == [1]
    assert HOST == "127.0.0.1"
