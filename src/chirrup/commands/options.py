"""Options that every command shares."""

import os
from pathlib import Path
from typing import Annotated

import typer

from chirrup.settings import Settings, load

DataDirOption = Annotated[
    Path | None, typer.Option("--data-dir", envvar="CHIRRUP_DATA_DIR", help="The folder with the instance's data.")
]
ProfileOption = Annotated[
    str | None, typer.Option("--profile", envvar="CHIRRUP_PROFILE", help="Which adapters to use: embedded or cluster.")
]
JsonOption = Annotated[bool, typer.Option("--json", envvar="CHIRRUP_JSON", help="Print facts as JSON.")]


def settings_of(data_dir: Path | None, profile: str | None, **others: object) -> Settings:
    """Return the settings of a command."""
    return load({"data_dir": data_dir, "profile": profile, **others}, os.environ)
