"""`chirrup serve`, `chirrup worker` and `chirrup migrate`."""

import asyncio
import random
from functools import partial
from typing import Annotated

import typer

from chirrup.bootstrap import prepare
from chirrup.commands.options import DataDirOption, ProfileOption, settings_of
from chirrup.demo.living import living
from chirrup.entrypoints import embedded
from chirrup.entrypoints.processes import parent
from chirrup.migrations import HEAD
from chirrup.platform.datadir import DataDir
from chirrup.platform.errors import StartRefused
from chirrup.platform.telemetry import configure_logging
from chirrup.settings import Settings

HostOption = Annotated[str | None, typer.Option(envvar="CHIRRUP_HOST", help="Where to listen.")]
ProcessesOption = Annotated[int, typer.Option(min=1, max=64, help="How many processes; in a cluster only.")]


def serve(
    host: HostOption = None,
    port: Annotated[
        int | None, typer.Option(envvar="CHIRRUP_PORT", help="Where to listen; 0 takes a free one.")
    ] = None,
    processes: ProcessesOption = 1,
    demo_members: Annotated[
        int, typer.Option(min=0, max=6000, metavar="ACTS", help="How much the demo's members do in a minute.")
    ] = 0,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
) -> None:
    """Serve an instance: API and web client, and in the embedded profile the workers, too, in one process."""

    def load() -> Settings:
        return settings_of(data_dir, profile, host=host, port=port)

    settings = load()
    if settings.profile == "cluster":
        if demo_members:
            raise StartRefused("The demo's members live in the embedded profile only.")
        raise typer.Exit(parent.serve(load, processes))
    if processes > 1:
        raise StartRefused("The embedded profile is one process; only `--profile cluster` can have several.")
    configure_logging(settings.log_level)
    embedded.run(settings, _beside(settings, demo_members) if demo_members else None)


def _beside(settings: Settings, acts: int) -> embedded.Beside:
    chance = random.Random()  # noqa: S311 - nothing here is a secret
    return partial(living, DataDir(settings.data_dir).demo, acts, chance)


def worker(
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE", help="A role to take, several times for several; by default all are taken."),
    ] = None,
    host: HostOption = None,
    port: Annotated[
        int | None,
        typer.Option(envvar="CHIRRUP_WORKER_PORT", help="Where to answer for health and metrics; 0 takes a free one."),
    ] = None,
    processes: ProcessesOption = 1,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
) -> None:
    """Deliver events and do the periodic jobs of a cluster."""

    def load() -> Settings:
        return settings_of(data_dir, profile, host=host, worker_port=port)

    if load().profile == "embedded":
        raise StartRefused("The embedded profile needs no worker: `chirrup serve` does that work, too.")
    raise typer.Exit(parent.work(load, processes, only))


def migrate(data_dir: DataDirOption = None, profile: ProfileOption = None) -> None:
    """Bring the database up to date, of a data directory after a backup; for a cluster, make ready all it needs."""
    asyncio.run(prepare(settings_of(data_dir, profile)))
    typer.echo(f"The database is at revision {HEAD}.")
