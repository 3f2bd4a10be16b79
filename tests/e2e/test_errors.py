"""Requests that cannot be granted: each gets the problem that fits, and none a 500."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support import BASE, PASSWORD, Client, Community, Server

JSON = {"Content-Type": "application/json"}
TITLES = {
    400: "Bad request", 401: "Not authenticated", 403: "Forbidden", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 413: "Too large", 415: "Unsupported media type", 422: "Rule broken",
}  # fmt: skip


def check_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", TITLES[status], status)
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert all(set(error) == {"field", "message"} for error in problem["errors"])
    assert "Traceback" not in answer.text
    return problem


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"null", "body"),
        (b"[]", "body"),
        (b'"tseep"', "body"),
        (b"{}", "text"),
        (b'{"text": 5}', "text"),
        (b'{"text": null}', "text"),
        (b'{"text": ["tseep"]}', "text"),
        (b'{"text": "tseep", "txet": 1}', "txet"),
        (b'{"text": "tseep", "reply_to": 5}', "reply_to"),
        (b'{"text": "tseep", "reply_to": "-5"}', "reply_to"),
        (b'{"text": "tseep", "quote_of": "05"}', "quote_of"),
        (b'{"text": "tseep", "attachments": ["five"]}', "attachments[0]"),
        (b'{"text": "tseep\xff"}', "body"),
        (b'{"text": "\xed\xa0\x80"}', "body"),
        (b'{"text": "\\ud800"}', "body"),
        (b'{"text": "tseep",}', "body"),
        (b"{'text': 'tseep'}", "body"),
        (b'{"text": NaN}', "body"),
        (b"1" * 5000, "body"),
        (b"1e99999", "body"),
        (b"[" * 60_000, "body"),
        (b'{"text":' * 5000, "text"),
        ('{"text": "tseep"}'.encode("utf-16"), "body"),
        (b'\xef\xbb\xbf{"text": "tseep"}', "body"),
        (b"text=tseep", "body"),
    ],
    ids=lambda part: repr(part)[:40],
)
async def test_a_body_that_cannot_be_read_is_a_400_that_names_the_field(
    community: Community, body: bytes, field: str
) -> None:
    wren = await community.person("wren")
    problem = check_problem(await wren.client.post("/posts", content=body, headers=JSON), 400)
    assert problem["errors"][0]["field"] == field
    assert await wren.ids("/feed") == []


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
     "application/json; charset=utf-16", "application/jsonp", "\u00ff"],
)  # fmt: skip
async def test_a_body_of_another_type_is_a_415(community: Community, content_type: str) -> None:
    wren = await community.person("wren")
    headers = [(b"content-type", content_type.encode("latin-1"))] if content_type else None
    check_problem(await wren.client.post("/posts", content=b'{"text": "tseep"}', headers=headers), 415)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])
async def test_json_in_utf_8_may_say_so(community: Community, content_type: str) -> None:
    wren = await community.person("wren")
    answer = await wren.client.post("/posts", content=b'{"text": "tseep"}', headers={"Content-Type": content_type})
    assert answer.status_code == 201


async def test_a_compressed_body_is_a_415(community: Community) -> None:
    wren = await community.person("wren")
    body = gzip.compress(b'{"text": "tseep"}')
    check_problem(await wren.client.post("/posts", content=body, headers=JSON | {"Content-Encoding": "gzip"}), 415)


async def test_a_body_that_is_too_large_is_a_413(community: Community) -> None:
    wren = await community.person("wren")
    body = b'{"text": "' + b"a" * 70_000 + b'"}'
    check_problem(await wren.client.post("/posts", content=body, headers=JSON), 413)
    check_problem(await wren.client.post("/users/wren/mute", content=body, headers=JSON), 413)


async def test_a_body_that_grows_too_large_on_its_way_is_a_413(community: Community) -> None:
    wren = await community.person("wren")

    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"text": "'
        for _ in range(100):
            yield b"a" * 1000
        yield b'"}'

    check_problem(await wren.client.post("/posts", content=chunks(), headers=JSON), 413)


ADDRESSES = ["/posts/{}", "/posts/{}/thread", "/posts/{}/likes", "/posts/{}/retweets"]
NO_IDS = ["0", "-1", "+1", "01", "1.0", "1e3", "0x1", "x", "%20", "1%20", "%00", "%C2%B2", "%D9%A3", "1" * 20,
          "9223372036854775808", "%F0%9F%98%80", "null", "1%0A"]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
async def test_what_is_no_id_is_a_400(community: Community, address: str) -> None:
    wren = await community.person("wren")
    for text in NO_IDS:
        check_problem(await wren.client.get(address.format(text)), 400)
    check_problem(await wren.client.delete(f"/posts/{NO_IDS[0]}"), 400)


@pytest.mark.parametrize("address", [*ADDRESSES, "/users/{}", "/users/{}/posts", "/users/{}/followers"])
async def test_what_is_not_there_is_a_404(community: Community, address: str) -> None:
    wren = await community.person("wren")
    check_problem(await wren.client.get(address.format("9223372036854775807")), 404)


@pytest.mark.parametrize(
    "name", ["%FF%FE", "%00", "a%2Fb", "..%2F..%2Fetc", "%F0%9F%98%80", "a" * 4000, "'%20OR%201=1--"]
)
async def test_a_strange_name_is_a_404(community: Community, name: str) -> None:
    check_problem(await community.client().get(f"/users/{name}"), 404)


@pytest.mark.parametrize(
    "cursor",
    ["", "c", "x", "0", "1", "c0", "c-1", "c+1", "cz z", "C1", "c1Z", "c" + "z" * 13, "c" + "1" * 64, "%00", "%FF",
     "%F0%9F%98%80", "null", "cc%D9%A3", "c01"],
)  # fmt: skip
@pytest.mark.parametrize(
    "path", ["/feed", "/discover", "/users/wren/posts", "/users/wren/likes", "/users/wren/followers"]
)
async def test_a_cursor_that_is_none_of_ours_is_a_400(community: Community, path: str, cursor: str) -> None:
    wren = await community.person("wren")
    check_problem(await wren.client.get(f"{path}?cursor={cursor}"), 400)


@pytest.mark.parametrize("limit", ["", "0", "-1", "101", "1.5", "x", "1" * 5000, "%00", "%D9%A3", "true", "1e99"])
@pytest.mark.parametrize("path", ["/feed", "/discover", "/users/wren/followers"])
async def test_a_limit_out_of_range_is_a_400(community: Community, path: str, limit: str) -> None:
    wren = await community.person("wren")
    problem = check_problem(await wren.client.get(f"{path}?limit={limit}"), 400)
    assert problem["errors"][0]["field"] == "limit"


@pytest.mark.parametrize("query", ["newer_than=x", "newer_than=0", "older_than=-1", "older_than=%00"])
async def test_a_place_in_the_feed_is_a_post_id(community: Community, query: str) -> None:
    wren = await community.person("wren")
    check_problem(await wren.client.get(f"/feed?{query}"), 400)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/posts", {"POST"}),
        ("GET", "/posts", {"POST"}),
        ("POST", "/feed", {"GET"}),
        ("DELETE", "/feed", {"GET"}),
        ("PATCH", "/posts/1", {"GET", "DELETE"}),
        ("GET", "/auth/login", {"POST"}),
        ("TRACE", "/users/me", {"GET", "PATCH", "DELETE"}),
        ("TSEEP", "/users/me", {"GET", "PATCH", "DELETE"}),
    ],
)
async def test_another_method_is_a_405_that_names_those_allowed(
    community: Community, method: str, path: str, allowed: set[str]
) -> None:
    answer = await community.client().request(method, path)
    check_problem(answer, 405)
    assert allowed <= {name.strip() for name in answer.headers["allow"].split(",")}


@pytest.mark.parametrize("path", ["/nothing", "/users", "/posts/1/nothing", "/users/wren/follow/x", "//", "/feed/x"])
async def test_an_unknown_address_is_a_404(community: Community, path: str) -> None:
    wren = await community.person("wren")
    check_problem(await wren.client.get(path), 404)


@pytest.mark.parametrize("path", ["/nothing", "/api", "/api/v2/feed", "/.env", "/docs/x", "/health/x", "/metricsx"])
async def test_an_unknown_address_at_the_root_is_a_404(community: Community, path: str) -> None:
    check_problem(await community.client().get(BASE + path), 404)


async def test_a_sane_request_id_is_kept(community: Community) -> None:
    for kept in ("a", "b5f1c20d-9a3e_1f.7:/+=", "x" * 64):
        answer = await community.client().get("/discover", headers={"X-Request-ID": kept})
        assert answer.headers["x-request-id"] == kept


@pytest.mark.parametrize("given", [b"", b"a b", b"x" * 65, b"\xff", b"<b>", b'"', b"a\tb"])
async def test_another_request_id_is_replaced(community: Community, given: bytes) -> None:
    answer = await community.client().get("/discover", headers=[(b"x-request-id", given)])
    assert answer.headers["x-request-id"] not in {"", given.decode("latin-1")}


async def test_request_ids_differ(community: Community) -> None:
    client = community.client()
    seen = {(await client.get("/discover")).headers["x-request-id"] for _ in range(10)}
    assert len(seen) == 10


async def test_every_answer_has_the_headers_that_protect_its_reader(community: Community) -> None:
    wren = await community.person("wren")
    for path in ("/feed", "/markers", "/nothing", "/posts/x"):
        headers = (await wren.client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


@pytest.mark.parametrize("path", ["/api/v1/discover", "/api/v1/feed", "/health", "/docs", "/api/v1/nothing"])
async def test_a_head_is_answered_with_the_headers_of_a_get(community: Community, path: str) -> None:
    client = community.client()
    head, get = await client.head(BASE + path), await client.get(BASE + path)
    assert head.content == b""
    assert head.status_code == get.status_code
    assert head.headers.keys() == get.headers.keys()


async def test_a_real_server_reads_on_after_a_refusal(server: Server) -> None:
    async with server.client() as visitor:
        body = {"username": "wren", "email": "wren@example.org", "password": PASSWORD}
        token = (await visitor.post("/auth/register", json=body)).json()["access_token"]
    async with server.client(token) as wren:
        for path, content, headers, status in [
            ("/posts", b"a" * 1_000_000, JSON, 413),
            ("/posts", b"tseep", {"Content-Type": "text/plain"}, 415),
            ("/posts", b"{", JSON, 400),
            ("/nothing", b"{}", JSON, 404),
        ]:
            check_problem(await wren.post(path, content=content, headers=headers), status)
            assert (await wren.get("/feed")).status_code == 200
        await check_stream(wren)


async def check_stream(wren: Client) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 1000

    check_problem(await wren.post("/posts", content=chunks(), headers=JSON), 413)
    assert (await wren.get("/feed")).status_code == 200


async def test_what_httptools_cannot_parse_does_not_stop_the_server(server: Server) -> None:
    async with server.client() as visitor:
        for target in ("/discover?limit=" + "1" * 65_000, "/users/" + "a" * 65_000):
            answer = await visitor.get(target)
            assert 400 <= answer.status_code < 500
        assert json.loads((await visitor.get("/discover")).content)["items"] == []
