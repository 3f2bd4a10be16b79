"""The OpenAPI document, and what is made from it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chirrup.entrypoints.api import api_reference
from tests.support import BASE, Community

WEB = Path(__file__).resolve().parents[2] / "web"
DOCUMENT = api_reference().document
OPERATIONS = [
    (method, path, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


async def test_the_document_is_served_as_it_was_made(community: Community) -> None:
    answer = await community.client().get("/openapi.json")
    assert answer.json() == json.loads(json.dumps(DOCUMENT))
    assert answer.headers["content-type"] == "application/json"


async def test_an_unknown_address_beside_the_document_is_a_problem(community: Community) -> None:
    for path in ("/openapi.yaml", "/", "/nothing", "/schema/swagger"):
        answer = await community.client().get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path


def test_operation_ids_are_distinct() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_an_operation_is_described(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    assert all(parameter["description"] for parameter in operation["parameters"])


async def test_who_must_send_a_token_is_as_documented(community: Community) -> None:
    wren = await community.person("wren")
    post = await wren.publish()
    known = {"username": "wren", "post_id": post["id"], "session_id": "1", "tag": "spring", "block_id": "1"}
    known |= {"media_id": "1", "notification_id": "1"}
    for method, path, operation in OPERATIONS:
        address = BASE + path.format(**known)
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        bare = await community.client().request(method, address, json=body)
        forged = await community.client("no.such.token").request(method, address, json=body)
        refused = [answer.status_code == 401 for answer in (bare, forged)]
        match operation["security"]:
            case []:
                assert refused[0] == refused[1], path
            case [_]:
                assert refused == [True, True], path
            case _:
                assert refused == [False, True], path
        assert "401" in operation["responses"] or not any(refused), path


def test_references_lead_somewhere() -> None:
    def check(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                _, _, kind, name = part["$ref"].split("/")
                assert name in DOCUMENT["components"][kind], part
            for value in part.values():
                check(value)
        elif isinstance(part, list):
            for value in part:
                check(value)

    check(DOCUMENT)


def test_the_types_of_the_web_client_are_those_of_the_document(tmp_path: Path) -> None:
    document, types = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    document.write_bytes(api_reference().json)
    script: str = json.loads((WEB / "package.json").read_text())["scripts"]["api:types"]
    kept = "src/api/schema.d.ts"
    command = script.replace(kept, str(types)).split()
    subprocess.run(
        [WEB / "node_modules" / ".bin" / command[0], *command[1:], document],
        cwd=WEB,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert types.read_text() == (WEB / kept).read_text(), "run scripts/api-types and mend what no longer fits"


async def test_the_page_needs_nothing_else(community: Community) -> None:
    answer = await community.client().get(f"{BASE}/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "script" not in answer.headers["content-security-policy"]
    for word in ("<script", "<link", "src=", "url("):
        assert word not in answer.text
    for _, path, operation in OPERATIONS:
        assert path in answer.text
        assert f'id="{operation["operationId"]}"' in answer.text
