"""`chirrup import`: loading what comes from elsewhere."""

import time
import zlib
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import Progress, TaskID

from chirrup.commands import edges
from chirrup.commands.console import print_json, progress
from chirrup.commands.edges import Fault
from chirrup.commands.options import DataDirOption, JsonOption, ProfileOption, settings_of
from chirrup.commands.session import need_embedded
from chirrup.platform.adapters.sqlite.bulk import NUMBERS, GraphLoad
from chirrup.platform.adapters.sqlite.search import remove_file
from chirrup.platform.clock import SystemClock
from chirrup.platform.datadir import DataDir
from chirrup.platform.errors import StartRefused

app = typer.Typer(no_args_is_help=True, help="Load what comes from elsewhere.")
_SHOWN = 20


@app.callback()
def group() -> None:
    """Load what comes from elsewhere."""


class Loaded(msgspec.Struct):
    """What a load did."""

    edges: int = 0
    follows: int = 0
    accounts: int = 0
    faults: int = 0
    first_faults: list[Fault] = []
    seconds: float = 0.0


@app.command("graph")
def import_graph(
    file: Annotated[str, typer.Argument(help="The file, gzipped or not; - for standard input.", show_default=False)],
    batch: Annotated[int, typer.Option(min=1, help="How many follows are saved at a time.")] = 2_000_000,
    data_dir: DataDirOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load a follow graph: one `follower followee` pair of numbers a line, making the accounts u<number>.

    Numbers stand apart by spaces, tabs or a comma; lines that start with # or % are skipped. Needs the data directory
    alone. Loading a file again, or going on after an interruption, adds only what is missing. Lines that are no pair of
    numbers, or an account that follows itself, are reported, and the exit code is then 1.
    """
    if file != "-" and not Path(file).is_file():
        raise StartRefused(f"There is no file {file}.")
    settings = settings_of(data_dir, profile)
    need_embedded(settings, "import graph", "it writes into the file of the database")
    data = DataDir(settings.data_dir)
    data.prepare(finish=False)
    with data.exclusive(), progress() as bars:
        # the next server builds it anew, with the accounts that come now
        remove_file(data.search)
        loaded = _load(data, file, batch, bars)
    if as_json:
        print_json(loaded)
    else:
        _print(loaded)
    if loaded.faults:
        raise typer.Exit(1)


def _load(data: DataDir, file: str, batch: int, bars: Progress) -> Loaded:
    loaded = Loaded()
    started = time.monotonic()
    with GraphLoad(data.database, SystemClock().now()) as load:
        if load.is_first():
            data.begin(load.repair())
            load.drop_index()
        total = Path(file).stat().st_size if file != "-" else None
        task = bars.add_task("Loading follows", total=total)
        damage = _read(load, loaded, file, batch, (bars, task))
        bars.update(task, description="Saving")
        load.save()
        if data.unfinished.exists():
            bars.update(task, description="Indexing", total=None)
            data.finish()
        loaded.follows, loaded.accounts = load.follows, load.accounts
    if damage is not None:
        raise StartRefused(f"{file} is damaged: {damage}. What stands before the damage has been loaded.") from damage
    loaded.seconds = round(time.monotonic() - started, 3)
    return loaded


def _read(
    load: GraphLoad, loaded: Loaded, file: str, batch: int, shown: tuple[Progress, TaskID]
) -> OSError | EOFError | zlib.error | None:
    """Read a file into batches, and return why its end could not be read."""
    bars, task = shown
    waiting = 0
    try:
        with edges.opened(file) as (text, raw):
            for chunk in edges.read(text, NUMBERS, load.deleted):
                loaded.edges += len(chunk.followers)
                loaded.faults += len(chunk.faults)
                loaded.first_faults += chunk.faults[: _SHOWN - len(loaded.first_faults)]
                load.add(chunk.followers, chunk.followees)
                waiting += len(chunk.followers)
                if waiting >= batch:
                    load.save()
                    waiting = 0
                if file != "-":
                    bars.update(task, completed=raw.tell())
    except (OSError, EOFError, zlib.error) as damage:
        return damage
    return None


def _print(loaded: Loaded) -> None:
    rate = loaded.edges / max(loaded.seconds, 0.001)
    known = loaded.edges - loaded.follows
    typer.echo(
        f"{loaded.follows:,} follows and {loaded.accounts:,} accounts are new ({known:,} follows were known or named"
        f" twice); {loaded.seconds:.1f} s, {rate:,.0f} edges/s."
    )
    for fault in loaded.first_faults:
        typer.echo(f"line {fault.line}: {fault.reason}", err=True)
    if loaded.faults:
        more = loaded.faults - len(loaded.first_faults)
        rest = f", of which {more:,} are not shown" if more else ""
        typer.echo(f"{loaded.faults:,} line(s) could not be used{rest}.", err=True)
