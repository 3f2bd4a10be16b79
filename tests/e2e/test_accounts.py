"""Accounts: registering, profiles, deletion, bans."""

from typing import Any

import pytest
from pwdlib.hashers.bcrypt import BcryptHasher

from tests.support import PASSWORD, Community

WREN: dict[str, Any] = {"username": "wren", "email": "wren@example.org", "password": PASSWORD}


async def test_who_registers_is_logged_in(community: Community) -> None:
    visitor = await community.visitor()
    made = await visitor.post("/auth/register", 201, **WREN, display_name="Jenny Wren")
    assert made["user"]["username"] == "wren"
    assert made["user"]["display_name"] == "Jenny Wren"
    assert made["user"]["email"] == "wren@example.org"
    assert (made["token_type"], made["expires_in"]) == ("Bearer", 900)
    me = await community.client(made["access_token"]).get("/users/me")
    assert me.json() == made["user"]


async def test_a_password_is_in_no_answer(community: Community) -> None:
    answer = await community.client().post("/auth/register", json=WREN)
    assert PASSWORD not in answer.text
    assert "argon2" not in answer.text


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("username", "", 400),
        ("username", "jenny wren", 400),
        ("username", "jennywren\n", 422),
        ("username", "w" * 31, 400),
        ("username", "wrén", 400),
        ("username", "admin", 422),
        ("username", "API", 422),
        ("email", "wren", 422),
        ("email", "@example.org", 422),
        ("email", "wren@example", 422),
        ("email", f"{'w' * 250}@example.org", 400),
        ("password", "seven77", 400),
        ("password", "p" * 257, 400),
        ("password", "password123", 422),
        ("password", "wrenwren", 422),
        ("display_name", "w" * 51, 422),
        ("display_name", "wren\u0000", 422),
        ("display_name", "wren\u202ewren", 201),
    ],
)
async def test_a_field_that_breaks_its_rule_is_refused(
    community: Community, field: str, value: str, status: int
) -> None:
    visitor = await community.visitor()
    await visitor.post("/auth/register", status, **WREN | {field: value})


async def test_a_username_is_taken_without_regard_to_case(community: Community) -> None:
    await community.person("wren")
    visitor = await community.visitor()
    problem = await visitor.post("/auth/register", 409, **WREN | {"username": "WREN", "email": "other@example.org"})
    assert problem["errors"][0]["field"] == "username"


async def test_an_address_has_one_account(community: Community) -> None:
    await community.person("wren")
    visitor = await community.visitor()
    problem = await visitor.post("/auth/register", 409, **WREN | {"username": "other", "email": "WREN@example.org"})
    assert problem["errors"][0]["field"] == "email"


@pytest.mark.settings(registration="closed")
async def test_a_closed_community_takes_nobody(community: Community) -> None:
    await (await community.visitor()).post("/auth/register", 403, **WREN)


@pytest.mark.parametrize("login", ["wren", "WREN", "wren@example.org", "Wren@Example.org"])
async def test_username_or_address_open_a_session(community: Community, login: str) -> None:
    await community.person("wren")
    answer = await (await community.visitor()).post("/auth/login", 200, username=login, password=PASSWORD)
    assert answer["user"]["username"] == "wren"


async def test_a_wrong_password_and_an_unknown_name_answer_alike(community: Community) -> None:
    await community.person("wren")
    visitor = await community.visitor()
    wrong = await visitor.post("/auth/login", 401, username="wren", password="not a twig of it")
    unknown = await visitor.post("/auth/login", 401, username="nobody", password="not a twig of it")
    assert wrong | {"request_id": ""} == unknown | {"request_id": ""}


async def test_an_old_token_does_not_get_in_the_way_of_a_login(community: Community) -> None:
    await community.person("wren")
    answer = await community.client("an.old.token").post("/auth/login", json={"username": "wren", "password": PASSWORD})
    assert answer.status_code == 200


async def test_a_bcrypt_hash_is_accepted_and_upgraded(community: Community) -> None:
    wren = await community.person("wren")
    app = community.app
    async with app.db.transaction() as tx:
        await app.accounts.store.set_password_hash(tx, wren.id, BcryptHasher(rounds=4).hash(PASSWORD))
    visitor = await community.visitor()
    await visitor.post("/auth/login", 401, username="wren", password="not a twig of it")
    await visitor.post("/auth/login", 200, username="wren", password=PASSWORD)
    kept = await app.accounts.store.password_hash(app.db.read, wren.id)
    assert kept is not None
    assert kept.startswith("$argon2id$")
    await visitor.post("/auth/login", 200, username="wren", password=PASSWORD)


async def test_a_profile_shows_no_address(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    profile = await robin.get("/users/WREN")
    assert profile["username"] == "wren"
    assert "email" not in profile
    assert profile["viewer"] == dict.fromkeys(["following", "followed_by", "blocking", "blocked_by", "muting"], False)
    assert (await (await community.visitor()).get("/users/wren"))["viewer"] is None
    assert (await wren.get("/users/wren"))["viewer"] is None


async def test_an_edit_changes_only_what_it_names(community: Community) -> None:
    wren = await community.person("wren")
    await wren.call("PATCH", "/users/me", json={"bio": "Small bird."})
    me = await wren.call("PATCH", "/users/me", json={"display_name": "Jenny", "is_bot": True})
    assert (me["bio"], me["display_name"], me["is_bot"]) == ("Small bird.", "Jenny", True)


async def test_an_edit_shows_beside_posts_at_once(community: Community) -> None:
    wren = await community.person("wren")
    post = await wren.publish()
    await wren.call("PATCH", "/users/me", json={"display_name": "Jenny"})
    assert (await wren.get(f"/posts/{post['id']}"))["author"]["display_name"] == "Jenny"


@pytest.mark.parametrize("edit", [{"bio": "w" * 501}, {"display_name": "w" * 51}, {"bio": "\u0007"}])
async def test_an_edit_that_breaks_a_rule_is_refused(community: Community, edit: dict[str, str]) -> None:
    wren = await community.person("wren")
    await wren.call("PATCH", "/users/me", 422, json=edit)


async def test_deleting_an_account_needs_its_password(community: Community) -> None:
    wren = await community.person("wren")
    await wren.call("DELETE", "/users/me", 403, json={"password": "not a twig of it"})
    await wren.get("/users/me", 200)


async def test_a_deleted_account_disappears_at_once_and_its_name_stays_taken(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await robin.follow(wren)
    post = await wren.publish()
    await community.settle()
    await wren.call("DELETE", "/users/me", 204, json={"password": PASSWORD})
    await wren.get("/users/me", 401)
    await robin.get("/users/wren", 404)
    await robin.get(f"/posts/{post['id']}", 404)
    assert await robin.ids("/feed") == []
    assert await robin.ids("/discover") == []
    visitor = await community.visitor()
    await visitor.post("/auth/login", 401, username="wren", password=PASSWORD)
    await visitor.post("/auth/register", 409, **WREN)
    await community.settle()
    assert (await robin.get("/users/me"))["following_count"] == 0
    assert await robin.ids("/users/robin/following") == []


async def test_a_ban_ends_sessions_and_hides_everything(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    await robin.follow(wren)
    post = await wren.publish()
    await robin.post(f"/posts/{post['id']}/retweet")
    mine = await robin.publish("look", quote_of=post["id"])
    await community.settle()
    await community.app.accounts.ban(wren.id)
    await wren.get("/users/me", 401)
    await (await community.visitor()).post("/auth/login", 403, username="wren", password=PASSWORD)
    await robin.get("/users/wren", 404)
    await robin.get(f"/posts/{post['id']}", 404)
    assert await robin.ids("/feed") == [mine["id"]]
    assert await robin.ids("/discover") == [mine["id"]]
    assert (await robin.get(f"/posts/{mine['id']}"))["retweet_of"] is None


async def test_who_is_unbanned_is_back_with_all_posts(community: Community) -> None:
    wren, robin = await community.people("wren", "robin")
    post = await wren.publish()
    await community.app.accounts.ban(wren.id)
    await community.app.accounts.unban("wren")
    assert await robin.ids("/discover") == [post["id"]]
    await (await community.visitor()).post("/auth/login", 200, username="wren", password=PASSWORD)


async def test_an_address_leads_to_an_account_for_logging_in_only(community: Community) -> None:
    wren = await community.person("wren")
    await wren.get("/users/wren@example.org", 404)
    await (await community.visitor()).post("/auth/login", 200, username="wren@example.org", password=PASSWORD)
