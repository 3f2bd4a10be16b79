"""Sessions: refresh tokens and their reuse, cookies, and ending sessions from elsewhere."""

from typing import Any

import httpx
import jwt
import pytest

from tests.clock import HandClock
from tests.support import API, BASE, PASSWORD, Client, Community, Person

COOKIE = "chirrup_refresh"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def log_in(community: Community, username: str = "wren", **more: Any) -> dict[str, Any]:
    visitor = await community.visitor()
    answer: dict[str, Any] = await visitor.post("/auth/login", 200, username=username, password=PASSWORD, **more)
    return answer


def device(community: Community, session: dict[str, Any]) -> Person:
    return Person(int(session["user"]["id"]), session["user"]["username"], community.client(session["access_token"]))


async def test_a_refresh_gives_a_fresh_pair(community: Community) -> None:
    await community.person("wren")
    session = await log_in(community)
    fresh = await (await community.visitor()).post("/auth/refresh", 200, refresh_token=session["refresh_token"])
    assert fresh["refresh_token"] != session["refresh_token"]
    await device(community, fresh).get("/users/me", 200)


async def test_a_spent_refresh_token_ends_its_whole_session(community: Community) -> None:
    await community.person("wren")
    session, other = await log_in(community), await log_in(community)
    visitor = await community.visitor()
    fresh = await visitor.post("/auth/refresh", 200, refresh_token=session["refresh_token"])
    await visitor.post("/auth/refresh", 401, refresh_token=session["refresh_token"])
    await visitor.post("/auth/refresh", 401, refresh_token=fresh["refresh_token"])
    await device(community, fresh).get("/users/me", 401)
    await device(community, other).get("/users/me", 200)


@pytest.mark.parametrize("token", ["", "no token of ours", "ü", "x" * 256])
async def test_a_made_up_refresh_token_is_refused(community: Community, token: str) -> None:
    await (await community.visitor()).post("/auth/refresh", 401, refresh_token=token)


async def test_without_any_refresh_token_there_is_no_session(community: Community) -> None:
    answer = await community.client().post("/auth/refresh", json={})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_session_ends_when_it_is_not_refreshed(community: Community, clock: HandClock) -> None:
    await community.person("wren")
    session = await log_in(community)
    clock.move(61 * 86_400)
    await (await community.visitor()).post("/auth/refresh", 401, refresh_token=session["refresh_token"])


async def test_an_access_token_expires(community: Community, clock: HandClock) -> None:
    wren = await community.person("wren")
    clock.move(899)
    await wren.get("/users/me", 200)
    clock.move(2)
    await wren.get("/users/me", 401)


async def test_logging_out_ends_the_session_at_once(community: Community) -> None:
    await community.person("wren")
    session = await log_in(community)
    visitor = await community.visitor()
    await visitor.post("/auth/logout", 204, refresh_token=session["refresh_token"])
    await visitor.post("/auth/logout", 204, refresh_token=session["refresh_token"])
    await visitor.post("/auth/refresh", 401, refresh_token=session["refresh_token"])
    await device(community, session).get("/users/me", 401)


async def test_a_new_password_ends_all_other_sessions_at_once(community: Community) -> None:
    await community.person("wren")
    here, there = device(community, await log_in(community)), device(community, await log_in(community))
    await there.get("/users/me", 200)
    fresh = "an eighth twig for it"
    await here.post("/auth/password", 403, current_password="not a twig of it", new_password=fresh)
    await here.post("/auth/password", 422, current_password=PASSWORD, new_password="password123")
    await here.post("/auth/password", 204, current_password=PASSWORD, new_password=fresh)
    await here.get("/users/me", 200)
    await there.get("/users/me", 401)
    visitor = await community.visitor()
    await visitor.post("/auth/login", 401, username="wren", password=PASSWORD)
    await visitor.post("/auth/login", 200, username="wren", password=fresh)


async def test_sessions_are_listed_and_ended_one_by_one(community: Community) -> None:
    await community.person("wren")
    robin = await community.person("robin")
    here, there = device(community, await log_in(community)), device(community, await log_in(community))
    listed = (await there.get("/auth/sessions"))["items"]
    assert [session["current"] for session in listed].count(True) == 1
    mine = next(session["id"] for session in (await here.get("/auth/sessions"))["items"] if session["current"])
    await robin.call("DELETE", f"/auth/sessions/{mine}", 404)
    await there.call("DELETE", f"/auth/sessions/{mine}", 204)
    await here.get("/users/me", 401)
    await there.call("DELETE", f"/auth/sessions/{mine}", 404)
    assert mine not in [session["id"] for session in (await there.get("/auth/sessions"))["items"]]


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(community: Community) -> None:
    await community.person("wren")
    answer = await community.client().post(
        "/auth/login", json={"username": "wren", "password": PASSWORD, "use_cookie": True}
    )
    assert answer.json()["refresh_token"] is None
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "secure" not in cookie


@pytest.mark.settings(public_url="https://birds.example.org")
async def test_behind_https_the_cookie_travels_over_https_only(community: Community) -> None:
    await community.person("wren")
    answer = await community.client().post(
        "/auth/login", json={"username": "wren", "password": PASSWORD, "use_cookie": True}
    )
    assert "secure" in answer.headers["set-cookie"].lower()


async def test_a_cookie_is_refreshed_rotated_and_ended(community: Community) -> None:
    await community.person("wren")
    browser = community.client()
    await browser.post("/auth/login", json={"username": "wren", "password": PASSWORD, "use_cookie": True})
    first = browser.cookies[COOKIE]
    answer = await browser.post("/auth/refresh", json={})
    assert answer.json()["refresh_token"] is None
    assert browser.cookies[COOKIE] != first
    assert (await community.client(answer.json()["access_token"]).get("/users/me")).status_code == 200
    assert (await browser.post("/auth/logout", json={})).status_code == 204
    assert COOKIE not in browser.cookies
    assert (await community.client(answer.json()["access_token"]).get("/users/me")).status_code == 401


async def test_a_cookie_alone_authenticates_no_request(community: Community) -> None:
    await community.person("wren")
    browser = community.client()
    await browser.post("/auth/login", json={"username": "wren", "password": PASSWORD, "use_cookie": True})
    assert (await browser.get("/users/me")).status_code == 401


async def test_the_published_keys_verify_an_access_token(community: Community) -> None:
    wren = await community.person("wren")
    session = await log_in(community)
    keys = jwt.PyJWKSet.from_dict((await community.client().get(f"{BASE}/.well-known/jwks.json")).json())
    token = session["access_token"]
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, ["RS256"], options={"verify_exp": False, "verify_iat": False})
    assert claims["sub"] == str(wren.id)
    assert "d" not in (await community.client().get(f"{BASE}/.well-known/jwks.json")).json()["keys"][0]


def forged(token: str, **changes: Any) -> list[str]:
    """Return what an attacker might make of a token."""
    header, payload, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False})
    return [
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature[::-1]}",
        jwt.encode(claims | changes, "", "none"),
        jwt.encode(claims | changes, "secret" * 8, "HS256", {"kid": jwt.get_unverified_header(token)["kid"]}),
        jwt.encode(claims, "secret" * 8, "HS256", {"kid": "../../etc/passwd"}),
    ]


async def test_forged_tokens_are_refused(community: Community) -> None:
    await community.people("wren", "robin")
    session = await log_in(community)
    for token in forged(session["access_token"], sub="1"):
        answer = await community.client(token).get("/users/me")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), token


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic d3JlbjpwYXNz", "Bearer a b", "Bearer a.b.c", "Token x", "Bearer \xff\xfe"],
)
@pytest.mark.parametrize("path", ["/users/me", "/discover", "/feed"])
async def test_a_broken_authorization_is_refused(community: Community, authorization: str, path: str) -> None:
    headers = [(b"authorization", authorization.encode("latin-1"))]
    answer = await community.client().get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_of_another_instance_is_refused(community: Community, start_server: Any) -> None:
    server = start_server(CHIRRUP_PUBLIC_URL="https://elsewhere.example.org")
    async with Client(base=server.base) as visitor:
        body = {"username": "wren", "email": "wren@example.org", "password": PASSWORD}
        token = (await visitor.post("/auth/register", json=body)).json()["access_token"]
    answer: httpx.Response = await community.client(token).get(f"{BASE}{API}/users/me")
    assert answer.status_code == 401


async def test_a_name_that_no_database_can_hold_is_a_wrong_one(community: Community) -> None:
    visitor = await community.visitor()
    await visitor.post("/auth/login", 401, username="wr\0en", password=PASSWORD)
