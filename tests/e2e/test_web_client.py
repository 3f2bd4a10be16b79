"""The web client as the server hands it out: its files, and its document with the first posts in it."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from chirrup.settings import Settings
from tests.support import PASSWORD, Community, ids_of

HTML = {"Accept": "text/html"}
SCRIPT = "/assets/index-4f1d.js"
IN_BROTLI = b"as the build wrote it"


@pytest.fixture
def settings(chosen: dict[str, Any], data_dir: Path, tmp_path: Path) -> Settings:
    """The settings of the application under test, with a small client of a known shape."""
    web = tmp_path / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><html><head><title>Chirrup</title></head><body></body></html>")
    (web / "offline.html").write_text("<!doctype html><title>You are offline</title>")
    (web / "service-worker.js").write_text("self.addEventListener('push', () => {});")
    (web / "assets" / "index-4f1d.js").write_text("export const song = 'tseep';\n" * 200)
    (web / "assets" / "index-4f1d.js.br").write_bytes(IN_BROTLI)
    return msgspec.structs.replace(Settings(data_dir=data_dir, rate_limits="off"), web_dir=web, **chosen)


async def ask(community: Community, path: str, **headers: str) -> httpx.Response:
    return await community.client().get(f"http://chirrup.test{path}", headers=HTML | headers)


def boot(answer: httpx.Response) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', answer.text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


async def cookie_of(community: Community, username: str) -> str:
    login = {"username": username, "password": PASSWORD, "use_cookie": True}
    answer = await community.client().post("/auth/login", json=login)
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.mark.parametrize(
    "path",
    ["/", "/discover", "/notifications", "/settings", "/login", "/register", "/@wren", "/@wren/followers", "/@wren/123",
     "/search", "/search?q=eggs", "/hashtag/spring", "/hashtag/fr%C3%BChling"],
)  # fmt: skip
async def test_each_page_of_the_client_has_an_address(community: Community, path: str) -> None:
    answer = await ask(community, path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/nowhere", "/@", "/@wren/nest", "/index.html", "/hashtag/", "/hashtag/a-b"])
async def test_any_other_address_is_a_404_that_the_client_explains(community: Community, path: str) -> None:
    answer = await ask(community, path)
    assert answer.status_code == 404
    assert "<title>Chirrup</title>" in answer.text


async def test_a_program_that_asks_for_no_page_gets_a_problem(community: Community) -> None:
    answer = await community.client().get("http://chirrup.test/nowhere", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_documents_run_no_script_but_the_clients_own(community: Community) -> None:
    policy = (await ask(community, "/")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


async def test_the_page_for_lost_connections_has_the_same_policy(community: Community) -> None:
    answer = await ask(community, "/offline.html")
    assert answer.headers["content-security-policy"] == (await ask(community, "/")).headers["content-security-policy"]


async def test_browsers_ask_for_a_newer_service_worker_each_time(community: Community) -> None:
    assert (await ask(community, "/service-worker.js")).headers["cache-control"] == "no-cache"


async def test_hashed_files_are_kept_for_good_and_compressed(community: Community) -> None:
    answer = await ask(community, SCRIPT)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("offered", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0.5, br;q=1.0", "br"),
        ("brine", None),
        ("identity", None),
    ],
)
async def test_a_file_comes_in_the_best_encoding_that_the_client_takes(
    community: Community, offered: str, encoding: str | None
) -> None:
    async with community.client().stream(
        "GET", f"http://chirrup.test{SCRIPT}", headers={"Accept-Encoding": offered}
    ) as answer:
        sent = b"".join([block async for block in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == encoding
    assert (sent == IN_BROTLI) == (encoding == "br")
    assert answer.headers["content-type"].startswith("text/javascript")


async def test_what_is_only_another_encoding_has_no_address(community: Community) -> None:
    assert (await ask(community, f"{SCRIPT}.br", Accept="*/*")).status_code == 404


async def test_a_file_that_has_not_changed_is_not_sent_again(community: Community) -> None:
    first = await ask(community, SCRIPT)
    again = await ask(community, SCRIPT, **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert not again.content


async def test_a_visitors_document_brings_what_is_new(community: Community) -> None:
    wren = await community.person("wren")
    post = await wren.publish("</script><script>alert('tseep')</script>")
    answer = await ask(community, "/")
    assert ids_of(boot(answer)["discover"]["items"]) == [post["id"]]
    assert boot(answer)["session"] is None
    assert "<script>alert" not in answer.text


async def test_a_members_document_brings_session_home_and_marker(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await wren.follow(robin)
    post = await robin.publish()
    await community.settle()
    await wren.call("PUT", "/markers", json={"home": post["id"]})
    brought = boot(await ask(community, "/", Cookie=await cookie_of(community, "wren")))
    assert ids_of(brought["home"]["items"]) == [post["id"]]
    assert brought["markers"]["home"]["post_id"] == post["id"]
    assert brought["session"]["user"]["username"] == "wren"
    assert brought["session"]["refresh_token"] is None
    client = community.client(brought["session"]["access_token"])
    assert (await client.get("/users/me")).json()["username"] == "wren"


async def test_loading_the_document_spends_no_refresh_token(community: Community) -> None:
    await community.person("wren")
    cookie = await cookie_of(community, "wren")
    for _ in range(3):
        assert boot(await ask(community, "/", Cookie=cookie))["session"]
    answer = await community.client().post("/auth/refresh", json={}, headers={"Cookie": cookie})
    assert answer.status_code == 200


async def test_a_stale_cookie_makes_a_visitor(community: Community) -> None:
    assert boot(await ask(community, "/", Cookie="chirrup_refresh=long-gone"))["session"] is None


@pytest.mark.parametrize(
    ("place", "origin"),
    [
        ({}, ""),
        ({"media_url": "https://media.hedge.example/pictures/"}, " https://media.hedge.example"),
        ({"s3_bucket": "hedge", "s3_links": "on"}, " https://s3.us-east-1.amazonaws.com"),
        ({"s3_bucket": "hedge", "s3_endpoint": "http://127.0.0.1:7070", "s3_links": "on"}, " http://127.0.0.1:7070"),
        ({"s3_bucket": "hedge"}, ""),
    ],
)
def test_a_page_shows_pictures_from_where_they_are(place: dict[str, Any], origin: str) -> None:
    origins = Settings(**place).media_origins
    assert "".join(f" {each}" for each in origins) == origin


@pytest.mark.settings(media_url="https://media.hedge.example/pictures/")
async def test_the_policy_of_a_page_names_the_caches(community: Community) -> None:
    policy = (await ask(community, "/")).headers["content-security-policy"]
    assert "img-src 'self' blob: https://media.hedge.example;" in policy
