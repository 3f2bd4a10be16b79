"""`chirrup demo`: fill a new instance with a made-up community."""

import asyncio
import random
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

import msgspec
import typer

from chirrup.accounts.store import AccountStore
from chirrup.commands.console import print_json, progress
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption, settings_of
from chirrup.commands.session import make_ready
from chirrup.demo import gallery, grammar, history, people
from chirrup.demo.filling import Filling, Then
from chirrup.demo.roster import roster_of
from chirrup.demo.settling import settle
from chirrup.entrypoints.worker import working
from chirrup.platform.clock import SystemClock
from chirrup.platform.datadir import DataDir
from chirrup.platform.errors import StartRefused
from chirrup.settings import Settings

GUEST_PASSWORD = "crumbs-for-robin"  # noqa: S105 - the login that everybody who tries the demo is told
_WARDEN = people.Persona(
    "warden", "The Warden", "Keeps the paths open and the peace, mostly.", "institution", "en", 0, 3.0, verified=True
)


class Filled(msgspec.Struct, frozen=True):
    """What there is now."""

    username: str
    password: str
    admin_username: str
    admin_password: str
    counts: dict[str, int]


def demo(
    accounts: Annotated[int, typer.Option(min=20, max=2000, help="How many accounts.")] = 300,
    posts: Annotated[int, typer.Option(min=20, max=50_000, help="About how many posts, replies included.")] = 3000,
    pictures: Annotated[int, typer.Option(min=0, max=500, help="How many posts show pictures; 0 makes none.")] = 10,
    days: Annotated[int, typer.Option(min=1, max=60, help="Over how many past days.")] = 6,
    seed: Annotated[int, typer.Option(help="The same seed makes the same community.")] = 1,
    admin_password: Annotated[str | None, typer.Option(help="The admin's password; by default one is made up.")] = None,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing on an instance that has accounts.")] = False,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fill a new instance with a believable community of birds and bird-watchers, and print a login to try."""
    settings = settings_of(data_dir, profile)
    asyncio.run(make_ready(settings))
    chance = random.Random(seed)  # noqa: S311 - nothing here is a secret
    now = SystemClock().now()
    cast = [*people.cast(accounts - 1, chance), _WARDEN]
    secret = admin_password or secrets.token_urlsafe(12)

    def imagine() -> history.History:
        languages = grammar.languages()
        return history.imagine(cast, languages, chance, now=now, days=days, posts=posts, pictures=pictures)

    with _alone(settings), progress() as bars:
        task = bars.add_task("Filling", total=4)
        filled = asyncio.run(_fill(settings, imagine, now, secret, lambda: bars.advance(task)))
    if filled is None:
        if if_empty:
            return
        where = settings.data_dir if settings.profile == "embedded" else "the database"
        raise StartRefused(f"The instance in {where} is not empty; the demo needs a new one.")
    told = Filled(cast[0].username, GUEST_PASSWORD, _WARDEN.username, secret, filled)
    if as_json:
        print_json(told)
    else:
        _print(told)


def _alone(settings: Settings) -> AbstractContextManager[None]:
    """Hold a data directory; what a cluster holds is filled in one transaction, beside its processes."""
    return DataDir(settings.data_dir).exclusive() if settings.profile == "embedded" else nullcontext()


async def _fill(
    settings: Settings, imagine: Callable[[], history.History], now: int, secret: str, advance: Callable[[], None]
) -> dict[str, int] | None:
    """Return how much of what an empty instance is full of now; None where there was something before."""
    clock = Then(now)
    async with working(settings, clock=clock) as app:
        if await AccountStore().after(app.db.read, 0, 1):
            return None
        past = imagine()
        advance()
        files = await gallery.hang(app, gallery.pictures_of(past))
        advance()
        warden = len(past.people) - 1
        hashes = {
            place: await app.accounts.passwords.hash(word) for place, word in ((0, GUEST_PASSWORD), (warden, secret))
        }
        filling = Filling(app, clock, past, files)
        await filling.write(hashes, {warden: "admin"})
        advance()
        await settle(app, filling.account_ids[0])
        if settings.profile == "embedded":
            roster_of(past, filling.account_ids, without={0, warden}).write(DataDir(settings.data_dir).demo)
    return dict(history.counts(past))


def _print(filled: Filled) -> None:
    typer.echo(", ".join(f"{number:,} {what}" for what, number in filled.counts.items()) + ".")
    typer.echo(f"Log in as {filled.username} with the password {filled.password}")
    typer.echo(f"or as the admin {filled.admin_username} with the password {filled.admin_password}")
