"""Every operation of the API document, called with all that its schemas allow and with what they forbid."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from chirrup.entrypoints.api import api_reference
from tests.support import API, PASSWORD, Server

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
]
# a stream of events has no end that a caller could wait for
schema = schemathesis.openapi.from_dict(api_reference().document).exclude(path=f"{API}/live/events")


@pytest.fixture(scope="module")
def place(prepared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A served community of two, one post, and the token of one of them."""
    root = tmp_path_factory.mktemp("fuzzed") / "data"
    copytree(prepared_data, root)
    server = Server(root, {"CHIRRUP_RATE_LIMITS": "off"}).start()
    with httpx.Client(base_url=server.base + API, timeout=20) as client:
        tokens = []
        for name in ("wren", "robin"):
            body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
            tokens.append(client.post("/auth/register", json=body).json()["access_token"])
        headers = [{"Authorization": f"Bearer {token}"} for token in tokens]
        post = client.post("/posts", headers=headers[1], json={"text": "tseep"}).json()
    yield {"base": server.base, "headers": headers[0], "known": {"username": "robin", "post_id": post["id"]}}
    server.kill()


@schema.parametrize()
@settings(
    derandomize=True,
    deadline=None,
    max_examples=20,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
def test_every_answer_is_as_documented(case: schemathesis.Case[Any], place: dict[str, Any]) -> None:
    # valid addresses are mostly those of what exists, and everybody has a token unless it is the fault to try
    if not _is_broken(case, ParameterLocation.PATH):
        case.path_parameters |= {name: place["known"].get(name, value) for name, value in case.path_parameters.items()}
    headers = {} if _is_broken(case, ParameterLocation.HEADER) else place["headers"]
    case.call_and_validate(base_url=place["base"], headers=headers, checks=CHECKS, timeout=20)


def _is_broken(case: schemathesis.Case[Any], location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)
