"""`chirrup user`: what an operator does with accounts, also while a server is running."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
import typer

from chirrup.accounts import Account
from chirrup.accounts.models import Role
from chirrup.accounts.store import AccountStore
from chirrup.bootstrap import Application
from chirrup.commands.console import print_json, print_table
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption
from chirrup.commands.session import opened
from chirrup.platform.clock import rfc3339
from chirrup.platform.errors import NotFound, RuleBroken
from chirrup.platform.ids import time_of

app = typer.Typer(no_args_is_help=True, help="Accounts: create, promote, ban, unban, list.")

NameArgument = Annotated[str, typer.Argument(help="The username.", show_default=False)]
_PAGE = 1000


class Shown(msgspec.Struct, frozen=True):
    """An account as the command line prints it."""

    id: str
    username: str
    email: str | None
    display_name: str
    role: str
    status: str
    followers_count: int
    following_count: int
    posts_count: int
    created_at: str


@app.command()
def create(
    name: NameArgument,
    email: Annotated[str | None, typer.Option(help="The e-mail address.")] = None,
    password: Annotated[
        str | None, typer.Option(help="The password; without any, one is made up and printed.", show_envvar=True)
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    role: Annotated[Role, typer.Option(help="What the account may do.")] = "member",
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an account."""
    if password is not None and password_stdin:
        raise typer.BadParameter("Either --password or --password-stdin.")
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    made_up = secrets.token_urlsafe(12) if password is None else None

    async def run() -> Account:
        async with opened(data_dir, profile) as instance:
            account = await instance.accounts.register(name, email, password or made_up or "", None)
            if role != account.role:
                await instance.accounts.promote(account.id, role)
            return await instance.accounts.get(account.id)

    account = asyncio.run(run())
    if as_json:
        print_json({**msgspec.to_builtins(_shown(account)), "password": made_up})
        return
    typer.echo(f"@{account.username} is there, as {account.role}.")
    if made_up:
        typer.echo(f"Password: {made_up}")


@app.command()
def promote(
    name: NameArgument,
    role: Annotated[Role, typer.Argument(help="What the account may do from now on.", show_default=False)],
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give an account a role: member, moderator or admin."""

    async def run() -> Account:
        async with opened(data_dir, profile) as instance:
            account = await _known(instance, name)
            await instance.accounts.promote(account.id, role)
            return await _known(instance, name)

    _say(asyncio.run(run()), as_json, f"is {role} now.")


@app.command()
def ban(
    name: NameArgument,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shut an account out: its sessions end and nothing of it is shown."""

    async def run() -> Account:
        async with opened(data_dir, profile) as instance:
            account = await _known(instance, name)
            await instance.accounts.ban(account.id)
            return await _known(instance, name)

    _say(asyncio.run(run()), as_json, "is banned.")


@app.command()
def unban(
    name: NameArgument,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a banned account in again."""

    async def run() -> Account:
        async with opened(data_dir, profile) as instance:
            account = await _known(instance, name)
            return await instance.accounts.unban(account.username)

    _say(asyncio.run(run()), as_json, "takes part again.")


@app.command("list")
def list_accounts(
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """List all accounts, oldest first."""

    async def run() -> list[Shown]:
        async with opened(data_dir, profile) as instance:
            return [_shown(account) async for account in _everybody(instance)]

    accounts = asyncio.run(run())
    if as_json:
        print_json(accounts)
        return
    columns = ["username", "display name", "role", "status", "followers", "following", "posts", "since"]
    print_table(
        columns,
        [
            [
                a.username, a.display_name, a.role, a.status,
                a.followers_count, a.following_count, a.posts_count, a.created_at[:10],
            ]
            for a in accounts
        ],
    )  # fmt: skip


async def _everybody(instance: Application) -> AsyncIterator[Account]:
    after = 0
    while page := await AccountStore().after(instance.db.read, after, _PAGE):
        for account in page:
            yield account
        after = page[-1].id


async def _known(instance: Application, name: str) -> Account:
    """Return an account that has not been deleted, banned ones too."""
    account = await instance.accounts.find(name.removeprefix("@"))
    if account is None:
        raise NotFound(f"There is no account @{name.removeprefix('@')}.")
    if account.status == "deleted":
        raise RuleBroken(f"@{account.username} has been deleted by its owner.")
    return account


def _say(account: Account, as_json: bool, what: str) -> None:
    if as_json:
        print_json(_shown(account))
    else:
        typer.echo(f"@{account.username} {what}")


def _shown(account: Account) -> Shown:
    known: dict[str, Any] = {
        name: getattr(account, name) for name in Shown.__struct_fields__ if name not in {"id", "created_at", "status"}
    }
    return Shown(id=str(account.id), created_at=rfc3339(time_of(account.id)), status=account.status.value, **known)
