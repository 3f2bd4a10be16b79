import asyncio
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.cli import chirrup, succeed
from tests.support import PASSWORD, Server

pytestmark = pytest.mark.embedded


def test_an_account_with_a_role_is_made(data_dir: Path) -> None:
    succeed("user", "create", "wren", "--email", "wren@example.org", "--password", PASSWORD, "--role", "admin",
            data_dir=data_dir)  # fmt: skip
    (account,) = succeed("user", "list", "--json", data_dir=data_dir).json
    assert (account["username"], account["email"], account["role"]) == ("wren", "wren@example.org", "admin")


def test_without_a_password_one_is_made_up_and_printed(data_dir: Path) -> None:
    made = succeed("user", "create", "wren", "--json", data_dir=data_dir).json
    assert len(made["password"]) >= 12


def test_the_password_is_read_from_standard_input(server: Server) -> None:
    made = succeed(
        "user", "create", "wren", "--password-stdin", "--json", data_dir=server.data_dir, stdin=PASSWORD + "\n"
    )
    assert made.json["password"] is None
    answer = httpx.post(f"{server.base}/api/v1/auth/login", json={"username": "wren", "password": PASSWORD})
    assert answer.status_code == 200


def test_an_empty_directory_is_initialised_by_the_first_command(tmp_path: Path) -> None:
    succeed("user", "create", "wren", data_dir=tmp_path / "new")
    assert (tmp_path / "new" / "chirrup.db").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "ban", "nobody"),
        ("user", "unban", "nobody"),
        ("user", "promote", "nobody", "admin"),
    ],
)
def test_an_unknown_name_is_one_sentence_and_exit_code_2(data_dir: Path, arguments: tuple[str, ...]) -> None:
    ran = chirrup(*arguments, data_dir=data_dir)
    assert (ran.code, ran.out, ran.err) == (2, "", "chirrup: There is no account @nobody.\n")


def test_a_taken_name_and_a_weak_password_are_refused(data_dir: Path) -> None:
    succeed("user", "create", "wren", data_dir=data_dir)
    assert chirrup("user", "create", "WREN", data_dir=data_dir).code == 2
    assert chirrup("user", "create", "robin", "--password", "short", data_dir=data_dir).code == 2
    assert chirrup("user", "create", "robin", "--password", "", data_dir=data_dir).code == 2


def test_an_unknown_role_is_refused(data_dir: Path) -> None:
    succeed("user", "create", "wren", data_dir=data_dir)
    assert chirrup("user", "promote", "wren", "king", data_dir=data_dir).code == 2


def test_options_are_also_variables(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHIRRUP_USER_CREATE_ROLE", "moderator")
    monkeypatch.setenv("CHIRRUP_JSON", "1")
    assert succeed("user", "create", "wren", data_dir=data_dir).json["role"] == "moderator"


async def test_a_ban_takes_effect_in_a_running_server_and_ends_with_an_unban(server: Server) -> None:
    who = {"username": "wren", "password": PASSWORD}
    async with server.client() as visitor:
        made = await visitor.post("/auth/register", json=who | {"email": "wren@example.org"})
        token = made.json()["access_token"]
    async with server.client(token) as wren, server.client() as visitor:
        assert (await wren.get("/users/me")).status_code == 200
        await asyncio.to_thread(succeed, "user", "ban", "wren", data_dir=server.data_dir)
        await _until(wren, "/users/me", 401)
        assert (await visitor.get("/users/wren")).status_code == 404
        assert (await visitor.post("/auth/login", json=who)).status_code == 403
        await asyncio.to_thread(succeed, "user", "ban", "wren", data_dir=server.data_dir)
        await asyncio.to_thread(succeed, "user", "unban", "wren", data_dir=server.data_dir)
        await _until(visitor, "/users/wren", 200)
        assert (await visitor.post("/auth/login", json=who)).status_code == 200


async def _until(client: httpx.AsyncClient, path: str, status: int) -> None:
    deadline = time.monotonic() + 10
    while (await client.get(path)).status_code != status:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
