"""`deploy/compose.yaml` is the same topology as `scripts/services`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.services import topology
from deploy.services.kafka import Kafka
from deploy.services.layout import CONFIGURATION, PORTS, S3_BUCKET, Layout
from deploy.services.opensearch import OpenSearch
from deploy.services.redis import NO_PERSISTENCE
from deploy.services.registry import COMPATIBILITY
from deploy.services.service import Service

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
# what runs once and ends
TASKS = {"registry-rules", "bucket", "migrate"}
OURS = {"api": 3001, "web": 3000, "worker": None}
LAYOUT = Layout(Path("unused"), dict(PORTS), Path("unused"))
SERVICES = [service for service in topology.services(LAYOUT) if service.in_compose]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The services of the compose file."""
    return document()["services"]  # type: ignore[no-any-return]


def document() -> dict[str, Any]:
    """Return the compose file."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())  # type: ignore[no-any-return]


def published(container: dict[str, Any]) -> list[int]:
    """Return the ports of this machine that lead to a container."""
    return [int(port.split(":")[-2]) for port in container.get("ports", [])]


def test_both_have_the_same_services(compose: dict[str, Any]) -> None:
    assert compose.keys() == {service.name for service in SERVICES} | OURS.keys() | TASKS


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_has_the_same_port_in_both(compose: dict[str, Any], service: Service) -> None:
    assert published(compose[service.name]) == [PORTS[service.port]]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_has_the_same_version_in_both(compose: dict[str, Any], service: Service) -> None:
    container = compose[service.name]
    if "build" in container:
        dockerfile = (DEPLOY / "Dockerfile").read_text()
        assert f"{service.name}={service.version}.*" in dockerfile
    else:
        assert container["image"].rpartition(":")[2] == service.version


def test_the_script_fetches_the_version_of_kafka_that_it_names() -> None:
    assert f"<kafka.version>{Kafka.version}</kafka.version>" in (CONFIGURATION / "kafka" / "pom.xml").read_text()


def test_the_script_fetches_the_version_of_opensearch_that_it_names() -> None:
    pom = (CONFIGURATION / "opensearch" / "pom.xml").read_text()
    assert f"<opensearch.version>{OpenSearch.version}</opensearch.version>" in pom


def test_opensearch_makes_no_index_by_itself_in_either(compose: dict[str, Any]) -> None:
    assert compose["opensearch"]["environment"]["action.auto_create_index"] == "false"
    source = (CONFIGURATION / "opensearch" / "OpenSearchNode.java").read_text()
    assert '.put("action.auto_create_index", false)' in source


def test_the_api_and_the_web_client_have_their_ports(compose: dict[str, Any]) -> None:
    assert {name: next(iter(published(compose[name])), None) for name in OURS} == OURS


def test_nothing_is_open_to_other_machines(compose: dict[str, Any]) -> None:
    ports = [port for container in compose.values() for port in container.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_everything_that_keeps_running_has_a_health_check(compose: dict[str, Any]) -> None:
    checked = {name for name, container in compose.items() if container.get("healthcheck", {}).get("test")}
    assert checked == compose.keys() - TASKS


def test_no_secret_is_written_down(compose: dict[str, Any]) -> None:
    variables = [pair for container in compose.values() for pair in container.get("environment", {}).items()]
    secrets = [value for name, value in variables if re.search("PASSWORD|SECRET|TOKEN|_KEY", name)]
    secrets += [found[1] for _, value in variables if (found := re.search(r"://[^/@]+?:(.*)@", value))]
    assert secrets
    assert [value for value in secrets if not re.fullmatch(r"\$\{[A-Z0-9_]+:\?[^}]+}", value)] == []


def test_data_are_in_named_volumes_and_files_are_read_only(compose: dict[str, Any]) -> None:
    named = document()["volumes"].keys()
    mounts = [mount for container in compose.values() for mount in container.get("volumes", [])]
    assert {mount.split(":")[0] for mount in mounts if not mount.startswith("./")} == named
    files = [mount.split(":") for mount in mounts if mount.startswith("./")]
    assert all(mode == "ro" and (DEPLOY / source).is_file() for source, _, mode in files)


@pytest.mark.parametrize("node", ["postgres", "replica"])
def test_postgresql_is_tuned_by_the_same_file(compose: dict[str, Any], node: str) -> None:
    assert "./services/conf/postgresql.conf:/etc/chirrup/postgresql.conf:ro" in compose[node]["volumes"]
    assert "config_file=/etc/chirrup/postgresql.conf" in json.dumps(compose[node]).replace(
        'CONFIG_FILE": "', "config_file="
    )


def test_pgbouncer_pools_by_transaction_in_both(compose: dict[str, Any]) -> None:
    assert compose["pgbouncer"]["environment"]["POOL_MODE"] == "transaction"
    assert "pool_mode = transaction" in (DEPLOY / "services" / "pgbouncer.py").read_text()


def test_redis_keeps_nothing_on_disk_in_both(compose: dict[str, Any]) -> None:
    assert compose["redis"]["command"][1:] == NO_PERSISTENCE


def test_kafka_is_configured_alike(compose: dict[str, Any]) -> None:
    lines = (CONFIGURATION / "kafka" / "server.properties.in").read_text().splitlines()
    script = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    container = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in compose["kafka"]["environment"].items()
        if name != "KAFKA_HEAP_OPTS"
    }
    assert container.keys() == script.keys()
    # a container is reached by two names, and has folders of its own
    places = {
        "listeners",
        "advertised.listeners",
        "listener.security.protocol.map",
        "log.dirs",
        "controller.quorum.voters",
    }
    assert {name: container[name] for name in script.keys() - places} == {
        name: script[name] for name in script.keys() - places
    }
    assert container["advertised.listeners"] == "PLAINTEXT://kafka:29092,HOST://127.0.0.1:9092"


def test_the_registry_refuses_the_same_changes(compose: dict[str, Any]) -> None:
    assert json.dumps({"compatibility": COMPATIBILITY}) in compose["registry-rules"]["command"]


def test_both_have_the_same_bucket(compose: dict[str, Any]) -> None:
    assert f"http://s3:{PORTS['s3']}/{S3_BUCKET}" in compose["bucket"]["command"][0].split()
    assert compose["api"]["environment"]["CHIRRUP_S3_BUCKET"] == S3_BUCKET


@pytest.mark.parametrize("process", ["api", "worker", "migrate"])
def test_a_process_of_chirrup_gets_the_variables_that_the_script_writes(compose: dict[str, Any], process: str) -> None:
    written = {name for name in LAYOUT.environment() if name.startswith("CHIRRUP_")}
    assert written <= compose[process]["environment"].keys()
    assert compose[process]["environment"]["CHIRRUP_PROFILE"] == LAYOUT.environment()["CHIRRUP_PROFILE"]


def test_what_the_images_are_built_from_reaches_the_builder() -> None:
    kept = {
        line[1:].split("/")[0] for line in (DEPLOY.parent / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert {path.split("/")[0] for paths in copied for path in paths.split()} <= kept
