"""`chirrup backup` and `chirrup restore`."""

from pathlib import Path
from typing import Annotated

import typer

from chirrup import __version__
from chirrup.commands.console import print_json, progress
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption, settings_of
from chirrup.commands.session import need_embedded
from chirrup.platform.archive import Manifest, read_archive, write_archive
from chirrup.platform.clock import SystemClock, rfc3339
from chirrup.platform.datadir import DataDir

_INSTEAD = "a cluster's data are in PostgreSQL, which `pg_dump` and `pg_basebackup` back up; keep the signing keys, too"


def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write, a .tar.gz.", show_default=False)],
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write database, keys and settings into one archive, also while a server is running."""
    settings = settings_of(data_dir, profile)
    need_embedded(settings, "backup", _INSTEAD)
    data = DataDir(settings.data_dir)
    data.prepare()
    with progress() as bars:
        task = bars.add_task("Backing up", total=None)
        manifest = write_archive(
            data,
            file,
            program=__version__,
            now=SystemClock().now(),
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": size, **_facts(manifest)})
    else:
        typer.echo(f"{file}: {len(manifest.files)} files in {size:,} bytes. Keep it safe: it holds the signing keys.")


def restore(
    file: Annotated[
        Path, typer.Argument(help="An archive of `chirrup backup`.", exists=True, dir_okay=False, show_default=False)
    ],
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put an archive's contents into an empty data directory."""
    settings = settings_of(data_dir, profile)
    need_embedded(settings, "restore", _INSTEAD)
    data = DataDir(settings.data_dir)
    with progress() as bars:
        task = bars.add_task("Restoring", total=None)
        manifest = read_archive(file, data, progress=lambda done, total: bars.update(task, completed=done, total=total))
    data.prepare()
    if as_json:
        print_json({"data_dir": str(data.root), **_facts(manifest)})
    else:
        made = rfc3339(manifest.created_at)
        typer.echo(f"{data.root} holds the instance as it was at {made} ({len(manifest.files)} files).")


def _facts(manifest: Manifest) -> dict[str, object]:
    return {
        "created_at": rfc3339(manifest.created_at),
        "revision": manifest.revision,
        "version": manifest.program,
        "files": manifest.files,
    }
