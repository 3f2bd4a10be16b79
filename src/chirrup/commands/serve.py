"""`chirrup serve` and `chirrup migrate`."""

from typing import Annotated

import typer

from chirrup.commands.options import DataDirOption, ProfileOption, settings_of
from chirrup.entrypoints import embedded
from chirrup.platform.datadir import DataDir
from chirrup.platform.telemetry import configure_logging


def serve(
    host: Annotated[str | None, typer.Option(envvar="CHIRRUP_HOST", help="Where to listen.")] = None,
    port: Annotated[
        int | None, typer.Option(envvar="CHIRRUP_PORT", help="Where to listen; 0 takes a free one.")
    ] = None,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
) -> None:
    """Serve an instance: API, web client and workers in one process."""
    settings = settings_of(data_dir, profile, host=host, port=port)
    configure_logging(settings.log_level)
    embedded.run(settings)


def migrate(data_dir: DataDirOption = None, profile: ProfileOption = None) -> None:
    """Bring the database up to date, after a backup of it."""
    data = DataDir(settings_of(data_dir, profile).data_dir)
    data.prepare()
    typer.echo(f"The database is at revision {data.revision()}.")
